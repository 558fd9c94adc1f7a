"""How good a component is now: its measured values against the lab's goals and against what is usual for it.

A state tells whether a calibration came to its end; health tells whether its values are as they should be. A qubit
whose T1 has collapsed can be calibrated to the limit that T1 leaves, and is ill all the same.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from reson.agent.config import Goals
from reson.records import Finite, Record
from reson.tools.experiments.standard_rb import coherence_limit
from reson.tools.store.table import Version
from reson.wording import quantity

History = Mapping[str, Sequence[Version]]
"""parameter -> measured versions of one component, oldest first."""

MOST = 20
"""Versions that say what is usual."""
SIGMAS = 3.0
OVER_LIMIT = "over_limit"


class Watched(NamedTuple):
    """A value that health depends on."""

    name: str
    spread: float
    """Standard deviation of its logarithm from night to night where its own history does not show more: T1 and T2
    wander by a quarter on sound chips (Burnett et al., npj Quantum Inf. 5, 54 (2019); Klimov et al., PRL 121, 090502).
    """
    more_is_better: bool = False


WATCHED = {
    "t1": Watched("T1", 0.25, more_is_better=True),
    "t2_echo": Watched("T2 echo", 0.25, more_is_better=True),
    "assignment_fidelity": Watched("assignment fidelity", 0.3, more_is_better=True),
    "error_per_gate": Watched("error per gate", 0.3),
    OVER_LIMIT: Watched("error over coherence limit", 0.2),
    "cz_error": Watched("CZ error", 0.3),
}
"""What is compared: of the fidelity, the infidelity. A frequency that drifted and was corrected is no illness."""
READ = (*(name for name in WATCHED if name != OVER_LIMIT), "echo_exponential_share")
"""Parameters whose history health needs."""


class Shortfall(Record):
    """One value that is not as it should be."""

    parameter: str
    value: Finite
    stderr: Finite | None
    unit: str
    goal: Finite | None
    """Of lab.toml, where it is missed."""
    usual: Finite | None
    """Median of the versions before it fell, where it fell beyond their band or through its goal."""
    since: Finite | None
    """Device time of the first version of the fall; None where it never was better."""
    times: Finite
    """How many times worse than usual, or than the goal where nothing is usual."""
    measurement_id: str | None

    @property
    def fell(self) -> bool:
        return self.since is not None

    @property
    def text(self) -> str:
        """``T1 95.1(12) µs → 4.2(1) µs, 23 times worse than usual, below the goal of 15 µs``."""
        now = _written(self.parameter, self.value, self.stderr, self.unit)
        was = "" if self.usual is None else f"{_written(self.parameter, self.usual, None, self.unit)} → "
        worse = "" if self.usual is None else f", {self.times:.2g} times worse than usual"
        side = "below" if WATCHED[self.parameter].more_is_better else "above"
        goal = (
            "" if self.goal is None else f", {side} the goal of {_written(self.parameter, self.goal, None, self.unit)}"
        )
        return f"{WATCHED[self.parameter].name} {was}{now}{worse}{goal}"


def shortfalls(history: History, pulse: float | None, goals: Goals, *, tunable: bool = True) -> tuple[Shortfall, ...]:
    """What is not as it should be, the worst first. ``pulse``: length of a pulse in seconds, None where unknown;
    ``tunable``: whether its pulses can be tuned, else how far its error is above the limit is not a calibration's goal.
    """
    wanted = {
        "t1": goals.t1,
        "assignment_fidelity": goals.assignment_fidelity,
    }
    if tunable:
        wanted[OVER_LIMIT] = goals.error_over_coherence_limit
    whole = dict(history) | {OVER_LIMIT: over_limits(history, pulse)}
    found = [
        short
        for name in WATCHED
        if (versions := whole.get(name)) and (short := _shortfall(name, versions, wanted.get(name))) is not None
    ]
    return tuple(sorted(found, key=lambda one: -one.times))


def over_limits(history: History, pulse: float | None) -> list[Version]:
    """Each error per gate over the coherence limit of T1 and echo as they were known then."""
    ratios = []
    for error in history.get("error_per_gate", ()):
        t1, echo, share = (_at(history.get(name, ()), error.at) for name in ("t1", "t2_echo", "echo_exponential_share"))
        if t1 is None or echo is None or pulse is None:
            continue
        limit = coherence_limit(t1.value, echo.value, pulse, 1.0 if share is None else share.value)
        stderr = None if error.stderr is None else error.stderr / limit
        ratios.append(error._replace(value=error.value / limit, stderr=stderr, unit=""))
    return ratios


def _at(versions: Sequence[Version], when: float) -> Version | None:
    """The version in force; before the first one, that."""
    place = bisect_right([one.at for one in versions], when) - 1
    return versions[max(place, 0)] if versions else None


def _shortfall(name: str, versions: Sequence[Version], goal: float | None) -> Shortfall | None:
    last = versions[-1]
    costs = [cost(name, one.value) for one in versions]
    limit = math.inf if goal is None else cost(name, goal)
    missed = costs[-1] > limit
    start = _fall(name, versions, costs, limit)
    if start is None and not missed:
        return None
    usual = None if start is None else _median(costs[max(0, start - MOST) : start])
    return Shortfall(
        parameter=name,
        value=last.value,
        stderr=last.stderr,
        unit=last.unit,
        goal=goal if missed else None,
        usual=None if usual is None else _value(name, usual),
        since=None if start is None else versions[start].at,
        times=costs[-1] / (limit if usual is None else usual),
        measurement_id=last.measurement_id,
    )


def cost(name: str, value: float) -> float:
    """A positive number that is the larger the worse the value: 1 / T1, infidelity, error."""
    if name == "assignment_fidelity":
        return max(1 - value, 1e-5)
    return 1 / value if WATCHED[name].more_is_better else max(value, 1e-9)


def _value(name: str, cost_of_it: float) -> float:
    """Inverse of ``cost``."""
    if name == "assignment_fidelity":
        return 1 - cost_of_it
    return 1 / cost_of_it if WATCHED[name].more_is_better else cost_of_it


def _fall(name: str, versions: Sequence[Version], costs: Sequence[float], limit: float) -> int | None:
    """The earliest version from which on all are far worse than was usual before it; or a little, and miss a goal that
    was met.
    """
    for start in range(1, len(costs)):
        before = costs[max(0, start - MOST) : start]
        usual = _median(before)
        if costs[-1] < usual:
            continue  # spares the rest for most values of most chips
        band = _band(name, before)
        if all(
            math.log(now / usual) > (1 if now > limit >= usual else SIGMAS) * math.hypot(band, _relative(name, one))
            for now, one in zip(costs[start:], versions[start:], strict=True)
        ):
            return start
    return None


def _band(name: str, costs: Sequence[float]) -> float:
    """Standard deviation of the logarithm of a new value about the median of these, whose own error counts too. It
    comes from the median deviation, which a single outlier does not widen.
    """
    usual = math.log(_median(costs))
    spread = max(WATCHED[name].spread, 1.4826 * median([abs(math.log(one) - usual) for one in costs]))
    return spread * math.sqrt(1 + (1 if len(costs) < 3 else math.pi / 2) / len(costs))


def _relative(name: str, one: Version) -> float:
    """Relative standard error of what ``cost`` gives."""
    if not one.stderr:
        return 0.0
    return one.stderr / (cost(name, one.value) if name == "assignment_fidelity" else abs(one.value) or math.inf)


def _median(costs: Sequence[float]) -> float:
    """Of the logarithms, so that it is the same of a value and of its inverse."""
    return math.exp(median([math.log(one) for one in costs]))


def _written(name: str, value: float, stderr: float | None, unit: str) -> str:
    if stderr is not None:
        return quantity(value, stderr, unit)
    return quantity(float(f"{value:.3g}"), None, unit) + (" ×" if name == OVER_LIMIT else "")
