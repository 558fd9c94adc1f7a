"""How the feedline bends the magnitude of several sweeps over one dip, so that it can be taken off them.

What cables, filters and mismatches do is the same for every power of the tone and every state of the qubit; what the
resonator does is not. The background of each sweep is fitted together with its dip in the complex plane (``feedline``),
and the median over the sweeps is what they have in common.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.tools.data import RawData
from reson.tools.experiments.fits.feedline import SETTLED, background, coherent, tried, undelayed
from reson.tools.experiments.fits.resonator_dip import dip

ORDERS = (0, 2, 4, 6, 8, 10, 12, 14)
"""Of the polynomial in frequency; the one with the least Akaike criterion counts."""
FREE, ASKED = 10, 3.0
"""Order of a background that follows most feedlines, and the factor by which a flat one must leave more of the rows."""
FINER, REFINED = 0.15, 10
"""First step of the search about the best dip of the grid, in linewidths, and number of steps."""
BENT = 0.1
"""Share by which the feedline must change over the sweep before it is taken off: below, it is what it is taken for."""


def bend(x: np.ndarray, rows: np.ndarray, errors: np.ndarray, time: float = 1.0, start: float = SETTLED) -> np.ndarray:
    """Relative magnitude of the feedline at each frequency, median 1, shape (points,).

    ``x`` in MHz, increasing; ``rows`` complex, shape (rows, points), ``errors`` of one point of each, shape (rows,);
    readout time and start of the integration in us.
    """

    def shape(f0: np.ndarray, width: np.ndarray) -> np.ndarray:
        return dip(x, f0[:, None], width[:, None], time, start)

    shapes = shape(*np.array(tried(x)).T)
    found = []
    for turned in (rows, rows.conj()):  # a phase may grow with time or fall
        flat = np.array([undelayed(x, z) / error for z, error in zip(turned, errors, strict=True)])
        level, bent = (_best(_orthonormal(x, order), flat, shapes)[0].sum() for order in (0, FREE))
        if level < ASKED * bent:
            return np.ones(len(x))
        found += [_fitted(x, flat, shape, shapes, order) for order in ORDERS if 2 * (order + 3) < len(x)]
    scatter = max(1.0, min(chi2 / freedom for chi2, freedom, _ in found))
    return min(found, key=lambda one: one[0] / scatter - 2 * one[1])[2]


def _fitted(
    x: np.ndarray,
    rows: np.ndarray,
    shape: Callable[[np.ndarray, np.ndarray], np.ndarray],
    shapes: np.ndarray,
    order: int,
) -> tuple[float, int, np.ndarray]:
    """chi2 of all rows with a background of this order less a dip for each, degrees of freedom, and the magnitude;
    ``shapes``: of the dips that are tried first.
    """
    base = _orthonormal(x, order)
    places = tried(x)
    levels, chi2 = [], 0.0
    for row, nearest in zip(rows, _best(base, rows, shapes)[1].tolist(), strict=True):
        (f0, width), step, left = places[nearest], FINER, np.full(1, np.inf)
        for _ in range(REFINED):
            near = [(f0 + i * step * width, width * (1 + j * step)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
            left, (index,) = _best(base, row[None], shape(*np.array(near).T))
            (f0, width), step = near[int(index)], step if index != 4 else step / 2
        chi2 += float(left[0])
        dipped = shape(np.array([f0]), np.array([width]))[0]
        factors = np.linalg.lstsq(np.column_stack([base, dipped]), row, rcond=None)[0]
        level = np.abs(base @ factors[:-1])
        levels.append(level / max(float(np.median(level)), 1e-300))
    freedom = 2 * len(rows) * (len(x) - order - 2) - 2 * len(rows)
    return chi2, freedom, np.median(levels, axis=0)


def _orthonormal(x: np.ndarray, order: int) -> np.ndarray:
    return np.linalg.qr(background(x, order))[0]


def _best(base: np.ndarray, rows: np.ndarray, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row chi2 with the best of the shapes beside the background, and the number of that shape."""
    shapes = shapes - (shapes @ base) @ base.T
    shapes = shapes / (np.linalg.norm(shapes, axis=1, keepdims=True) + 1e-300)
    left = rows - (rows @ base) @ base.T
    gains = np.abs(left @ shapes.conj().T) ** 2
    return np.sum(np.abs(left) ** 2, axis=1) - gains.max(axis=1), np.argmax(gains, axis=1)


def feedline_of(raw: RawData, x: np.ndarray, rows: np.ndarray, time: float = 1.0, start: float = SETTLED) -> np.ndarray:
    """``bend`` of a measurement whose circuits number ``rows`` selects, shape (rows, points); ``x`` in MHz.

    1 throughout where the feedline hardly bends, or the device keeps no phases that would tell it.
    """
    flat = np.ones(len(x))
    if not coherent(raw):
        return flat
    z = np.asarray(raw.arrays["iq_mean"])[rows]
    errors = np.sqrt(np.mean(raw.arrays["iq_stderr"][rows] ** 2, axis=(1, 2)))
    found = bend(x, z, np.maximum(errors, 1e-12 * float(np.abs(z).max()) or 1e-300), time, start)
    return np.maximum(found, 1e-3) if np.ptp(found) > BENT else flat
