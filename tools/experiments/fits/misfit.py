"""What a curve that misses its points does to the errors of its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CHANCE = 2.0
"""Standard deviations by which noise alone may make neighbouring residuals agree."""


def error_scale(residuals: Sequence[np.ndarray], freedom: int) -> float:
    """Factor on the errors that the points' own errors give the parameters; at least 1.

    ``residuals`` holds for each series (measured - fitted) / error, in the order of x; ``freedom`` is the number of
    points less that of parameters. Two things widen the errors:

    - scatter beyond the points' errors, by the root of reduced chi2 (the scale factor of the Particle Data Group);
    - a curve of another shape than the data. It shows in residuals of neighbours that agree, as noise does not. A miss
      of mean square m^2 (in units of the errors) that is the same at every repetition moves a parameter by up to
      ``stderr sqrt(n) m`` over n points, by Cauchy and Schwarz: scatter averages out over the points, a miss does not.
    """
    usable = [part for part in residuals if len(part) > 1 and np.isfinite(part).all()]
    if not usable:
        return 1.0
    total = sum(float(np.sum(part**2)) for part in usable)
    points, neighbours = sum(map(len, usable)), sum(len(part) - 1 for part in usable)
    scatter = max(1.0, total / max(1, freedom))
    shared = sum(float(np.sum(part[1:] * part[:-1])) for part in usable) / neighbours
    missed = max(0.0, shared - CHANCE * scatter / neighbours**0.5)
    return (scatter + points * missed) ** 0.5
