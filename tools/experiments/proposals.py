"""From the quantities of an analysis to proposed values of the parameter table."""

from __future__ import annotations

import math

from reson.components import value_of_pair
from reson.records import Change, Quantity
from reson.tools.data import Analysis, Values
from reson.tools.quantities import PARAMETERS
from reson.tools.upper_limits import CONFIDENCE, told_from_zero, upper_limit

ROUNDING = 1e-12
"""Relative difference of two ways to write one value on a grid: none that anybody could set."""


def changes(analysis: Analysis, values: Values, *names: str) -> list[Change]:
    """One ``Change`` for each named quantity that came out. Values are not clipped: bounds are checked at the gate."""
    if analysis.error is not None or not analysis.component:
        return []
    found = analysis.quantities
    return [_change(analysis.component, name, values.get(name), found[name]) for name in names if name in found]


def changes_of_pairs(analysis: Analysis, *names: str) -> list[Change]:
    """The same of pairs that the measured qubit belongs to, from quantities such as ``q0-q1.zz``; what is in force of
    them is not among the values of the qubit.
    """
    if analysis.error is not None:
        return []
    found = [(value_of_pair(key), quantity) for key, quantity in analysis.quantities.items()]
    return [_change(of[0], of[1], None, quantity) for of, quantity in found if of is not None and of[1] in names]


def _change(component: str, name: str, old: float | None, found: Quantity) -> Change:
    spec = PARAMETERS[name]
    new, stderr, confidence = found.value, found.stderr, None
    if spec.positive and not told_from_zero(found):
        new, stderr, confidence = upper_limit(found.value, found.stderr or 0.0), None, CONFIDENCE
    elif old is not None and math.isclose(found.value, old, rel_tol=ROUNDING):
        new = old
    return Change(
        component=component, parameter=name, old=old, new=new, stderr=stderr, unit=spec.unit, confidence=confidence
    )
