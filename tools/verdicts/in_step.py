"""Does one curve hold from the first point of a sweep to the last? Points are measured in the order of the sweep, so
what changes while it is measured parts them in two: before it they follow one curve, after it another.

Asked of the residuals, to first order: from some point on the curve is stretched along the sweep (a decay time, a
frequency or the gain of the drive moved), grown in height or moved as a whole (the readout moved). What the fit has
taken up already, a stretch and a height of the whole and its level, is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.tools.data import Series
from reson.tools.verdicts.residuals import fitted_values

CERTAIN = 5.0
"""Standard deviations that the best break of all may reach by chance once in 1e4 sweeps."""
LEAST = 3
"""Points of the sweep on either side of a break."""


def break_of(curves: Sequence[Series], tolerance: float) -> tuple[float, float]:
    """(significance in standard deviations, swept value) of the best break; errors are widened by ``tolerance`` times
    the span of the fitted curves, as for reduced chi2. (0, 0) where nothing is fitted, or hardly anything is left.
    """
    drawn = [part for part in curves if part.fit_x]
    places = np.unique(np.concatenate([part.x for part in drawn])) if drawn else np.zeros(0)
    if len(places) < 4 * LEAST:
        return 0.0, 0.0
    x = np.concatenate([part.x for part in drawn])
    error = np.concatenate([np.hypot(part.y_err, tolerance * np.ptp(part.fit_y)) for part in drawn])
    residual = np.concatenate([np.array(part.y) - fitted_values(part) for part in drawn]) / error
    height = np.concatenate([fitted_values(part) for part in drawn]) / error
    stretch = np.concatenate([_stretch(part) for part in drawn]) / error
    levels = [np.concatenate([np.full(len(one.x), one is part) for one in drawn]) / error for part in drawn]
    known = np.linalg.qr(np.stack([*levels, height, stretch], axis=1))[0]
    left = residual - known @ (known.T @ residual)
    best = 0.0, 0.0
    for start in places[LEAST:-LEAST]:
        for direction in (stretch, height - height.mean(), 1 / error):
            after = np.where(x >= start, direction, 0.0)
            own = after - known @ (known.T @ after)
            size = float(np.linalg.norm(own))
            if size > 1e-6 * float(np.linalg.norm(after)):
                best = max(best, (abs(float(own @ left)) / size, float(start)))
    return best


def _stretch(part: Series) -> np.ndarray:
    """By how much each point moves where the swept value is read longer, x df/dx, shape (points,)."""
    x = np.array(part.x)
    return x * np.interp(x, part.fit_x, np.gradient(part.fit_y, part.fit_x))
