"""Noise of points of which nobody gives the errors, from how they scatter about a smooth curve."""

from __future__ import annotations

import numpy as np

ORDER = 6
"""Of the differences: a sine of eight points a period leaves 1 % of its amplitude in them."""
FEWEST_LEFT = 6
ROUNDING = 1e-9
"""Relative size below which what is left is the rounding of computed points."""
OUTLYING = 3.5
"""Standard deviations by the median from which a difference is the curve's."""
NORMAL = 0.6745
"""Median of the size of a normal deviate."""


def noise(x: np.ndarray, y: np.ndarray) -> float:
    """Standard deviation of one point, 0 on a curve without any noise.

    ``x`` and ``y`` have shape (points,), sorted by x and no x twice.

    Divided differences of order k vanish for polynomials of lower degree, on uneven steps too; what is left, in units
    of what noise leaves, is the noise: its root mean square, without what stands out of its median, as a line does.
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
    return found if found > ROUNDING * float(np.abs(y).max()) else 0.0


def pooled(values: list[np.ndarray]) -> float:
    """Standard deviation of one value from groups of repetitions."""
    freedom = sum(len(one) - 1 for one in values)
    squares = sum(float(np.sum(np.abs(one - one.mean()) ** 2)) for one in values)
    return (squares / freedom) ** 0.5 if freedom else 0.0
