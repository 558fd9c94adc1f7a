"""Fit saved data with the curve analyses of Qiskit Experiments, single-threaded, and hand back plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.records import Quantity
from reson.tools.data import Fault, RawData, Series
from reson.tools.experiments.fits.bounds import held
from reson.tools.experiments.fits.misfit import error_scale
from reson.tools.experiments.fits.processing import measured
from reson.tools.fence import attempt
from reson.tools.verdicts.residuals import weighted_residuals

if TYPE_CHECKING:
    from qiskit_experiments.curve_analysis import CurveAnalysis, CurveFitResult, ScatterTable
    from qiskit_experiments.framework import ExperimentData

CURVE_POINTS = 401
CALIBRATION = "prepared 0 and 1"


@dataclass(frozen=True)
class Fit:
    """A fit's outcome: parameters of the model with errors, or ``error``; the measured points in any case."""

    series: tuple[Series, ...]
    parameters: dict[str, Quantity] = field(default_factory=dict)
    reduced_chi2: float | None = None
    error: str | None = None
    freedom: int = 0
    """Degrees of freedom: points less free parameters."""
    covariance: np.ndarray | None = None
    """Of the parameters that have an error, in their order."""

    def derived(self, function: Callable[[Mapping[str, float]], float], unit: str = "") -> Quantity:
        """A function of the parameters, with the error that their covariance gives it to first order."""
        at = {name: quantity.value for name, quantity in self.parameters.items()}
        value, slopes = function(at), []
        for name in self._free:
            step = 1e-3 * (self.parameters[name].stderr or 0.0) or 1e-9
            slopes.append((function(at | {name: at[name] + step}) - function(at | {name: at[name] - step})) / step / 2)
        variance = np.nan if self.covariance is None else float(np.array(slopes) @ self.covariance @ slopes)
        return Quantity(value=value, stderr=float(variance**0.5) if variance >= 0 else None, unit=unit)

    @property
    def _free(self) -> list[str]:
        return [name for name, quantity in self.parameters.items() if quantity.stderr is not None]

    def __getitem__(self, name: str) -> Quantity:
        return self.parameters[name]

    def scaled(self, name: str, factor: float, unit: str) -> Quantity:
        """A parameter in SI units: the fit itself runs in units in which its numbers are of order one."""
        quantity = self.parameters[name]
        stderr = None if quantity.stderr is None else quantity.stderr * abs(factor)
        return Quantity(value=quantity.value * factor, stderr=stderr, unit=unit)

    def in_units(self, unit: float, heights: Sequence[str]) -> Fit:
        """The fit of points that were divided by ``unit``, in their own unit; ``heights``: parameters that follow."""
        parameters = self.parameters | {
            name: self.scaled(name, unit, "") for name in heights if name in self.parameters
        }
        series = tuple(
            part.model_copy(
                update={name: tuple(unit * y for y in getattr(part, name)) for name in ("y", "y_err", "fit_y")}
            )
            for part in self.series
        )
        return replace(self, series=series, parameters=parameters)


def fit_signal(
    analysis: CurveAnalysis,
    raw: RawData,
    x_unit: float,
    heights: Sequence[str],
    data: tuple[np.ndarray, np.ndarray] | None = None,
) -> Fit:
    """``fit`` of an IQ signal in whatever unit a digitiser has; ``heights``: parameters in the unit of the signal.

    The analysis sees it in a power of a thousand of that unit, for the same reason as it sees x in ``x_unit``.
    """
    values, errors = measured(raw) if data is None else data
    size = float(np.max(np.abs(values), initial=0.0))
    unit = 10.0 ** (3 * np.floor(np.log10(size) / 3)) if size > 0 else 1.0
    return fit(analysis, raw, x_unit, (values / unit, errors / unit)).in_units(unit, heights)


