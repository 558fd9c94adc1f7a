"""Raw data as the experiment's own ``acquire`` would have made it, from the points of a file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reson.components import Qubit
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import Experiment
from reson.tools.own_data.arrays import arrays_of
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.forms import UNITS, Form, form_of
from reson.tools.own_data.groups import as_taken, grouped, require_enough
from reson.tools.own_data.points import Points, points_of
from reson.tools.own_data.sweep import controls_of, parameters_of, referred
from reson.tools.own_data.table import Table, refused

MOST_POINTS = 5_000
LIKE = {"anharmonicity": "-210MHz", "pulses_per_clifford": "1.875", "Hz": "0.5MHz", "s": "32ns"}
"""How what is asked for may be told, by name or by unit."""


@dataclass(frozen=True)
class Made:
    raw: RawData
    unit: str
    """Of the signal; empty where it is arbitrary."""
    x_unit: str
    notes: tuple[str, ...]
    """What was taken for granted."""


def raw_of(table: Table, experiment: str, wanted: Wanted, told: Mapping[str, float], qubit: int = 0) -> Made:
    """``told``: what the file does not hold, by name in SI units.

    Raises ``OperatorError`` for a file that does not hold what the experiment needs, ``ToolError`` for an unknown one.
    """
    form, row = form_of(experiment), get(experiment)
    _require_told(table, form, row, told)
    points = grouped(as_taken(table, form, points_of(table, form, wanted)), form)
    if (number := len(points.x)) > MOST_POINTS:
        why = f"has {number:,} points, and {MOST_POINTS:,} are the most"
        raise refused(table.name, why, "give one sweep on one qubit")
    require_enough(table, form, row, points)
    x, reference, assumed = referred(table, form, points.x, told)
    points = replace(points, x=x)
    arrays, shots, estimated = arrays_of(table, points)
    now = time.time()
    raw = RawData(
        experiment=experiment,
        component=Qubit(qubit),
        parameters=parameters_of(table, form, row, points, shots, told),
        controls=controls_of(form, row, points, told) | reference,
        shots=shots,
        circuits=_circuits(form, points, told),
        arrays=arrays,
        started=now,
        ended=now,
    )
    return Made(raw, points.unit, points.x_unit, (*assumed, *estimated))


def _circuits(form: Form, points: Points, told: Mapping[str, float]) -> list[dict[str, Any]]:
    """Metadata of each point as the experiment's circuits have it."""
    found = []
    for x, curve, row in zip(points.x.tolist(), points.curve.tolist(), points.row.tolist(), strict=True):
        name = form.curves[int(curve)] if form.curves else ""
        place = x if form.swept else curve
        named = ({"series": name} if name else {}) | ({form.row: row} if form.row else {})
        found.append({"xval": float(place)} | named | form.marks(x, name, told))
    return found


def _require_told(table: Table, form: Form, row: Experiment, told: Mapping[str, float]) -> None:
    """Raises ``OperatorError`` that names what the file does not hold and nobody told."""
    known = {spec.name: spec.unit for spec in row.parameters} | UNITS
    lacking = [name for name in form.asked if name not in told]
    if lacking:
        need = f"and {row.title} needs it" if len(lacking) == 1 else f"and {row.title} needs them"
        like = " ".join(f"--set {name}={LIKE.get(name, LIKE.get(known[name], '1'))}" for name in lacking)
        raise refused(table.name, f"does not hold the {' and the '.join(lacking)}, {need}", f"tell it: {like}")
