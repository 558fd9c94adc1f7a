"""What a reader suggests to repeat an experiment with, held to what the experiment can do."""

from __future__ import annotations

from reson.records import Reading
from reson.tools.experiments.experiment import Experiment

SWEEP_ENDS = ("max_amplitude", "max_delay", "max_length", "max_repetitions")
"""Parameters that end a sweep which begins at nothing: the horizontal axis is theirs."""


def within_limits(reading: Reading, row: Experiment) -> Reading:
    """The reading with its suggestions clipped to the limits of the experiment; what it has not is left out."""
    return reading.model_copy(
        update={"suggested_range": _range(reading, row), "suggested": _arguments(reading.suggested, row)}
    )


def _range(reading: Reading, row: Experiment) -> tuple[float, float] | None:
    """None where nothing is left within the limits."""
    end = next((spec for spec in row.parameters if spec.name in SWEEP_ENDS), None)
    if reading.suggested_range is None or end is None:
        return reading.suggested_range
    low, high = (min(max(0.0, one), end.high) for one in reading.suggested_range)
    return (low, high) if low < high else None


def _arguments(suggested: dict[str, float], row: Experiment) -> dict[str, float]:
    known = {spec.name: spec for spec in row.parameters}
    clipped = {
        name: min(max(known[name].low, value), known[name].high) for name, value in suggested.items() if name in known
    }
    return {name: float(round(value)) if known[name].integer else value for name, value in clipped.items()}
