"""What a provider has published from one run to the next: when it calibrated, and what it changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from reson.agent.report.published_content import PublishedThen
from reson.components import Qubit
from reson.tools.devices.published import Published
from reson.wording import quantity

CHANGED = 2.0
"""Factor by which a published value must move, either way, to be told by itself."""
RUNS = 6
"""Of the runs before, the newest that are shown."""
_UNITS = {"t1": "s", "t2_echo": "s"}
_NAMES = ("t1", "t2_echo", "assignment_fidelity", "error_per_gate")


def then(run_id: str, ended: float | None, told: Published, members: Iterable[int]) -> PublishedThen:
    """Medians over these qubits and the pairs among them."""
    inside = {qubit for qubit in members if qubit in told.qubits}
    known = [told.qubits[qubit] for qubit in sorted(inside)]
    return PublishedThen(
        run_id=run_id,
        ended=ended,
        calibrated=told.calibrated,
        t1=_median(one.t1 for one in known),
        t2=_median(one.t2 for one in known),
        gate_error=_median(one.gate_error for one in known),
        readout_error=_median(one.readout_error for one in known),
        pair_error=_median(pair.error for pair in told.pairs if set(pair.qubits) <= inside and pair.works),
    )


def republished(earlier: Published, told: Published, members: Sequence[int]) -> tuple[str, ...]:
    """What moved by ``CHANGED`` or more, or stopped or began to work, in words."""
    return (*_qubits(earlier, told, members), *_pairs(earlier, told, set(members)))


def _qubits(earlier: Published, told: Published, members: Sequence[int]) -> Iterable[str]:
    both = [index for index in members if index in earlier.qubits and index in told.qubits]
    old_values, new_values = (one.first_values(both) for one in (earlier, told))
    for index in both:
        name = Qubit(index)
        yield from _works(name, earlier.qubits[index].works, told.qubits[index].works)
        for parameter in _NAMES:
            old, new = (values.get(name, {}).get(parameter) for values in (old_values, new_values))
            if old and new and _factor(parameter, old, new) >= CHANGED:
                yield f"{name}: published {parameter} went from {_word(old, parameter)} to {_word(new, parameter)}"


def _pairs(earlier: Published, told: Published, members: set[int]) -> Iterable[str]:
    before = {frozenset(pair.qubits): pair for pair in earlier.pairs}
    for pair in told.pairs:
        old = before.get(frozenset(pair.qubits))
        if old is None or not set(pair.qubits) <= members:
            continue
        name = f"{pair.gate} of q{pair.qubits[0]} and q{pair.qubits[1]}"
        yield from _works(name, old.works, pair.works)
        if old.works and pair.works and old.error and pair.error and _ratio(old.error, pair.error) >= CHANGED:
            yield f"{name}: published error went from {_word(old.error)} to {_word(pair.error)}"


def _works(name: str, before: bool, now: bool) -> Iterable[str]:
    if before != now:
        yield f"{name}: published as {'working again' if now else 'broken'}"


def _factor(parameter: str, old: float, new: float) -> float:
    """How far apart two values are; of a fidelity its shortfall counts."""
    return _ratio(1 - old, 1 - new) if parameter == "assignment_fidelity" else _ratio(old, new)


def _ratio(old: float, new: float) -> float:
    low, high = sorted((max(old, 1e-9), max(new, 1e-9)))
    return high / low


def _word(value: float, parameter: str = "") -> str:
    return quantity(float(f"{value:.4g}"), None, _UNITS.get(parameter, ""))


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return median(known) if known else None


def medians(one: PublishedThen) -> Mapping[str, tuple[float | None, str]]:
    """Column -> (median, unit), in the order of the page."""
    return {
        "T1": (one.t1, "s"),
        "T2": (one.t2, "s"),
        "SX error": (one.gate_error, ""),
        "Readout error": (one.readout_error, ""),
        "Two-qubit error": (one.pair_error, ""),
    }
