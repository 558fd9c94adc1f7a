"""The spectrum of a measured trace: what frequencies it is made of, as the eye would tell them from a figure."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

PADDING = 8
"""Times by which a trace is drawn out with zeros, so that the spectrum is smooth to look at."""
EVENLY = 1e-3
"""Part of a step by which steps may differ and count as even."""


def amplitude_spectrum(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (in 1 over the unit of x, from zero to the sampling limit) and amplitudes in the unit of y.

    The mean of y is taken off first. A steady oscillation of amplitude A makes a line of height A; one that decays, a
    lower and broader one. Uneven points (``even``) give every line side lobes of its own.
    """
    if not even(x):
        turns, parts = rotation_spectrum(x, y - y.mean(), PADDING)
        return turns[turns >= 0] / (x[-1] - x[0]), np.abs(parts[turns >= 0]) * 2 / len(y)
    length = PADDING * len(y)
    amplitudes = np.abs(np.fft.rfft(y - y.mean(), length)) * 2 / len(y)
    return np.fft.rfftfreq(length, (x[-1] - x[0]) / (len(x) - 1)), amplitudes


def even(x: np.ndarray) -> bool:
    """Whether the points (points,) are equidistant."""
    steps = np.diff(x)
    return bool(np.ptp(steps) <= EVENLY * steps.mean())


def rotation_spectrum(x: np.ndarray, signal: np.ndarray, finer: int) -> tuple[np.ndarray, np.ndarray]:
    """Turns in the window, ``finer`` values to a turn up to half a turn for each point either way, and the part of a
    complex signal that turns so, both of shape (number,). The points may be uneven.
    """
    turns, waves = _rotations(((x - x[0]) / (float(x[-1] - x[0]) or 1.0)).tobytes(), finer)
    return turns, waves @ signal


@lru_cache(maxsize=8)
def _rotations(position: bytes, finer: int) -> tuple[np.ndarray, np.ndarray]:
    """Turns in the window, shape (number,), and backward rotations, shape (number, points)."""
    place = np.frombuffer(position)
    half = finer * len(place) // 2
    turns = np.arange(-half, half) / finer
    return turns, np.exp(-2j * np.pi * turns[:, None] * place)
