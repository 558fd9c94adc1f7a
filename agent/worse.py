"""What got worse: the components that a person should look at first, each with what fell, since when and why."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reson.agent.health import MOST, OVER_LIMIT, WATCHED, Shortfall
from reson.agent.standing import State
from reson.records import Finite, Json, Record
from reson.tools.store.lessons import list_lessons
from reson.tools.store.table import histories
from reson.wording import moment

if TYPE_CHECKING:
    from reson.tools.store.store import Store

MOST_LINES = 5
NEWS = 24 * 3600.0
"""Seconds of the device's clock for which something counts as new, and comes before what was known the day before."""
RESTATES = frozenset({"short_t1", "poor_readout", "error_above_limit"})
"""Diagnoses that say that a value is bad, and not why."""
FOLLOWS = frozenset({"error_per_gate", "cz_error"})
"""Grow by themselves where coherence falls."""


class Worse(Record):
    component: str
    what: str
    since: Finite
    """Device time of the first sign of it."""
    why: str
    measurement_id: str | None
    harm: Finite | None
    """How many times worse than usual; None: it cannot be used at all."""

    @property
    def when(self) -> str:
        return f"since {moment(self.since)[:16]}"


class Looked(NamedTuple):
    """What is known of one component, of which it is asked whether it got worse."""

    component: str
    state: State
    below: tuple[Shortfall, ...]
    diagnoses: tuple[Json, ...]


def worse_on_record(store: Store, device: str, looked: Collection[Looked], now: float) -> list[Worse]:
    """``got_worse`` with what the record knows up to ``now``, a moment of the device's clock."""
    open_ones = list_lessons(store, device=device, open_only=True)
    since = {row.component: row.since_device or row.recorded_device for row in open_ones if row.sets_aside}
    benchmarks = histories(store, device, ["error_per_gate"], MOST, until=now)
    worked = {
        name: min(one.at for versions in known.values() for one in versions) for name, known in benchmarks.items()
    }
    return got_worse(looked, since, worked, now)


def got_worse(
    looked: Collection[Looked], set_aside: Mapping[str, float], worked: Mapping[str, float], now: float
) -> list[Worse]:
    """All of them, what is new first, then by harm. ``set_aside``: since when, by component; ``worked``: from when on
    its error per gate was known.
    """
    found = [
        line
        for one in looked
        if (line := _lost(one, set_aside.get(one.component), worked.get(one.component)) or _fallen(one)) is not None
    ]
    return sorted(found, key=lambda one: (one.since < now - NEWS, -(math.inf if one.harm is None else one.harm)))


def _lost(one: Looked, since: float | None, worked: float | None) -> Worse | None:
    """A component that worked once and is set aside."""
    if one.state != "failed" or since is None or worked is None or worked >= since:
        return None
    told = one.diagnoses[0] if one.diagnoses else None
    why = str(told["text"]) if told else "no diagnosis was made"
    rests_on = (told or {}).get("evidence") or (None,)
    return Worse(
        component=one.component, what="set aside", since=since, why=why, measurement_id=rests_on[-1], harm=None
    )


def _fallen(one: Looked) -> Worse | None:
    fell = sorted((short for short in one.below if short.fell), key=lambda short: list(WATCHED).index(short.parameter))
    if not fell:
        return None
    first, *others = fell
    more = [f"{WATCHED[short.parameter].name} {short.times:.2g} times" for short in others]
    what = first.text + (f"; also {', '.join(more)}" if more else "")
    return Worse(
        component=one.component,
        what=what,
        since=min(short.since or 0.0 for short in fell),
        why=_cause(one, fell),
        measurement_id=first.measurement_id,
        harm=max(short.times for short in fell),
    )


def _cause(one: Looked, fell: Sequence[Shortfall]) -> str:
    """What a diagnosis says that tells more than the values; else whether the error only follows what coherence leaves,
    and where to look.
    """
    if cause := next((told for told in one.diagnoses if told["code"] not in RESTATES), None):
        return str(cause["text"])
    names = {short.parameter for short in fell}
    if names <= FOLLOWS and OVER_LIMIT not in {short.parameter for short in one.below}:
        return "it is at its coherence limit still: T1 or T2 is shorter"
    remedies = [str(told["remedy"]) for told in one.diagnoses]
    return f"the cause is not known. {' '.join(remedies)}".rstrip()
