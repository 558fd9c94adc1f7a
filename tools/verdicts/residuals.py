"""How far measured points lie from a constant and from the fitted curve, in units of their errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.tools.data import Series


def scatter_significance(y: np.ndarray, y_err: np.ndarray) -> float:
    """Standard deviations by which chi2 about the weighted mean exceeds its expectation for pure noise.

    chi2 of n points has mean n - 1 and variance 2 (n - 1).
    """
    if len(y) < 2:
        return 0.0
    weight = 1 / np.maximum(y_err, 1e-300) ** 2
    chi2 = float(np.sum(weight * (y - np.average(y, weights=weight)) ** 2))
    return (chi2 - (len(y) - 1)) / float(np.sqrt(2 * (len(y) - 1)))


def fitted_values(series: Series) -> np.ndarray:
    """The fitted curve at the measured points, shape (points,); NaN without a fit."""
    from scipy.interpolate import CubicSpline

    if not series.fit_x:
        return np.full(len(series.x), np.nan)
    return CubicSpline(series.fit_x, series.fit_y)(series.x)


def weighted_residuals(series: Series) -> np.ndarray:
    """Measured minus fitted in units of the error, shape (points,), in the order of x; NaN without a fit."""
    return (np.array(series.y) - fitted_values(series)) / np.maximum(series.y_err, 1e-300)


def chi2_with_tolerance(all_series: Sequence[Series], parameters: int, tolerance: float) -> float:
    """Reduced chi2 of the fitted series, their errors widened by ``tolerance`` times the span of the fitted curve.

    Returns NaN where nothing was fitted or no degree of freedom is left.
    """
    drawn = [series for series in all_series if series.fit_x]
    freedom = sum(len(series.x) for series in drawn) - parameters
    if not drawn or freedom < 1:
        return float("nan")
    total = 0.0
    for series in drawn:
        error = np.hypot(series.y_err, tolerance * np.ptp(series.fit_y))
        total += float(np.sum(((np.array(series.y) - fitted_values(series)) / np.maximum(error, 1e-300)) ** 2))
    return total / freedom
