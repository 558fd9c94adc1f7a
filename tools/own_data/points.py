"""From columns to points: which curve each belongs to, where it lies, and what was measured there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reson.tools.own_data.columns import (
    ARBITRARY,
    COUNTS,
    COUNTS0,
    DECIBEL,
    P0,
    P1,
    TURNS,
    Column,
    Wanted,
    errors,
    measured,
    shots_of,
    swept,
    words,
)
from reson.tools.own_data.forms import CHANCE, SIGNAL, Form
from reson.tools.own_data.table import Table, refused

LIKELY = (-0.2, 1.2)
"""Range of a probability whose readout errors were taken off."""


@dataclass(frozen=True)
class Points:
    """Points of one measurement, all arrays of shape (points,) but shots of (points, shots)."""

    curve: np.ndarray
    """Number of the curve."""
    x: np.ndarray
    row: np.ndarray
    """Second swept value; zeros where there is none."""
    value: np.ndarray
    """P(1), a complex signal, or the shots; of counts how often 1 was seen."""
    error: np.ndarray | None
    shots: np.ndarray | None
    """Number of shots of each point, where it is told."""
    counted: bool
    """Whether the values count how often 1 was seen."""
    kind: str
    """CHANCE, SIGNAL or SHOTS."""
    unit: str
    """Of a signal; empty where it is arbitrary."""
    x_unit: str


def points_of(table: Table, form: Form, wanted: Wanted) -> Points:
    """Raises ``OperatorError`` for columns that are not there, not told or do not fit together."""
    if not wanted.y:
        many = f" (for {' and '.join(form.curves)} in that order, or with --series)" if form.curves else ""
        remedy = f"it has {table.described}; name what was measured, like --y NAME:p1 or --y I:mV --y Q:mV{many}"
        raise refused(table.name, "does not say which columns were measured", remedy)
    columns = [measured(table, one) for one in wanted.y]
    spread = errors(table, wanted.error, columns)
    x = _places(table, form, wanted)
    kind, unit = _kind(table, columns)
    shape = None if x is None else x.values.size
    columns = [_shaped(table, one, shape) for one in columns]
    spread = [_shaped(table, Column("error", one, ""), shape).values for one in spread]
    series = _series(table, form, wanted)
    parts = _curves(table, form, columns, spread, kind, series is not None)
    number = len(parts[0][0])
    place = np.zeros(number) if x is None else x.values.ravel()
    if any(len(value) != len(place) for value, _, _ in parts):
        lengths = ", ".join(str(len(value)) for value, _, _ in parts)
        raise refused(table.name, f"has {len(place)} swept values and {lengths} measured ones", "give one for each")
    row = _rows(table, form, wanted, number)
    curve = np.concatenate([np.full(number, n) for n in range(len(parts))]) if series is None else series
    shots = [shots_of(table, wanted.shots, number) if told is None else told for _, _, told in parts]
    value = np.concatenate([one for one, _, _ in parts])
    if kind == CHANCE and all(one.unit in (P1, P0) for one in columns):
        _require_chances(table, value)
    return Points(
        curve=curve,
        x=np.tile(place, len(parts)),
        row=np.tile(row, len(parts)),
        value=value,
        error=None if parts[0][1] is None else np.concatenate([one for _, one, _ in parts if one is not None]),
        shots=None if shots[0] is None else np.concatenate([one for one in shots if one is not None]),
        counted=any(one.unit in (COUNTS, COUNTS0) for one in columns),
        kind=kind,
        unit="" if unit in (ARBITRARY, DECIBEL) else unit,
        x_unit="" if x is None else x.unit,
    )


def _places(table: Table, form: Form, wanted: Wanted) -> Column | None:
    """The swept values; those of a map are repeated for each of its rows where the data come as a rectangle."""
    if not form.swept:
        return None
    x = swept(table, form, wanted.x, form.swept, form.unit, "--x")
    first = table.columns.get(wanted.y[0].rpartition(":")[0] or wanted.y[0])
    if form.row and first is not None and first.ndim == 2:
        return Column(x.name, np.tile(x.values, first.size // max(1, x.values.size)), x.unit)
    return x


def _rows(table: Table, form: Form, wanted: Wanted, number: int) -> np.ndarray:
    if not form.row:
        return np.zeros(number)
    row = swept(table, form, wanted.row, form.row, form.row_unit, "--row").values
    return row if len(row) == number else np.repeat(row, number // max(1, len(row)))


def _kind(table: Table, columns: Sequence[Column]) -> tuple[str, str]:
    """Of the measured columns: CHANCE or SIGNAL, and the unit of a signal. Raises ``OperatorError`` for a mixture."""
    units = {one.unit for one in columns} - set(TURNS)
    chances = units & {P1, P0, COUNTS, COUNTS0}
    if not units and len(columns) > 1:
        raise refused(table.name, "was given phases alone", "name the magnitude as well, like --y mag:mV --y phase:deg")
    if len(units) > 1 and units not in ({COUNTS, COUNTS0},):
        raise refused(table.name, f"mixes {' and '.join(sorted(units))}", "give all measured columns in one unit")
    return (CHANCE, "") if chances else (SIGNAL, next(iter(units), ARBITRARY))


def _shaped(table: Table, column: Column, size: int | None) -> Column:
    """(points,) or (points, shots); an array whose second axis counts the points is turned."""
    values = column.values
    if values.ndim == 2 and size is not None:
        if values.size == size:
            values = values.ravel()
        elif len(values) != size and values.shape[1] == size:
            values = values.T
    if values.ndim > 2:
        raise refused(
            table.name, f"has {column.name} of shape {values.shape}", "give arrays (points,) or (points, shots)"
        )
    return Column(column.name, values, column.unit)


def _series(table: Table, form: Form, wanted: Wanted) -> np.ndarray | None:
    """Number of the curve of each row, where a column tells it: by the name, its last word, or the number."""
    if not wanted.series:
        return None
    names = words(table, wanted.series, "--series")
    known = {key.lower(): n for n, name in enumerate(form.curves) for key in (name, name.split()[-1], str(n))}
    unknown = sorted({one for one in names.tolist() if one.lower() not in known})
    if unknown or not form.curves:
        told = f"they are {' and '.join(form.curves)}" if form.curves else "leave --series out"
        raise refused(table.name, f"has no curve {', '.join(unknown[:3]) or 'to be named'} in this experiment", told)
    return np.array([known[one.lower()] for one in names.tolist()])


Part = tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
"""Values of one curve, their errors and the number of shots of each, where they are told."""


def _curves(
    table: Table, form: Form, columns: Sequence[Column], spread: Sequence[np.ndarray], kind: str, told: bool
) -> list[Part]:
    """The measured columns as one value for each point of each curve."""
    curves = 1 if told or not form.curves else len(form.curves)
    each, left = divmod(len(columns), curves)
    if left or each not in (1, 2):
        names = (
            f"{' and '.join(form.curves)}: one or two columns for each, or --series" if form.curves else "one or two"
        )
        raise refused(table.name, f"was given {len(columns)} measured columns", f"this experiment takes {names}")
    parts = []
    for n in range(curves):
        mine = columns[n * each : (n + 1) * each]
        errs = list(spread[n * each : (n + 1) * each]) if spread else []
        parts.append(_chance(table, mine, errs) if kind == CHANCE else _signal(mine, errs))
    return parts


def _chance(table: Table, columns: Sequence[Column], errs: list[np.ndarray]) -> Part:
    by_unit = {one.unit: one.values for one in columns}
    if {P1, P0} >= set(by_unit) and len(columns) == 1:
        value = by_unit[P1] if P1 in by_unit else 1 - by_unit[P0]
        return value, errs[0] if errs else None, None
    if set(by_unit) == {COUNTS, COUNTS0}:
        return by_unit[COUNTS], None, by_unit[COUNTS] + by_unit[COUNTS0]
    if set(by_unit) == {COUNTS} and len(columns) == 1:
        return by_unit[COUNTS], None, None
    raise refused(
        table.name,
        f"was given {', '.join(one.name for one in columns)} for one probability",
        "name p1, or counts with counts0 or --shots",
    )


def _signal(columns: Sequence[Column], errs: list[np.ndarray]) -> Part:
    if len(columns) == 2 and columns[0].unit in TURNS:  # the phase was named first
        columns, errs = columns[::-1], errs[::-1]
    first = columns[0]
    size = 10 ** (first.values / 20) if first.unit == DECIBEL else first.values
    if errs and first.unit == DECIBEL:
        errs = [np.abs(size) * np.log(10) / 20 * errs[0]]
    if len(columns) == 1:
        return (
            size.astype(complex),
            (np.stack([errs[0], errs[0] * np.iscomplexobj(size)], axis=1) if errs else None),
            None,
        )
    other = columns[1]
    if other.unit in TURNS:
        value = size * np.exp(1j * TURNS[other.unit] * other.values)
        return value, np.stack([errs[0]] * 2, axis=1) if errs else None, None
    return size + 1j * other.values, np.stack([errs[0], errs[-1]], axis=1) if errs else None, None


def _require_chances(table: Table, value: np.ndarray) -> None:
    if not (LIKELY[0] <= value.min() and value.max() <= LIKELY[1]):
        why = f"has probabilities from {value.min():.4g} to {value.max():.4g}"
        raise refused(table.name, why, "give them between 0 and 1, or say what it is: --y NAME:counts, :mV, :arb")
