"""Weighted least squares for many data sets at once: one curve, every data set its own start, steps and end.

Levenberg and Marquardt's method (More, Lecture Notes in Mathematics 630, 105 (1978)) on stacked arrays. A data set that
finds no minimum leaves the others alone. Derivatives come from complex steps (Squire and Trapp, SIAM Review 40, 110
(1998)), exact to rounding, so a curve must be written in functions that take complex parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ITERATIONS = 300
STEP = 1e-30
NEAR = 1e-8
"""Distance to the minimum, in chi2, at which a data set is done; one standard error is a distance of 1."""
CREEP = 1e-8
"""Relative gain of a step below which a long flat valley counts as the minimum."""
FREE = 100.0
"""Damping above which a step is short whatever the distance to the minimum."""
SINGULAR = 1e-13
"""Smallest eigenvalue of the scaled normal matrix, relative to the largest, of data that determine the parameters."""

Curve = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Parameters (some, parameters), float or complex, of the data sets (some,) -> values (some, points)."""


@dataclass(frozen=True)
class Solution:
    """Parameters (sets, parameters) and their covariance (sets, parameters, parameters), chi2 (sets,).

    ``found`` (sets,) is False where there is no minimum, or where the data do not determine the parameters.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    chi2: np.ndarray
    found: np.ndarray


def least_squares(
    curve: Curve, y: np.ndarray, weight: np.ndarray, start: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Solution:
    """Minimise the sum of ``(weight * (y - curve))**2`` of every data set within bounds.

    ``y`` and ``weight`` have shape (sets, points), a weight of zero leaves a point out; ``start``, ``low`` and ``high``
    have shape (sets, parameters). The covariance is that of errors ``1 / weight``, as of ``scipy.optimize.curve_fit``
    with ``absolute_sigma``.
    """
    usable = np.logical_and.reduce([np.isfinite(one).all(axis=1) for one in (start, y, weight)])
    parameters = np.clip(np.where(usable[:, None], start, 0.0), low, high)
    y, weight = (np.where(usable[:, None], values, 0.0) for values in (y, weight))
    every, damping, done = np.arange(len(y)), np.full(len(y), 1e-3), ~usable
    with np.errstate(all="ignore"):
        residual = weight * (y - curve(parameters, every))
        chi2 = np.sum(residual**2, axis=1)
        for _ in range(ITERATIONS):
            on = np.flatnonzero(~done)  # those that are done cost no more
            if not len(on):
                break
            slope, normal, scale = _normal(curve, parameters[on], on, weight[on], residual[on])
            least, most = low[on], high[on]
            outward = ((parameters[on] <= least) & (slope < 0)) | ((parameters[on] >= most) & (slope > 0))
            step, decrement = _step(slope, normal, scale, outward, damping[on])
            near = decrement < NEAR
            trial = np.where(near[:, None], parameters[on], np.clip(parameters[on] + step, least, most))
            new = weight[on] * (y[on] - curve(trial, on))
            new_chi2 = np.sum(new**2, axis=1)
            better = ~near & (new_chi2 < chi2[on])
            done[on] = near | ((np.abs(chi2[on] - new_chi2) < CREEP * chi2[on]) & (damping[on] < FREE))
            taken = on[better]
            parameters[taken], residual[taken], chi2[taken] = trial[better], new[better], new_chi2[better]
            damping[on] = np.clip(np.where(better, damping[on] / 8, damping[on] * 5), 1e-12, 1e12)
        _, normal, scale = _normal(curve, parameters, every, weight, residual)
        covariance, determined = _inverse(normal, scale)
    return Solution(parameters, covariance, chi2, usable & done & determined & np.isfinite(chi2))


def _normal(
    curve: Curve, parameters: np.ndarray, sets: np.ndarray, weight: np.ndarray, residual: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Downhill slope (sets, parameters), normal matrix scaled to a diagonal of one, and the scale."""
    number = parameters.shape[1]
    jacobian = np.stack(
        [np.imag(curve(parameters + 1j * STEP * np.eye(number)[k], sets)) / STEP for k in range(number)], axis=2
    )
    jacobian = weight[:, :, None] * np.nan_to_num(jacobian, posinf=0.0, neginf=0.0)
    scale = np.sqrt(np.sum(jacobian**2, axis=1))
    scale[scale == 0] = 1.0
    jacobian /= scale[:, None, :]
    slope = np.einsum("snp,sn->sp", jacobian, np.nan_to_num(residual))
    return slope, jacobian.swapaxes(1, 2) @ jacobian, scale


def _step(
    slope: np.ndarray, normal: np.ndarray, scale: np.ndarray, outward: np.ndarray, damping: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Damped step (sets, parameters), and by how much chi2 would fall at the minimum of the linearised curve (sets,).

    Parameters that a bound holds stay where they are.
    """
    unit = np.eye(slope.shape[1])
    held = outward[:, :, None] | outward[:, None, :]
    free = np.where(held, unit, normal)
    slope = np.where(outward, 0.0, slope)[:, :, None]
    damped = np.linalg.solve(free + damping[:, None, None] * unit, slope)
    whole = np.linalg.solve(free + 1e-12 * unit, slope)
    return damped[:, :, 0] / scale, np.sum(slope * whole, axis=(1, 2))


def _inverse(normal: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, vectors = np.linalg.eigh(normal)
    determined = values[:, 0] > SINGULAR * values[:, -1]
    inverse = (vectors / np.maximum(values, 1e-300)[:, None, :]) @ vectors.swapaxes(1, 2)
    return inverse / (scale[:, :, None] * scale[:, None, :]), determined