def fit(
    analysis: CurveAnalysis, raw: RawData, x_unit: float = 1.0, data: tuple[np.ndarray, np.ndarray] | None = None
) -> Fit:
    """Fit the points of ``raw`` (or ``data``: value and error of each circuit) with ``analysis``.

    The analysis sees x in multiples of ``x_unit`` (1e-6: microseconds), because its finite differences step by 1e-8
    whatever the size of a parameter; the returned series are in SI units, the parameters in the analysis' own.

    Errors of the parameters come from the errors of the points, scaled up by ``misfit.error_scale``.
    """
    values, errors = measured(raw) if data is None else data
    analysis.set_options(plot=False, data_processor=_processor(), normalization=False)
    found = attempt("fit", lambda: _run(analysis, _rebuild(raw, values, errors, x_unit)))
    if isinstance(found, Fault):
        return Fit(series=_unfitted(raw, values, errors), error=f"the analysis failed: {found.error}")
    table, summary = found
    if not summary.success or summary.params is None or summary.covar is None or summary.reduced_chisq is None:
        return Fit(series=_series(table, analysis, None, x_unit), error="the data does not determine the fit")
    curves, freedom = _series(table, analysis, summary.params, x_unit), int(summary.dof or 0)
    at_bounds = held(summary.params, _bounds(analysis, table))
    curves = tuple(one.model_copy(update={"held": at_bounds}) if one.fit_x else one for one in curves)
    scale = error_scale([weighted_residuals(part) for part in curves if part.fit_x], freedom)
    return Fit(
        series=curves,
        parameters=_parameters(summary, scale),
        reduced_chi2=float(summary.reduced_chisq),
        freedom=freedom,
    )


def _processor() -> Any:
    from qiskit_experiments.data_processing import DataProcessor
    from uncertainties import unumpy

    class Measured(DataProcessor):
        """Hands on the values and errors that ``processing`` found, so that every analysis sees the same ones."""

        def __call__(self, data: dict[str, Any] | list[dict[str, Any]], **options: Any) -> np.ndarray:
            data = [data] if isinstance(data, dict) else data
            return unumpy.uarray([datum["value"] for datum in data], [datum["error"] for datum in data])

    return Measured("value")


def _rebuild(raw: RawData, values: np.ndarray, errors: np.ndarray, x_unit: float) -> ExperimentData:
    from qiskit_experiments.framework import ExperimentData

    rebuilt = ExperimentData()
    rebuilt.metadata.update(physical_qubits=list(raw.component.qubits()), meas_level=2)
    rebuilt.add_data(
        [
            {"value": value, "error": error, "metadata": meta | {"xval": meta["xval"] / x_unit}, "shots": raw.shots}
            for value, error, meta in zip(values, errors, raw.circuits, strict=True)
        ]
    )
    return rebuilt


def _run(analysis: CurveAnalysis, rebuilt: ExperimentData) -> tuple[ScatterTable, CurveFitResult]:
    """The points that are fitted, and the fit: what ``CurveAnalysis.run`` does for them, without what it adds."""
    from qiskit_experiments.curve_analysis import CurveAnalysis

    analysis._initialize(rebuilt)  # pyright: ignore[reportPrivateUsage]
    points_of_all: Any = rebuilt.data()
    table = analysis._run_data_processing(points_of_all)  # pyright: ignore[reportPrivateUsage]
    usual = type(analysis)._format_data is CurveAnalysis._format_data  # pyright: ignore[reportPrivateUsage]
    points = _averaged(analysis, table) if usual else analysis._format_data(table)  # pyright: ignore[reportPrivateUsage]
    points = points.filter(category=analysis.options.fit_category)
    return points, analysis._run_curve_fit(points)  # pyright: ignore[reportPrivateUsage]


def _averaged(analysis: CurveAnalysis, table: ScatterTable) -> ScatterTable:
    """Points of one series and equal x as their mean: as ``CurveAnalysis._format_data`` does it, which asks pandas for
    each of them and takes longer than the fit.
    """
    from qiskit_experiments.curve_analysis import ScatterTable
    from qiskit_experiments.curve_analysis.utils import shot_weighted_average

    places: dict[tuple[str, float], list[int]] = {}
    for place, key in enumerate(zip(table.series_name.tolist(), table.x.tolist(), strict=True)):
        places.setdefault(key, []).append(place)
    names, averaged = analysis.model_names(), ScatterTable()
    columns = table.y, table.y_err, table.shots
    for (name, x), mine in sorted(places.items()):
        y, error, shots = shot_weighted_average(*(column[mine] for column in columns))
        averaged.add_row(x, y, error, name, names.index(name), analysis.options.fit_category, shots, analysis.name)
    return averaged


