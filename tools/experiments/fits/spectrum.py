"""The spectrum of a measured trace: what frequencies it is made of, as the eye would tell them from a figure."""

from __future__ import annotations

import numpy as np

PADDING = 8
"""Times by which a trace is drawn out with zeros, so that the spectrum is smooth to look at."""


def amplitude_spectrum(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (in 1 over the unit of x, from zero to the sampling limit) and amplitudes in the unit of y.

    x must be equidistant; the mean of y is taken off first. A steady oscillation of amplitude A makes a line of height
    A; one that decays, a lower and broader one.
    """
    length = PADDING * len(y)
    amplitudes = np.abs(np.fft.rfft(y - y.mean(), length)) * 2 / len(y)
    return np.fft.rfftfreq(length, (x[-1] - x[0]) / (len(x) - 1)), amplitudes
