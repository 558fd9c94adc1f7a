"""Fit the same curve to every qubit of a job at once, with the values and errors that a curve analysis would give each.

The stock way, one analysis after another, spends a thousand times longer on bookkeeping than on the fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reson.records import Quantity
from reson.tools.data import RawData
from reson.tools.experiments.fits.bounds import held
from reson.tools.experiments.fits.curve_models import CurveModel
from reson.tools.experiments.fits.fitting import CURVE_POINTS, Fit, averaged, series
from reson.tools.experiments.fits.least_squares import Solution, least_squares
from reson.tools.experiments.fits.misfit import error_scale
from reson.tools.experiments.fits.processing import measured


@dataclass(frozen=True)
class Points:
    """One qubit's points for ``fit_many``: x in the unit of the fit, and for each the number of its series.

    Points of equal x and series are averaged, as a curve analysis does. All arrays have shape (points,).
    """

    x: np.ndarray
    y: np.ndarray
    y_err: np.ndarray
    part: np.ndarray


def points_of(
    raw: RawData, model: CurveModel, x_unit: float = 1.0, data: tuple[np.ndarray, np.ndarray] | None = None
) -> Points:
    """The points of ``raw`` (or ``data``: value and error of each circuit); circuits of other series are left out."""
    values, errors = measured(raw) if data is None else data
    x = np.array([metadata["xval"] for metadata in raw.circuits], dtype=float) / x_unit
    named = list(model.series)
    if len(named) == 1:
        part = np.zeros(len(x), dtype=int)
    else:
        places = {name: place for place, name in enumerate(named)}
        part = np.array([places.get(str(metadata.get("series")), -1) for metadata in raw.circuits], dtype=int)
    found = [
        np.stack([*averaged(x[part == n], values[part == n], errors[part == n]), np.full(count, n)])
        for n in range(len(named))
        if (count := len(np.unique(x[part == n])))
    ]
    x, y, y_err, number = np.concatenate(found, axis=1)
    return Points(x, y, y_err, number.astype(int))


def fit_many(
    model: CurveModel,
    points: Sequence[Points],
    starts: Sequence[Mapping[str, float]],
    x_unit: float = 1.0,
    constants: Sequence[Mapping[str, float]] | None = None,
) -> list[Fit]:
    """Fit every qubit's ``points`` from its own start (``constants``: what the model is given for each qubit).

    Values and errors are those of ``fit`` with the corresponding curve analysis; a qubit without a fit keeps its points
    and does not disturb the others. Parameters are in the unit of the points, the series in SI units.
    """
    if not points:
        return []
    fixed = constants or [{}] * len(points)
    x, y, weight, part = _stacked(points, model.capped)
    given = {name: np.array([[one[name]] for one in fixed]) for name in model.constants}

    def curve(at: np.ndarray, of: np.ndarray, values: np.ndarray, sets: np.ndarray) -> np.ndarray:
        free = {name: values[:, k, None] for k, name in enumerate(model.free)}
        return model.function(at, of, free | {name: one[sets] for name, one in given.items()})

    start = np.array([[one[name] for name in model.free] for one in starts], dtype=float)
    low, high = (
        np.tile([model.bounds.get(name, (-np.inf, np.inf))[side] for name in model.free], (len(points), 1))
        for side in (0, 1)
    )
    every = np.arange(len(points))
    solution = least_squares(lambda values, sets: curve(x[sets], part[sets], values, sets), y, weight, start, low, high)
    drawn = _drawn(points, len(model.series), lambda at, of: curve(at, of, solution.parameters, every))
    with np.errstate(all="ignore"):
        residuals = weight * (y - curve(x, part, solution.parameters, every))
    return [
        _fit(model, one, fixed[place], solution, place, drawn[place], residuals[place, : len(one.x)], x_unit)
        for place, one in enumerate(points)
    ]


def _stacked(points: Sequence[Points], capped: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y, weight and part, shape (qubits, points); where a qubit has fewer points the rest weigh nothing."""
    most = max(len(one.x) for one in points)
    x, y, weight = (np.zeros((len(points), most)) for _ in range(3))
    part = np.zeros((len(points), most), dtype=int)
    for row, one in enumerate(points):
        number = len(one.x)
        x[row], part[row] = one.x[0], one.part[0]
        x[row, :number], y[row, :number], part[row, :number] = one.x, one.y, one.part
        weight[row, :number] = _weights(one, capped)
    return x, y, weight, part


def _weights(points: Points, capped: bool) -> np.ndarray:
    """One over the error; ``capped``: but no point weighs more than nine tenths of its series."""
    found = 1 / np.maximum(points.y_err, np.finfo(float).eps)
    for n in np.unique(points.part) if capped else ():
        mine = points.part == n
        found[mine] = np.minimum(found[mine], np.percentile(found[mine], 90))
    return found


def _drawn(points: Sequence[Points], parts: int, curve: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """x and y of the fitted curves, shape (qubits, parts, 2, CURVE_POINTS); x is NaN where a part has no points."""
    x = np.full((len(points), parts, CURVE_POINTS), np.nan)
    for row, one in enumerate(points):
        for n in np.unique(one.part):
            mine = one.x[one.part == n]
            x[row, n] = np.linspace(mine.min(), mine.max(), CURVE_POINTS)
    of = np.broadcast_to(np.arange(parts)[:, None], x.shape[1:]).ravel()
    with np.errstate(all="ignore"):
        y = curve(x.reshape(len(points), -1), np.broadcast_to(of, (len(points), of.size)))
    return np.stack([x, y.reshape(x.shape)], axis=2)


def _fit(
    model: CurveModel,
    points: Points,
    constants: Mapping[str, float],
    solution: Solution,
    place: int,
    drawn: np.ndarray,
    residuals: np.ndarray,
    x_unit: float,
) -> Fit:
    """``residuals``: weighted, shape (points,), each series in the order of x."""
    found, variance = solution.parameters[place], np.diag(solution.covariance[place])
    enough = len(points.x) >= len(model.free)
    good = bool(enough and solution.found[place] and (variance >= 0).all() and np.isfinite(variance).all())
    curves = []
    for n, name in enumerate(model.series.values()):
        mine = (points.part == n) & np.isfinite(points.y) & np.isfinite(points.y_err)
        if (points.part == n).any():
            line = (drawn[n, 0] * x_unit, drawn[n, 1]) if good and np.isfinite(drawn[n]).all() else (None, None)
            curves.append(series(name, points.x[mine] * x_unit, points.y[mine], points.y_err[mine], *line))
    at_bounds = held(dict(zip(model.free, found.tolist(), strict=True)), model.bounds)
    curves = [one.model_copy(update={"held": at_bounds}) if one.fit_x else one for one in curves]
    if not good:
        return Fit(series=tuple(curves), error="the data does not determine the fit")
    freedom = max(1, len(points.x) - len(model.free))
    scale = error_scale([residuals[points.part == n] for n in np.unique(points.part)], freedom)
    covariance = solution.covariance[place] * scale**2
    errors = np.sqrt(np.diag(covariance))
    parameters = {
        name: Quantity(value=float(value), stderr=float(error))
        for name, value, error in zip(model.free, found, errors, strict=True)
    }
    fixed = {name: Quantity(value=constants[name]) for name in model.constants}
    return Fit(
        series=tuple(curves),
        parameters=parameters | fixed,
        reduced_chi2=float(solution.chi2[place]) / freedom,
        freedom=freedom,
        covariance=covariance,
    )
