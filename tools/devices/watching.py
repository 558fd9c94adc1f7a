"""What a provider publishes, over days: jumps, outliers and alarms, without a shot.

A reading is far from those before it where it lies ``FAR`` spreads from their median; values are compared as
logarithms, since errors and times scatter by factors. Where the next reading is as far off, it is a jump, and what
comes after is compared with the new level; where it is back, it was an outlier.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from reson.components import Pair, Qubit
from reson.records import Finite, Record
from reson.tools.devices.published import Published, PublishedPair, PublishedQubit

FEWEST = 4
"""Readings before one that can be far from them."""
LAST = 20
"""Of the readings before, the newest that count: a device drifts."""
FAR = 4.0
LEAST = math.log(1.15)
"""Spread of logarithms that a value has from day to day at least: T1 of a transmon wanders by 15 to 25 %."""
ALARMING = 2.0
"""Factor to the worse from which a value alarms."""
BETTER_HIGH = ("t1", "t2")
QUBIT = (*BETTER_HIGH, "readout_error", "gate_error")

Moment = float
Series = list[tuple[Moment, float]]


class Seen(Record):
    """What was published, and when it was read, seconds since the Unix epoch."""

    moment: Finite
    told: Published

    @property
    def changed(self) -> float | None:
        """When the provider last changed it, where that is told; a date to come is not believed."""
        return None if self.told.calibrated is None else min(self.told.calibrated, self.moment)

    @property
    def dated(self) -> float:
        return self.moment if self.changed is None else self.changed

    def is_news_after(self, last: Seen) -> bool:
        """Whether it tells anything that ``last`` does not: a provider's servers also answer with what is past."""
        older = self.changed is not None and last.changed is not None and self.changed < last.changed
        return not older and self.told != last.told


class Finding(Record):
    kind: Literal["jump", "outlier", "sudden", "broken", "withheld"]
    """``sudden``: the newest reading is far off, and no other has confirmed it yet. ``withheld``: the part works, and
    a value of it that used to be published is so no more."""
    component: str
    quantity: str
    """Empty for what stopped to work."""
    moment: Finite
    before: Finite | None = None
    """Median of the readings before."""
    after: Finite | None = None
    alarm: bool = False
    """It holds now, and it is to the worse by ``ALARMING`` or out of service."""


def findings(history: Sequence[Seen]) -> list[Finding]:
    """The newest first; ``history`` in the order of time."""
    found = [one for (name, quantity), values in series(history).items() for one in _judged(name, quantity, values)]
    found += [*_broken(history), *_withheld(history)]
    return sorted(found, key=lambda one: (-one.moment, one.component, one.quantity))


def series(history: Sequence[Seen]) -> dict[tuple[str, str], Series]:
    """(component, quantity) -> its readings; a value that was only repeated is no new one."""
    found: dict[tuple[str, str], Series] = {}
    for seen in history:
        for component, quantity, value in _values(seen.told):
            values = found.setdefault((component, quantity), [])
            if not values or values[-1][1] != value:
                values.append((seen.dated, value))
    return found


def _values(told: Published) -> Iterable[tuple[str, str, float]]:
    for number, qubit in told.qubits.items():
        for quantity in QUBIT:
            value = getattr(qubit, quantity)
            if value is not None and value > 0 and qubit.works:
                yield Qubit(number), quantity, value
    for pair in told.pairs:
        if pair.error is not None and pair.error > 0 and pair.works:
            yield Pair(*pair.qubits), "error", pair.error


def _judged(component: str, quantity: str, values: Series) -> Iterable[Finding]:
    level: list[float] = []
    """Logarithms of the readings that the next one is compared with."""
    for index, (moment, value) in enumerate(values):
        step = _far(level, value)
        if not step:
            level.append(math.log(value))
            continue
        after = values[index + 1][1] if index + 1 < len(values) else None
        held = after is not None and _far(level, after) * step > 0
        kind = "sudden" if after is None else "jump" if held else "outlier"
        base = math.exp(median(level[-LAST:]))
        worse = base / value if quantity in BETTER_HIGH else value / base
        now = kind == "sudden" or (kind == "jump" and not _left(values[index:], step))
        yield Finding(
            kind=kind,
            component=component,
            quantity=quantity,
            moment=moment,
            before=base,
            after=value,
            alarm=now and worse >= ALARMING,
        )
        if kind == "jump":
            level = [math.log(value)]


def _far(level: Sequence[float], value: float) -> float:
    """Distance of a reading from those before, as a logarithm with its sign; 0 where it is not far."""
    known = level[-LAST:]
    if len(known) < FEWEST:
        return 0.0
    middle = median(known)
    spread = max(1.4826 * median(abs(one - middle) for one in known), LEAST)
    step = math.log(value) - middle
    return step if abs(step) > FAR * spread else 0.0


def _left(values: Series, step: float) -> bool:
    """Whether the newest reading has come back by more than half of a jump."""
    moved = math.log(values[-1][1]) - math.log(values[0][1])
    return moved * step < 0 and abs(moved) > abs(step) / 2


def _broken(history: Sequence[Seen]) -> Iterable[Finding]:
    works = [dict(_parts(seen.told)) for seen in history]
    for number, (old, new) in enumerate(pairwise(works), 1):
        for name in sorted(name for name, worked in old.items() if worked and not new.get(name, False)):
            again = any(later.get(name) for later in works[number + 1 :])
            yield Finding(kind="broken", component=name, quantity="", moment=history[number].dated, alarm=not again)


def _withheld(history: Sequence[Seen]) -> Iterable[Finding]:
    told = [{(component, quantity) for component, quantity, _ in _values(seen.told)} for seen in history]
    works = dict(_parts(history[-1].told)) if history else {}
    for component, quantity in sorted(set().union(*told) - set(told[-1] if told else ())):
        if works.get(component):
            last = max(number for number, known in enumerate(told) if (component, quantity) in known)
            moment = history[last + 1].dated
            yield Finding(kind="withheld", component=component, quantity=quantity, moment=moment)


def _parts(told: Published) -> Iterable[tuple[str, bool]]:
    parts: list[tuple[str, PublishedQubit | PublishedPair]] = [(Qubit(n), one) for n, one in told.qubits.items()]
    parts += [(Pair(*one.qubits), one) for one in told.pairs]
    return ((name, one.works) for name, one in parts)
