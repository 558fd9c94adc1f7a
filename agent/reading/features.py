"""Features of measured points that need no model of the experiment: noise, dominant frequency, swelling and fading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reson.tools.spectrum import rotation_spectrum
from reson.tools.verdicts.residuals import scatter_significance

VISIBLE = 6.0
"""Standard deviations beyond its noise from which a signal counts as visible."""

STEPS_PER_CYCLE = 10


@dataclass(frozen=True)
class Oscillation:
    """The strongest oscillation in a window."""

    cycles: float
    """Cycles within the window; negative only for two quadratures."""
    explained: float
    """Share of the variance that it explains, 0 to 1."""


def visible(y: np.ndarray, y_err: np.ndarray) -> bool:
    return scatter_significance(y, y_err) >= VISIBLE


def strongest_oscillation(x: np.ndarray, y: np.ndarray) -> Oscillation:
    """Least-squares periodogram with a free offset, from a tenth of a cycle up to the sampling limit."""
    position = (x - x[0]) / (x[-1] - x[0])
    best = Oscillation(0.0, 0.0)
    total = float(np.sum((y - y.mean()) ** 2)) or 1.0
    for cycles in np.arange(0.1, (len(x) - 1) / 2, 1 / STEPS_PER_CYCLE):
        residual = float(np.sum((y - _sinusoid(position, y, cycles)) ** 2))
        if 1 - residual / total > best.explained + 1e-9:
            best = Oscillation(float(cycles), 1 - residual / total)
    return best


def _sinusoid(position: np.ndarray, y: np.ndarray, cycles: float) -> np.ndarray:
    phase = 2 * np.pi * cycles * position
    basis = np.stack([np.ones_like(phase), np.cos(phase), np.sin(phase)], axis=1)
    return basis @ np.linalg.lstsq(basis, y, rcond=None)[0]


def strongest_rotation(x: np.ndarray, signal: np.ndarray) -> Oscillation:
    """The same for a complex signal (two quadratures), with the sign of its rotation; the points may be uneven."""
    cycles, spectrum = rotation_spectrum(x, signal, finer=16)
    power = np.abs(spectrum) ** 2 / (len(signal) * float(np.sum(np.abs(signal) ** 2)) or 1.0)
    index = int(np.argmax(power))
    return Oscillation(float(cycles[index]), float(power[index]))


def swing(x: np.ndarray, y: np.ndarray, cycles: float) -> float:
    """Amplitude of the oscillation of ``cycles`` per window in the second half of it over that in the first."""
    position = (x - x[0]) / (x[-1] - x[0])
    early, late = position < 0.5, position >= 0.5
    spans = [np.ptp(_sinusoid(position[half], y[half], cycles)) for half in (early, late)]
    return float(spans[1] / max(spans[0], 1e-300))


def envelope(x: np.ndarray, signal: np.ndarray, cycles: float, parts: int) -> np.ndarray:
    """Amplitude of a rotating complex signal in each of ``parts`` consecutive stretches, shape (parts,)."""
    still = signal * np.exp(-2j * np.pi * cycles * (x - x[0]) / (x[-1] - x[0]))
    return np.array([abs(stretch.mean()) for stretch in np.array_split(still, parts)])
