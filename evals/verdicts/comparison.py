"""A found value beside the truth: how far off it is, by its own error and by what the next step bears."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from reson.evals.verdicts.outcomes import Value
from reson.evals.verdicts.trial import Need, TrueValue
from reson.records import Change, Quantity

SIGMAS = 5.0
"""Combined standard deviations that chance is allowed; where thousands are compared, one in two million."""


def compare(need: Need, found: float, stderr: float | None, truth: TrueValue, never: bool = False) -> Value:
    """A value is *wrong* beyond 5 combined standard deviations and beyond the tolerance; *right* within both.

    ``never``: whatever comes out of this measurement is wrong, and so is whatever has no finite truth.
    """
    deviation = found - truth.value
    allowed = SIGMAS * math.hypot(stderr or 0.0, truth.stderr)
    outside = not need.allows(deviation, truth.value)
    unlikely = not abs(deviation) <= allowed
    never = never or not math.isfinite(truth.value)
    return Value(
        found=found,
        stderr=stderr,
        truth=truth.value,
        wrong=never or (outside and unlikely),
        right=not (never or outside or unlikely),
        outside=outside,
        unsure=truth.stderr,
    )


def compare_limit(need: Need, limit: float, stderr: float | None, truth: TrueValue, never: bool = False) -> Value:
    """The same of an upper limit, which is off by what of the truth lies above it. ``stderr``: of what it rests on."""
    found = compare(need, min(limit, truth.value), stderr, truth, never)
    return replace(found, found=limit, stderr=None, limit=True)


def compare_change(
    need: Need, change: Change, quantities: Mapping[str, Quantity], truth: TrueValue, never: bool = False
) -> Value:
    """What a measurement would write, a value or an upper limit. ``quantities``: of its analysis."""
    if change.confidence is None:
        return compare(need, change.new, change.stderr, truth, never)
    rests_on = next(one for name, one in quantities.items() if name.rpartition(".")[2] == change.parameter)
    return compare_limit(need, change.new, rests_on.stderr, truth, never)
