"""From the quantities of an analysis to proposed values of the parameter table."""

from __future__ import annotations

from reson.records import Change
from reson.tools.data import Analysis, Values
from reson.tools.quantities import PARAMETERS


def changes(analysis: Analysis, values: Values, *names: str) -> list[Change]:
    """One ``Change`` for each named quantity that came out. Values are not clipped: bounds are checked at the gate."""
    if analysis.error is not None or not analysis.component:
        return []
    return [
        Change(
            component=analysis.component,
            parameter=name,
            old=values.get(name),
            new=analysis.quantities[name].value,
            stderr=analysis.quantities[name].stderr,
            unit=PARAMETERS[name].unit,
        )
        for name in names
        if name in analysis.quantities
    ]
