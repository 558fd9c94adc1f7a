"""The pulse envelope that the lab's electronics play: a Gaussian lifted to zero at both ends, with a DRAG quadrature.

A pulse of peak amplitude ``amp`` (1 is full scale) drives the qubit at the complex Rabi rate
``amp * gain * (g(t) + 1j * beta * dg/dt)``; the gain belongs to the device, the envelope to the lab.
"""

from __future__ import annotations

import math

import numpy as np

WIDTHS = 4.0
"""Duration of a pulse in units of its sigma."""

_FLOOR = math.exp(-((WIDTHS / 2) ** 2) / 2)


def sigma(duration: float) -> float:
    """Standard deviation of the Gaussian, in the unit of ``duration``."""
    return duration / WIDTHS


def envelope(time: np.ndarray, duration: float) -> np.ndarray:
    """g(t) for 0 <= t <= duration: 1 in the middle, 0 at both ends. Times and duration in the same unit."""
    return (_gaussian(time, duration) - _FLOOR) / (1 - _FLOOR)


def envelope_derivative(time: np.ndarray, duration: float) -> np.ndarray:
    """dg/dt in the inverse of the unit of ``duration``."""
    slope = -(time - duration / 2) / sigma(duration) ** 2
    return slope * _gaussian(time, duration) / (1 - _FLOOR)


def peak_derivative(duration: float) -> float:
    """Largest abs(dg/dt); it lies one sigma off the middle."""
    return math.exp(-0.5) / (sigma(duration) * (1 - _FLOOR))


def area(duration: float) -> float:
    """Integral of g over the pulse: a resonant pulse turns the qubit by ``amp * gain * area`` radians."""
    return (_gaussian_area(duration, 1.0) - _FLOOR * duration) / (1 - _FLOOR)


def integral_of_square(duration: float) -> float:
    """Integral of g squared over the pulse: the AC Stark phase of DRAG goes with it."""
    lifted = _gaussian_area(duration, 2.0) - 2 * _FLOOR * _gaussian_area(duration, 1.0) + _FLOOR**2 * duration
    return lifted / (1 - _FLOOR) ** 2


def _gaussian(time: np.ndarray, duration: float) -> np.ndarray:
    return np.exp(-(((time - duration / 2) / sigma(duration)) ** 2) / 2)


def _gaussian_area(duration: float, power: float) -> float:
    """Integral of the unlifted Gaussian to the given power over the pulse."""
    width = sigma(duration) / math.sqrt(power)
    return width * math.sqrt(2 * math.pi) * math.erf(duration / (2 * math.sqrt(2) * width))
