"""Where fits start: with the nonlinear parameter given, amplitude and base are linear, so the best of a fine grid.

Stock analyses fit from six to twenty-five guesses that end in one place. Every function takes one qubit's points, shape
(points,), and gives the parameters of its curve (``curve_models``).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reson.tools.spectrum import rotation_spectrum

ANGLES = np.linspace(-0.8 * np.pi, 0.8 * np.pi, 2001)
RAMSEY_DECAYS = np.array([0.1, 0.3, 1.0, 10.0])
"""Decay times in units of the window."""
DECAY_TIMES = np.geomspace(0.01, 10.0, 200)
"""In units of the window."""


def decay_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Start of a fit of amp * exp(-x / tau) + base.

    The stock guess takes the logarithm of the data, and finds nothing where most points lie on the floor.
    """
    taus = DECAY_TIMES * max(x.max(), 1e-12)
    best, amp, base = _best(np.exp(-x / taus[:, None]), y)
    found = {"amp": amp, "base": base}
    return {name: float(np.clip(value, 0.01, 0.99)) for name, value in found.items()} | {"tau": float(taus[best])}


def rabi_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Start of base + amp * cos(2 pi freq x): equal steps allow half as many periods as there are steps.

    A sweep may go through zero to negative amplitudes; its steps are then the longer.
    """
    most = max(float(np.abs(x).max()), 1e-12)
    frequencies = np.arange(0.05, (len(x) - 1) / 2 * most / max(float(np.ptp(x)), most), 0.02)
    if not len(frequencies):
        return {"freq": 1 / most, "amp": float(np.ptp(y) / 2), "base": float(y.mean())}
    best, amp, base = _best(_cosines((x / most).tobytes(), len(frequencies)), y)
    return {"freq": float(frequencies[best]) / most, "amp": amp, "base": base}


@lru_cache(maxsize=8)
def _cosines(turns: bytes, number: int) -> np.ndarray:
    """Cosines of shape (number, points); the qubits of one job share their grid, in units of the window."""
    frequencies = np.arange(0.05, 0.05 + 0.02 * number, 0.02)[:number]
    return np.cos(2 * np.pi * frequencies[:, None] * np.frombuffer(turns))


def benchmarking_start(x: np.ndarray, y: np.ndarray, floor: float) -> dict[str, float]:
    """Start of a * alpha^x + b for a given floor b."""
    lives = DECAY_TIMES[:, None] * 10 * max(x.max(), 1.0)
    shape = np.exp(-x / lives)
    heights = shape @ (y - floor) / np.maximum(np.sum(shape**2, axis=1), 1e-12)
    best = int(np.argmin(np.sum((y - floor - heights[:, None] * shape) ** 2, axis=1)))
    return {"a": float(np.clip(heights[best], 0.01, 0.99)), "alpha": float(np.exp(-1 / lives[best, 0]))}


def fine_angle_start(
    x: np.ndarray, y: np.ndarray, calibration: np.ndarray, angle_per_gate: float, phase_offset: float
) -> dict[str, float]:
    """Start of a ``FineAmplitudeAnalysis``; ``calibration`` (points,) says which points prepare 0 and 1."""
    phases = (ANGLES[:, None] + angle_per_gate) * x - phase_offset
    best, amp, base = _best(np.where(calibration, 2 * x - 1, np.cos(phases)) / 2, y, positive=True)
    return {
        "d_theta": float(np.clip(ANGLES[best], *ANGLES[[1, -2]])),
        "amp": min(amp, 1.99),
        "base": float(np.clip(base, -0.99, 1.99)),
        "phase_offset": phase_offset,
    }


def ramsey_start(x: np.ndarray, y: np.ndarray, part: np.ndarray) -> dict[str, float]:
    """Start of a ``RamseyXYAnalysis``; ``part`` (points,) is 0 for X and 1 for Y, which have the same delays.

    The strongest frequency of X + iY has the right sign. One candidate takes the middle of the signal for its base, as
    is right for a short decay; the other one half, as is right where artificial and real detuning cancel and all stands
    still. With frequency and decay time given, the rest is linear; but the fit starts at the phase and the base of a
    perfect pulse and readout, from which they cannot be told apart where nothing oscillates.
    """
    cosine, sine, delay = y[part == 0], y[part == 1], x[part == 0]
    signal, window = cosine + 1j * sine, max(float(delay.max()), 1e-12)
    candidates = {_strongest(delay, signal - base) for base in (signal.mean(), 0.5 + 0.5j)}
    best = (np.inf, {"amp": 0.5, "tau": window, "freq": 0.0, "phase": 0.0, "base": 0.5})
    for frequency in sorted(candidates):
        angle = 2 * np.pi * frequency * x - np.pi / 2 * part
        for tau in window * RAMSEY_DECAYS:
            fading = np.exp(-x / tau)
            design = np.stack([fading * np.cos(angle), -fading * np.sin(angle), np.ones_like(x)], axis=1)
            found, *_ = np.linalg.lstsq(design, y, rcond=None)
            misses = float(np.sum((y - design @ found) ** 2))
            if misses < best[0]:
                best = misses, best[1] | {"tau": float(tau), "freq": frequency}
    return best[1] | {"amp": float(max(np.ptp(y) / 2, 1e-3))}


def _strongest(x: np.ndarray, signal: np.ndarray) -> float:
    """Frequency of the largest peak of the spectrum."""
    turns, parts = rotation_spectrum(x, signal, finer=8)
    return float(turns[np.argmax(np.abs(parts))]) / (float(x[-1] - x[0]) or 1.0)


def _best(shape: np.ndarray, y: np.ndarray, positive: bool = False) -> tuple[int, float, float]:
    """(row, amplitude, base) of the shape (candidates, points) that comes nearest to the points."""
    mean = shape.mean(axis=1)
    square = np.sum(shape**2, axis=1) - len(y) * mean**2
    overlap = shape @ y - len(y) * mean * y.mean()
    amp = overlap / np.maximum(square, 1e-12)
    if positive:
        amp = np.maximum(amp, 1e-6)
    # the sum of squares left over, without what all candidates share
    best = int(np.argmin(amp**2 * square - 2 * amp * overlap))
    return best, float(amp[best]), float(y.mean() - amp[best] * mean[best])
