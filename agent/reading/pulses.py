"""Readings of DRAG sweeps and of repeated pulses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.agent.reading.answers import MISSED, answer, arrays, has_curve, no_signal, success_if_fitted
from reson.agent.reading.features import visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis, Series
from reson.tools.experiments.fits.fitting import CALIBRATION
from reson.tools.verdicts.residuals import chi2_with_tolerance

OUTER = 0.125
"""Share of the sweep at each end that together make its outer quarter."""
MODERATE, LARGE = np.deg2rad(0.5), 0.1
"""Angle errors of one pulse, rad."""
ANGLES = np.linspace(-0.6, 0.6, 2401)


def read_drag(analysis: Analysis) -> Reading:
    """All curves have their common dip at the optimum, so their sum is lowest there."""
    if not all(visible(*arrays(series)[1:]) for series in analysis.series):
        return no_signal(analysis, "a curve scatters like noise over the whole sweep")
    x = np.array(analysis.series[0].x)
    total = np.sum([_scaled(np.array(series.y)) for series in analysis.series], axis=0)
    smooth = np.convolve(np.pad(total, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    optimum, span = float(x[np.argmin(smooth)]), float(x[-1] - x[0])
    place = (optimum - x[0]) / span
    if not OUTER <= place <= 1 - OUTER:
        reason = "the curves have their common dip at the edge of the sweep or outside it"
        return answer(
            Status.OPTIMAL_NOT_CENTERED,
            Outcome.SUBOPTIMAL,
            reason,
            suggested_range=(optimum - span / 2, optimum + span / 2),
            curve_drawn=has_curve(analysis.series),
        )
    return success_if_fitted(analysis, "all curves have a common dip well inside the sweep")


def _scaled(y: np.ndarray) -> np.ndarray:
    return (y - y.min()) / (np.ptp(y) or 1.0)


def read_fine_x(analysis: Analysis) -> Reading:
    """X gates from the equator: the error alternates in sign and grows with their number."""
    return _read_repeated(analysis, lambda n: (-1.0) ** n, pulses=1)


def read_fine_sx(analysis: Analysis) -> Reading:
    return _read_repeated(analysis, lambda n: np.sin(np.pi * n / 2), pulses=1)


def read_fine_drag(analysis: Analysis) -> Reading:
    return _read_repeated(analysis, lambda n: np.ones_like(n), pulses=2)


def _read_repeated(analysis: Analysis, sign: Callable[[np.ndarray], np.ndarray], pulses: int) -> Reading:
    drawn = has_curve(analysis.series)
    low, high, gates = _levels(analysis.series)
    x, y, y_err = arrays(gates)
    contrast = high - low
    if contrast < 0.2:
        reason = "the two calibration points look the same"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=drawn)
    used = np.abs(sign(x)) > 0.5  # the others are calibration points
    n, deviation = x[used], (y[used] - (low + high) / 2) * sign(x[used]) / (contrast / 2)
    noise = y_err[used] / (contrast / 2)
    angle, angle_err = _angle(n, deviation, noise)
    error = abs(angle) / pulses
    if drawn and chi2_with_tolerance(analysis.series, 0, 0.05) > MISSED:
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "the drawn curve misses the points")
    if error > LARGE:
        status, reason = Status.LARGE_ERROR, f"the error grows by about {np.rad2deg(error):.0f} degrees per pulse"
    elif error > MODERATE and abs(angle) > 3 * angle_err:
        status, reason = Status.MODERATE_ERROR, f"the error grows by about {np.rad2deg(error):.1f} degrees per pulse"
    else:
        return success_if_fitted(analysis, "no growth of the error beyond half a degree per pulse")
    return answer(status, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)


def _levels(all_series: tuple[Series, ...]) -> tuple[float, float, Series]:
    """Signal of 0, signal of 1, and the repeated gates; SX has its calibration points, 0 and 2 gates, in one series."""
    parts = {series.name: series for series in all_series}
    gates = next(series for series in all_series if series.name != CALIBRATION)
    points = dict(zip(gates.x, gates.y, strict=True))
    if CALIBRATION in parts:
        return parts[CALIBRATION].y[0], parts[CALIBRATION].y[-1], gates
    return points[0.0], points[2.0], gates


def _angle(n: np.ndarray, deviation: np.ndarray, noise: np.ndarray) -> tuple[float, float]:
    """Angle per step whose sine series comes closest to the deviations (a grid search), and its standard error."""
    cost = np.sum(((np.sin(ANGLES[:, None] * n) - deviation) / noise) ** 2, axis=1)
    return float(ANGLES[np.argmin(cost)]), float(1 / np.sqrt(np.sum((n / noise) ** 2)))
