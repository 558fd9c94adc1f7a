"""Frequency noise with a 1/f spectrum: one spectrum, from which Ramsey, echo and CPMG follow.

The noise of f01 has the one-sided power spectral density S(f) = A^2 / f in Hz^2 / Hz between an infrared and an
ultraviolet cut. What is slower than the infrared cut is drift: it moves the chip from one slice of a job to the next.
The phases that one shot gathers in its waits are jointly Gaussian; their covariance follows from the time windows of
the waits alone (Cywinski et al., PRB 77, 174509 (2008); Bylander et al., Nat. Phys. 7, 565 (2011)): with

    G(t) = A^2 t^2 (h(2 pi f_uv t) - h(2 pi f_ir t)),  h(x) = Ci(x) / 2 - sin(x) / 2 x - (1 - cos x) / 2 x^2

the second antiderivative of the noise's correlation, the phases of the windows [a, b] and [c, d] have the covariance
(2 pi)^2 (G(d - a) - G(c - a) - G(d - b) + G(c - b)).

Magnitude: critical currents of junctions fluctuate by some 1e-7 to 1e-6 of themselves at 1 Hz (Van Harlingen et al.,
PRB 70, 064517 (2004); Koch et al., PRA 76, 042319 (2007)), a transmon's f01 by half of that: 0.3 to 2.5 kHz at 5 GHz.
"""

from __future__ import annotations

import math

import numpy as np

INFRARED = 0.05
"""Hz: one period in the 20 s for which the hidden values of a job stand still."""
ULTRAVIOLET = 20e6
"""Hz up to which 1/f noise has been followed (Bylander et al.)."""
AMPLITUDE = (0.3e3, 2.0e3)
"""Hz at 1 Hz: range from which each qubit's A is drawn, evenly in its logarithm."""


def covariance(amplitude: float, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Covariance (n, n) in rad^2 of the phases that noise of ``amplitude`` Hz adds in windows of time (n,), s."""
    parts = [_twice_integrated(np.subtract.outer(late, early)) for late, early in _corners(starts, ends)]
    return (2 * math.pi * amplitude) ** 2 * (parts[0] - parts[1] - parts[2] + parts[3])


def rms_shift(amplitude: float, waiting: float) -> float:
    """Standard deviation in Hz of the mean of f01 over a wait in seconds."""
    if not amplitude or not waiting:
        return 0.0
    spread = covariance(amplitude, np.zeros(1), np.array([waiting]))[0, 0]
    return math.sqrt(spread) / (2 * math.pi * waiting)


def _corners(starts: np.ndarray, ends: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(ends, starts), (starts, starts), (ends, ends), (starts, ends)]


def _twice_integrated(times: np.ndarray) -> np.ndarray:
    """G of the module's head for A = 1, even in the time."""
    times = np.abs(times)
    safe = np.where(times > 0, times, 1.0)
    high, low = (_h(2 * math.pi * cut * safe) for cut in (ULTRAVIOLET, INFRARED))
    return np.where(times > 0, times**2 * (high - low), 0.0)


def _h(x: np.ndarray) -> np.ndarray:
    from scipy.special import sici  # half a second of start-up, also where the chip is only described

    return sici(x)[1] / 2 - np.sin(x) / (2 * x) - (np.sin(x / 2) / x) ** 2
