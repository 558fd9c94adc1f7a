"""The dip that a readout resonator leaves in the feedline's transmission, and its magnitude where phases are lost.

A resonator that hangs on a feedline transmits, once settled, 1 - d exp(i phi) / (1 + 2i (f - f0) / kappa) with an
asymmetry phi from mismatched lines (Khalil et al., J. Appl. Phys. 111, 054510 (2012)). Its field grows as
1 - exp(-r t), r = pi kappa + 2 pi i (f0 - f), so what is integrated over a readout of length T lacks a part of the
dip, by the factor 1 - (1 - exp(-r T)) / (r T): with a linewidth of 1 MHz and 1 us it is a third. An integration that
starts a time s after the tone lacks exp(-r s) times as much; once all has settled, nothing.
"""

from __future__ import annotations

import numpy as np

from reson.tools.data import RawData

CANDIDATES = 301
WIDTHS = (0.5, 1.0, 2.0, 4.0)
"""Linewidths in MHz that a fit may start from; narrower ones too, where the steps of a sweep would show them."""
NARROWER, FINEST = 4, 150
"""How many narrower ones, and the sweep over the narrowest of them."""
LEAST_WIDTH = 0.02
"""Smallest linewidth of a fit in MHz, or a quarter of a step where that is less."""
START_DEPTH = 0.9


def transmission(
    x: np.ndarray,
    f0: float | np.ndarray,
    kappa: float | np.ndarray,
    depth: float,
    asymmetry: float,
    readout_time: float,
    start: float = 0.0,
) -> np.ndarray:
    """Complex transmission, same shape as ``x``; frequencies in MHz, times in us, ``start`` infinite where settled.

    Several dips at once: ``f0`` and ``kappa`` of shape (dips, 1) give (dips, points).
    """
    return 1 - depth * np.exp(1j * asymmetry) * dip(x, f0, kappa, readout_time, start)


def dip(
    x: np.ndarray, f0: float | np.ndarray, kappa: float | np.ndarray, readout_time: float, start: float = 0.0
) -> np.ndarray:
    """What a dip of depth 1 takes away, shaped as ``transmission``; ``start``: of the integration, after the tone's."""
    rate = np.pi * kappa + 2j * np.pi * (f0 - np.asarray(x))
    lacking = np.exp(-rate * start) if np.isfinite(start) else 0.0
    return np.pi * kappa / rate * (1 - lacking * (1 - np.exp(-rate * readout_time)) / (rate * readout_time))


def step_of(x: np.ndarray) -> float:
    """The usual step of a sweep, which may be finer about its middle."""
    return float(np.median(np.diff(np.unique(x))))


def least_width(x: np.ndarray) -> float:
    """Smallest linewidth that a fit may find, MHz."""
    return min(LEAST_WIDTH, step_of(x) / 4)


def narrower(x: np.ndarray, than: float, number: int, finest: float, worth: float = 1.0) -> np.ndarray:
    """Linewidths in MHz below ``than`` that the steps of a sweep would show, from a share 1 / ``finest`` of it upwards,
    shape (number,); none where the least of them is not below ``worth`` times ``than``.
    """
    least = max(2 * step_of(x), float(np.ptp(x)) / finest)
    return np.geomspace(least, than, number, endpoint=False) if least < worth * than else np.array([])


def magnitude(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude of the averaged signal of each circuit and its standard error, both of shape (circuits,)."""
    plane = np.stack([np.real(raw.arrays["iq_mean"]), np.imag(raw.arrays["iq_mean"])], axis=1)
    size = np.hypot(*plane.T)
    along = plane / np.maximum(size, 1e-300)[:, None]
    return size, np.sqrt(np.sum((along * raw.arrays["iq_stderr"]) ** 2, axis=1))


def dip_start(x: np.ndarray, y: np.ndarray, readout_time: float) -> dict[str, float]:
    """Start of a fit of a dip to magnitudes of shape (points,): the best of a grid of frequencies and linewidths."""
    level = max(float(np.median(y)), 1e-300)
    narrow = narrower(x, WIDTHS[0], NARROWER, FINEST, worth=0.2)
    widths, f0s = np.meshgrid((*narrow, *WIDTHS), np.linspace(x.min(), x.max(), CANDIDATES), indexing="ij")
    seen = y / level - 1
    shapes = np.abs(transmission(x, f0s[..., None], widths[..., None], START_DEPTH, 0.0, readout_time)) - 1
    shares = np.clip(shapes @ seen / (np.sum(shapes**2, axis=-1) + 1e-12), 0.01, 1.0)
    best = np.unravel_index(np.argmin(np.sum((seen - shares[..., None] * shapes) ** 2, axis=-1)), shares.shape)
    f0, kappa, depth = float(f0s[best]), float(widths[best]), START_DEPTH * float(shares[best])
    return {"amp": level, "f0": f0, "kappa": kappa, "depth": depth, "asymmetry": 0.0}
