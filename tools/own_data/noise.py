"""Noise of points of which nobody gives the errors, from how they scatter about a smooth curve."""

from __future__ import annotations

import numpy as np

from reson.tools.spectrum import even

ORDER = 6
"""Of the differences: a sine of eight points a period leaves 1 % of its amplitude in them."""
FEWEST_LEFT = 6
ROUNDING = 1e-9
"""Relative size below which what is left is the rounding of computed points."""
OUTLYING = 3.5
"""Standard deviations by the median from which a difference is the curve's."""
NORMAL = 0.6745
"""Median of the size of a normal deviate."""
WAVES = (4, 6)
"""Least and largest order of a linear recurrence: two orders for each damped wave, one for a level or a decay."""
POINTS_PER_ORDER = 10
WAVY = 0.6
"""Noise that a recurrence leaves over that of the differences from which the rest of the differences is a wave."""


def noise(x: np.ndarray, y: np.ndarray) -> float:
    """Standard deviation of one point, 0 on a curve without any noise.

    ``x`` and ``y`` have shape (points,), sorted by x and no x twice.

    Divided differences of order k vanish for polynomials of lower degree, on uneven steps too; what is left, in units
    of what noise leaves, is the noise: its root mean square, without what stands out of its median, as a line does.
    Fringes of few points a period are no polynomial: they are told from noise by the recurrence that waves follow.
    """
    order = int(np.clip(len(x) - FEWEST_LEFT, 1, ORDER))
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(len(x)), order + 1)
    places = x[windows]
    scale = np.ptp(places, axis=1, keepdims=True)
    apart = (places[:, :, None] - places[:, None, :]) / scale[:, :, None]
    apart[:, np.arange(order + 1), np.arange(order + 1)] = 1.0
    weights = 1 / np.prod(apart, axis=2)
    left = np.sum(weights * y[windows], axis=1) / np.sqrt(np.sum(weights**2, axis=1))
    found = float(np.median(np.abs(left))) / NORMAL
    found = float(np.sqrt(np.mean(left[np.abs(left) <= OUTLYING * found] ** 2)))
    if even(x) and (apart_from_waves := _of_recurrence(y)) < WAVY * found:
        found = apart_from_waves
    return found if found > ROUNDING * float(np.abs(y).max()) else 0.0


def _of_recurrence(y: np.ndarray) -> float:
    """The same of points (points,) on even steps, less what damped waves of any frequency make; inf of too few points.

    A sum of damped waves and decays follows a linear recurrence of two orders for each wave, however few points a
    period has: what no recurrence explains, forward or backward, is the noise (total least squares).
    """
    order = int(np.clip(len(y) // POINTS_PER_ORDER, *WAVES))
    if len(y) < 3 * order:
        return float("inf")
    centred = y - y.mean()
    forward = np.lib.stride_tricks.sliding_window_view(centred, order + 1)
    rows = np.concatenate([forward, forward[:, ::-1]])
    return float(np.linalg.svd(rows, compute_uv=False)[-1]) / (len(rows) - order) ** 0.5


def pooled(values: list[np.ndarray]) -> float:
    """Standard deviation of one value from groups of repetitions."""
    freedom = sum(len(one) - 1 for one in values)
    squares = sum(float(np.sum(np.abs(one - one.mean()) ** 2)) for one in values)
    return (squares / freedom) ** 0.5 if freedom else 0.0
