"""Compares what was done with what was expected: orders of experiments, and arguments in their units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

Mode = Literal["strict", "unordered", "subset", "superset"]


def order_agrees(done: Sequence[str], expected: Sequence[str], mode: Mode) -> str:
    """Why the order is not the expected one; empty where it is.

    strict: the same, one after the other. unordered: the same, as often, in any order. subset: nothing but what was
    expected. superset: all that was expected, in this order, whatever else was done between.
    """
    match mode:
        case "strict":
            place = next((n for n, pair in enumerate(zip(done, expected, strict=False)) if pair[0] != pair[1]), None)
            if place is not None:
                return f"step {place + 1} is {done[place]}, not {expected[place]}"
            return "" if len(done) == len(expected) else f"{len(done)} steps in place of {len(expected)}"
        case "unordered":
            missing, extra = Counter(expected) - Counter(done), Counter(done) - Counter(expected)
            return "; ".join(_named(what, which) for what, which in (("missing", missing), ("extra", extra)) if which)
        case "subset":
            extra = Counter(done) - Counter(expected)
            return _named("extra", extra) if extra else ""
        case "superset":
            rest = iter(done)
            missing = next((name for name in expected if name not in rest), None)
            return f"{missing} is missing, or not in its place" if missing else ""


def arguments_agree(
    given: Mapping[str, float],
    expected: Mapping[str, float],
    relative: float = 1e-6,
    absolute: Mapping[str, float] | None = None,
) -> str:
    """Which arguments differ by more than ``relative`` and more than their ``absolute`` tolerance (in their own unit).

    Empty where all agree; an argument that only one side names differs.
    """
    bounds = absolute or {}
    for name in sorted({*given, *expected}):
        if name not in given or name not in expected:
            return f"{name} is {'missing' if name in expected else 'given though not expected'}"
        allowed = max(relative * abs(expected[name]), bounds.get(name, 0.0))
        if abs(given[name] - expected[name]) > allowed:
            return f"{name} = {given[name]:.6g} in place of {expected[name]:.6g}"
    return ""


def _named(what: str, which: Counter[str]) -> str:
    return f"{what} {', '.join(f'{name} x {number}' if number > 1 else name for name, number in sorted(which.items()))}"
