"""The curve analyses of Qiskit Experiments from the starts that Reson computes: the reference of ``batch_fitting``."""

from __future__ import annotations

import math
from collections.abc import Mapping

import lmfit
import numpy as np
from qiskit_experiments.curve_analysis import CurveAnalysis
from qiskit_experiments.library.characterization.analysis import (
    FineAmplitudeAnalysis,
    RamseyXYAnalysis,
    T1Analysis,
    T2HahnAnalysis,
)
from qiskit_experiments.library.randomized_benchmarking import RBAnalysis

from reson.tools.data import RawData
from reson.tools.experiments import rabi, standard_rb
from reson.tools.experiments.fits.batch_fitting import Points, points_of
from reson.tools.experiments.fits.curve_models import BENCHMARKING, DECAY, FINE_ANGLE, MOST_OFFSET, RABI, RAMSEY
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.starts import (
    benchmarking_start,
    decay_start,
    fine_angle_start,
    rabi_start,
    ramsey_start,
)

US = 1e-6


def reference(raw: RawData) -> Fit:
    """The stock fit of this measurement, weighted and scaled as ``fitting.fit`` does."""
    match raw.experiment:
        case "t1":
            points = points_of(raw, DECAY, US)
            return fit(_from(T1Analysis(), decay_start(points.x, points.y)), raw, US)
        case "t2_hahn":
            p1, error = measured(raw)
            points = points_of(raw, DECAY, US, (1 - p1, error))
            return fit(_from(T2HahnAnalysis(), decay_start(points.x, points.y)), raw, US, (1 - p1, error))
        case "ramsey_xy":
            points = points_of(raw, RAMSEY, US)
            return fit(_from(RamseyXYAnalysis(), ramsey_start(points.x, points.y, points.part), RAMSEY.bounds), raw, US)
        case "rabi":
            points = points_of(raw, RABI)
            return fit(_from(_rabi(rabi.slowing_of(raw)), rabi_start(points.x, points.y), RABI.bounds), raw)
        case "standard_rb":
            survival = standard_rb.survival_of(raw)
            points = points_of(raw, BENCHMARKING, 1.0, survival)
            analysis = _from(RBAnalysis(), benchmarking_start(points.x, points.y, 0.5), {"a": (0, 1), "alpha": (0, 1)})
            analysis.set_options(gate_error_ratio=None, average_method="shots_weighted", fixed_parameters={"b": 0.5})
            return fit(analysis, raw, 1.0, survival)
        case "fine_x_amplitude":
            return _fine_angle(raw, math.pi, math.pi / 2, offset_free=True)
        case "fine_sx_amplitude":
            return _fine_angle(raw, math.pi / 2, math.pi, offset_free=False)
        case _:
            return _fine_angle(raw, 0.0, math.pi / 2, offset_free=False)


def _from(
    analysis: CurveAnalysis, start: Mapping[str, float], bounds: Mapping[str, tuple[float, float]] | None = None
) -> CurveAnalysis:
    """The analysis with this start in the place of its own guesses."""
    analysis._generate_fit_guesses = lambda user_opt, curve_data: user_opt
    analysis.set_options(p0=dict(start), **({} if bounds is None else {"bounds": dict(bounds)}))
    return analysis


def _rabi(slowing: float) -> CurveAnalysis:
    angle = f"2 * pi * freq * x * (1 - {slowing!r} * (2 * freq * x) ** 2)"
    return CurveAnalysis(models=[lmfit.models.ExpressionModel(expr=f"base + amp * cos({angle})", name="cos")])


def _fine_angle(raw: RawData, angle: float, offset: float, offset_free: bool) -> Fit:
    points: Points = points_of(raw, FINE_ANGLE)
    start = fine_angle_start(points.x, points.y, points.part == 0, angle, offset)
    bounds = dict(FINE_ANGLE.bounds) | {"phase_offset": (offset - MOST_OFFSET, offset + MOST_OFFSET)}
    fixed = {"angle_per_gate": angle} | ({} if offset_free else {"phase_offset": offset})
    analysis = _from(FineAmplitudeAnalysis(), start | {"angle_per_gate": angle}, bounds)
    analysis.set_options(fixed_parameters=fixed)
    return fit(analysis, raw)


def errors_apart(found: Fit, expected: Fit) -> float:
    """The largest difference of a fitted value or its error, in units of that error."""
    names = [name for name, quantity in found.parameters.items() if quantity.stderr]
    pairs = [(found[name], expected[name]) for name in names]
    return max(
        float(np.max(np.abs([one.value - two.value, (one.stderr or 0) - (two.stderr or 0)])) / (two.stderr or 1e-300))
        for one, two in pairs
    )
