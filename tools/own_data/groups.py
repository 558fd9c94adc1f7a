"""Rows of a file put in the order of an experiment: shots together, repetitions averaged, curves side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reson.tools.experiments.experiment import Experiment
from reson.tools.own_data.forms import CHANCE, SHOTS, SIGNAL, Form
from reson.tools.own_data.noise import pooled
from reson.tools.own_data.points import Points
from reson.tools.own_data.table import Table, refused

LEAST_SPREAD = 0.5
"""Of the shots of a point, in units of what is usual in the sweep."""
FEWEST = 5
"""Points of a sweep where the experiment's own parameters set no floor."""


def as_taken(table: Table, form: Form, points: Points) -> Points:
    """Shots where the experiment looks at each; else their mean. Raises ``OperatorError`` for what it cannot use."""
    if points.kind == SIGNAL and SHOTS in form.takes:
        return replace(_stacked(table, form, points), kind=SHOTS)
    if points.value.ndim == 2:
        number = points.value.shape[1]
        mean = points.value.mean(axis=1)
        if points.kind == CHANCE:
            ones = points.value.sum(axis=1)
            points = replace(points, value=ones, counted=True, shots=np.full(len(ones), float(number)))
        else:
            parts = [_surely(part(points.value).std(axis=1, ddof=1)) / number**0.5 for part in (np.real, np.imag)]
            points = replace(points, value=mean, error=np.stack(parts, axis=1), shots=np.full(len(mean), float(number)))
    if points.kind not in form.takes:
        raise refused(
            table.name,
            f"holds {points.kind}",
            f"this experiment takes {' or '.join(form.takes)}: --y says what a column is",
        )
    return points


def _surely(spread: np.ndarray) -> np.ndarray:
    """A point whose shots happen to agree is hardly surer than the others, (points,); else it alone would be fitted."""
    usual = spread[spread > 0]
    return np.maximum(spread, LEAST_SPREAD * float(np.median(usual))) if len(usual) else spread


def _stacked(table: Table, form: Form, points: Points) -> Points:
    """One row of shots for each place and curve, all equally long, in order of the place and then of the curve."""
    if points.value.ndim == 2 and len(points.value) == len(form.curves) * len(np.unique(points.x)):
        order = np.lexsort((points.curve, points.x))
        return _picked(points, order)
    groups = [(x, n) for x in np.unique(points.x).tolist() for n in range(len(form.curves))]
    rows = [points.value[(points.x == x) & (points.curve == n)].ravel() for x, n in groups]
    least = min(map(len, rows))
    if least < 2:
        empty = form.curves[groups[int(np.argmin([len(one) for one in rows]))][1]]
        raise refused(
            table.name, f"has no shots of {empty}", "give --y for each preparation, or --series that tells them apart"
        )
    x, curve = np.array(groups).T
    zeros = np.zeros(len(groups))
    return replace(
        points, x=x, curve=curve.astype(int), row=zeros, value=np.stack([one[:least] for one in rows]), error=None
    )


def _picked(points: Points, order: np.ndarray) -> Points:
    names = ("curve", "x", "row", "value", "error", "shots")
    return replace(points, **{name: one[order] for name in names if (one := getattr(points, name)) is not None})


def grouped(points: Points, form: Form) -> Points:
    """Sorted by place and curve; repetitions at one place averaged, with the error of their mean."""
    points = _picked(points, np.lexsort((points.curve, points.x, points.row)))
    if form.repeats or points.kind == SHOTS:
        return points
    keys = np.stack([points.row, points.x, points.curve], axis=1)
    starts = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)])
    if len(starts) == len(keys):
        return points
    groups = np.split(np.arange(len(keys)), starts[1:])
    sizes = np.array([len(one) for one in groups], dtype=float)
    total = np.add.reduceat(points.value, starts)
    value = total if points.counted else total / sizes
    shots = None if points.shots is None else np.add.reduceat(points.shots, starts)
    if points.error is not None:
        error = np.sqrt(np.add.reduceat(points.error**2, starts)) / sizes.reshape(-1, *(1,) * (points.error.ndim - 1))
    elif points.counted or (points.kind == CHANCE and shots is not None):
        error = None
    else:
        parts = [part for part in (np.real, np.imag) if points.kind == SIGNAL or part is np.real]
        spread = [pooled([part(points.value[one]) for one in groups]) / np.sqrt(sizes) for part in parts]
        error = np.stack(spread, axis=1) if points.kind == SIGNAL else spread[0]
    return replace(_picked(points, starts), value=value, error=error, shots=shots)


def require_enough(table: Table, form: Form, row: Experiment, points: Points) -> None:
    """Enough points, of every curve the same. Raises ``OperatorError``."""
    places = [points.x[points.curve == n] for n in range(max(1, len(form.curves)))]
    if form.exactly:
        if not np.array_equal(places[0], np.arange(form.exactly)):
            remedy = f"number its points in --x, 0 to {form.exactly - 1}, one row each"
            raise refused(table.name, f"does not hold the {form.exactly} points of {row.title}", remedy)
        return
    if form.swept:
        least = next((spec.low for spec in row.parameters if spec.name == "points"), FEWEST)
        least = FEWEST if form.repeats else least
        if (found := len(np.unique(points.x))) < least:
            raise refused(table.name, f"has {found} points, and {row.title} needs {least:.0f}", "measure more points")
    for name, one in zip(form.curves, places, strict=False):
        if not len(one):
            raise refused(
                table.name,
                f"has nothing of {name}",
                f"it needs {' and '.join(form.curves)}: a --y for each, or --series",
            )
        if not form.repeats and not np.array_equal(one, places[0]):
            raise refused(
                table.name, f"has {name} at other places than {form.curves[0]}", "measure all curves at the same places"
            )
    if form.row and len(points.x) != len(np.unique(points.x)) * len(np.unique(points.row)):
        raise refused(table.name, "is no full map", "give a value for every pair of the two swept values")
