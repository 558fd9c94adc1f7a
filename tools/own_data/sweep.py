"""The arguments and control values with which an experiment would have made the sweep of a file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.own_data.forms import Form
from reson.tools.own_data.points import Points
from reson.tools.own_data.table import Table, refused
from reson.wording import quantity

GIGAHERTZ = 1e9
"""From here on a frequency is absolute, below it is counted from another."""
BEYOND = 10.0
"""Times the limits of an experiment's own sweep from which a unit must be wrong."""


def referred(
    table: Table, form: Form, x: np.ndarray, told: Mapping[str, float]
) -> tuple[np.ndarray, dict[str, float], tuple[str, ...]]:
    """Frequencies as offsets from a control value, that value, and what was taken for it."""
    name = form.reference
    if not name:
        return x, {}, ()
    absolute = bool(x.min() > GIGAHERTZ)
    if form.apart and not absolute:
        return x, {}, ()
    if (form.apart or not absolute) and name not in told:
        remedy = f"tell it: --set {name}=5.1GHz; or give frequencies as they are, above 1 GHz"
        raise refused(table.name, f"holds frequencies that are counted from a {name} which it does not tell", remedy)
    middle = float((x.min() + x.max()) / 2)
    if form.apart:
        return x - told[name], {name: told[name]}, ()
    reference = middle if absolute else told[name] + middle
    return x - middle, {name: reference}, (f"frequencies are counted from {quantity(reference, None, 'Hz')}",)


def controls_of(form: Form, row: Experiment, points: Points, told: Mapping[str, float]) -> dict[str, float]:
    own = {spec.name for spec in row.parameters}
    found = {name: value for name, value in (dict(form.usual) | dict(told)).items() if name not in own}
    if form.row == "amplitude":  # the weakest tone stands for the readout's own where that is not told
        found.setdefault("readout_amplitude", float(points.row.min()))
    return found


def parameters_of(
    table: Table, form: Form, row: Experiment, points: Points, shots: int, told: Mapping[str, float]
) -> dict[str, float]:
    """The arguments with which the experiment would have made this sweep, as far as the sweep tells them."""
    x, found = points.x, {}
    derived = {
        "points": float(len(np.unique(x))),
        "shots": float(shots),
        "span": float(np.ptp(x)),
        "centre": float((x.min() + x.max()) / 2),
    }
    derived |= {name: value for name, value in ((form.begin, float(x.min())), (form.end, float(x.max()))) if name}
    if form.row == "power":
        strongest = float(10 ** (points.row.max() / 20))
        derived |= {
            "max_amplitude": strongest,
            "power_range": float(np.ptp(points.row)),
            "rows": float(len(np.unique(points.row))),
        }
    if form.row == "amplitude":
        derived["min_amplitude"] = float(points.row.min())
    for spec in row.parameters:
        value = (derived | dict(form.usual) | dict(told)).get(spec.name)
        if value is not None:
            found[spec.name] = value
            _require_sane(table, form, spec, value, points.x_unit)
    return found


def _require_sane(table: Table, form: Form, spec: Parameter, value: float, unit: str) -> None:
    """Raises ``OperatorError`` for a sweep that can only come of a wrong unit."""
    swept = spec.unit in ("s", "Hz") and spec.name in (form.end, "span")
    if swept and not spec.low / BEYOND <= value <= spec.high * BEYOND:
        why = f"sweeps {form.swept} up to {quantity(value, None, spec.unit)}"
        raise refused(
            table.name,
            why,
            f"its unit must be another: --x says it, like delay:us (limits {spec.low:g} to {spec.high:g} {spec.unit})",
        )
