"""A range that a reader suggests, held to what the experiment can sweep."""

from __future__ import annotations

from reson.records import Reading
from reson.tools.experiments.experiment import Experiment

SWEEP_ENDS = ("max_amplitude", "max_delay", "max_length", "max_repetitions")
"""Parameters that end a sweep which begins at nothing: the horizontal axis is theirs."""


def within_limits(reading: Reading, row: Experiment) -> Reading:
    """The reading with its suggestion clipped to the limits of the sweep; without one of which nothing is left."""
    end = next((spec for spec in row.parameters if spec.name in SWEEP_ENDS), None)
    if reading.suggested_range is None or end is None:
        return reading
    low, high = (min(max(0.0, one), end.high) for one in reading.suggested_range)
    return reading.model_copy(update={"suggested_range": (low, high) if low < high else None})
