"""Where the dip of each row of a map lies."""

from __future__ import annotations

import numpy as np

from reson.tools.experiments.fits.least_squares import least_squares

SEEN = 6.0
"""Depth in errors of a point from which a row has a dip."""


def row_dips(x: np.ndarray, z: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place of the dip in each row, its error and its full width at half depth, all of shape (rows,); an infinite error
    where there is none.

    ``z`` and ``errors`` have shape (rows, points). The dip is a Lorentzian with a skewed flank on a level floor, which
    only has to find the middle; where its shape misses the points, the error grows by the root of reduced chi2. All
    points of a row weigh alike: shots scatter more on one flank of a strong tone's dip, which would draw it aside.
    """
    errors = np.broadcast_to(np.median(errors, axis=1, keepdims=True), errors.shape)
    unit = float(np.ptp(x))
    position, step = (x - x[0]) / unit, 1 / (len(x) - 1)
    lowest = np.argmin(z, axis=1)
    depth = np.median(z, axis=1) - z.min(axis=1)
    width = np.maximum((z < (np.median(z, axis=1) - depth / 2)[:, None]).sum(axis=1) / 2, 1.0) * step

    def dips(parameters: np.ndarray, rows: np.ndarray) -> np.ndarray:
        floor, deep, skew, place, half = (parameters[:, [index]] for index in range(5))
        away = (position - place) / half
        return floor - (deep + skew * away) / (1 + away**2)

    start = np.stack([np.median(z, axis=1), depth, np.zeros(len(z)), position[lowest], width], axis=1)
    low = np.tile([0.0, 0.0, -2.0, -0.2, 0.3 * step], (len(z), 1))
    high = np.tile([3.0, 3.0, 2.0, 1.2, 0.6], (len(z), 1))
    found = least_squares(dips, z, 1 / np.maximum(errors, 1e-12), start, low, high)
    scale = np.sqrt(np.maximum(1.0, found.chi2 / max(1, len(x) - 5)))
    spread = np.sqrt(np.maximum(found.covariance[:, 3, 3], 0.0)) * scale * unit
    place = x[0] + found.parameters[:, 3] * unit
    inside = (place > x[0]) & (place < x[-1]) & (found.parameters[:, 1] > SEEN * np.median(errors, axis=1))
    width = 2 * found.parameters[:, 4] * unit
    return place, np.where(found.found & inside & (spread < 0.1 * unit), spread, np.inf), width