def _bounds(analysis: CurveAnalysis, table: ScatterTable) -> dict[str, tuple[float, float]]:
    """The bounds that the analysis has given its fit; the summary of the fit does not keep them."""
    from qiskit_experiments.curve_analysis import FitOptions

    names = sorted({name for model in analysis.models for name in model.param_names})
    asked = FitOptions(names, default_p0=analysis.options.p0, default_bounds=analysis.options.bounds)
    points = table.filter(category=analysis.options.fit_category)
    given = analysis._generate_fit_guesses(asked, points)  # pyright: ignore[reportPrivateUsage]
    one = given[0] if isinstance(given, list) else given
    return {name: bound for name, bound in one.bounds.items() if bound is not None}


def _parameters(summary: CurveFitResult, scale: float) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for name, value in summary.ufloat_params.items():
        stderr = float(value.std_dev) * scale
        found[name] = Quantity(value=float(value.nominal_value), stderr=stderr if np.isfinite(stderr) else None)
    return found


def _series(
    table: ScatterTable, analysis: CurveAnalysis, params: Mapping[str, float] | None, x_unit: float
) -> tuple[Series, ...]:
    points = table.filter(category=analysis.options.fit_category)
    found: list[Series] = []
    for name, model in zip(analysis.model_names(), analysis.models, strict=True):
        part = points.filter(series=name)
        if not len(part):
            continue  # the model has no data of its own in this experiment
        curve_x, curve_y = np.array([]), np.array([])
        if params is not None:
            curve_x = np.linspace(part.x.min(), part.x.max(), CURVE_POINTS)
            needed = {key: params[key] for key in model.param_names}
            curve_y = np.broadcast_to(model.eval(x=curve_x, **needed), curve_x.shape)
        found.append(series(name, part.x * x_unit, part.y, part.y_err, curve_x * x_unit, curve_y))
    return tuple(found)


def _unfitted(raw: RawData, values: np.ndarray, errors: np.ndarray) -> tuple[Series, ...]:
    """The points alone, named by the circuits' series and averaged where several circuits share an x."""
    names = np.array([str(metadata.get("series", "data")) for metadata in raw.circuits])
    x = np.array([metadata["xval"] for metadata in raw.circuits], dtype=float)
    return tuple(
        series(name, *averaged(x[names == name], values[names == name], errors[names == name]))
        for name in dict.fromkeys(names.tolist())
    )


def averaged(x: np.ndarray, y: np.ndarray, y_err: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of equal x as their mean, sorted by x; all arrays have shape (points,)."""
    distinct, index = np.unique(x, return_inverse=True)
    number = np.bincount(index)
    return distinct, np.bincount(index, y) / number, np.sqrt(np.bincount(index, y_err**2)) / number


def series(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    y_err: np.ndarray,
    curve_x: np.ndarray | None = None,
    curve_y: np.ndarray | None = None,
) -> Series:
    """A ``Series`` from arrays of shape (points,), sorted by x."""
    order = np.argsort(x, kind="stable")
    return Series(
        name=name,
        x=_floats(np.asarray(x)[order]),
        y=_floats(np.asarray(y)[order]),
        y_err=_floats(np.asarray(y_err)[order]),
        fit_x=_floats(curve_x),
        fit_y=_floats(curve_y),
    )


def with_calibration(all_series: tuple[Series, ...], name: str) -> tuple[Series, ...]:
    """The series of a ``FineAmplitudeAnalysis`` under names that a reader understands: its calibration and ``name``.

    The calibration loses its curve, a straight line that only helps the fit.
    """
    return tuple(
        part.model_copy(update={"name": CALIBRATION, "fit_x": (), "fit_y": ()})
        if part.name in ("spam cal.", "spam-cal")
        else part.model_copy(update={"name": name})
        for part in all_series
    )


def _floats(values: np.ndarray | None) -> tuple[float, ...]:
    return () if values is None else tuple(np.asarray(values, dtype=float).tolist())
