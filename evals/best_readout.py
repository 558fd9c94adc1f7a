"""The readout that is best in truth: where the pointer states lie farthest apart, and as strong as the qubit bears."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from reson.tools.devices.simulated.readout import readout_of
from reson.tools.devices.simulated.resonators import READOUT_TIME
from reson.tools.devices.simulated.ring_up import Fields, Tone, ground_frequency, pointer_states
from reson.tools.devices.simulated.truth import TransmonTruth

FREQUENCIES = 41
STEP = (0.05 / 0.012) ** (1 / 24)
AMPLITUDES = 0.012 * STEP ** np.arange(-18, 49)
"""From 0.004 to 0.2: a readout line may be 12 dB stronger or weaker than it was designed."""


def best_readout(transmon: TransmonTruth) -> dict[str, float]:
    """The four controls of the readout as a perfect calibration would leave them."""
    frequency = best_frequency(transmon, 0.02)
    return readout_controls(transmon, frequency, best_amplitude(transmon, frequency))


def readout_controls(transmon: TransmonTruth, frequency: float, amplitude: float) -> dict[str, float]:
    """The controls of a readout at this tone, with the angle and threshold that suit it."""
    (ground, excited, *_), _ = pointer_states(transmon, frequency, amplitude)
    angle = float(np.angle(excited - ground))
    return {
        "readout_frequency": frequency,
        "readout_amplitude": amplitude,
        "readout_angle": angle,
        "readout_threshold": float(((ground + excited) / 2 * np.exp(-1j * angle)).real),
    }


def separations(transmon: TransmonTruth, tones: Sequence[Tone]) -> np.ndarray:
    """Distance of the clouds of 0 and 1 in units of their width, under each tone, shape (tones,)."""
    fields = Fields().of([transmon] * len(tones), tones)
    points = np.array([field.signal[:2, -1] for field in fields])
    return np.abs(points[:, 1] - points[:, 0]) / transmon.resonator.noise


def best_frequency(transmon: TransmonTruth, amplitude: float) -> float:
    """Frequency in Hz at which the clouds lie farthest apart: the vertex of a parabola through the best of a grid."""
    ground, excited = (ground_frequency(transmon, level) for level in (0, 1))
    margin = transmon.resonator.kappa / 2
    frequencies = np.linspace(min(ground, excited) - margin, max(ground, excited) + margin, FREQUENCIES)
    apart = separations(transmon, [Tone(float(frequency), amplitude) for frequency in frequencies])
    best = int(np.clip(np.argmax(apart), 1, FREQUENCIES - 2))
    return float(frequencies[best] + (frequencies[1] - frequencies[0]) * _vertex(apart[best - 1 : best + 2]))


def expected_errors(transmon: TransmonTruth, tones: Sequence[Tone]) -> np.ndarray:
    """Share of shots assigned wrongly under each tone, shape (tones,): overlap of the clouds, and jumps.

    A jump in the first six tenths of the readout is taken to be an error: the field has to ring up, so the later part
    counts for more. The thermal population is left out.
    """
    readout = readout_of([transmon] * len(tones), tones)
    jumps = (readout.up[:, 0] + readout.down[:, 1]) * 0.3 * READOUT_TIME
    return ndtr(-separations(transmon, tones) / 2) + jumps


def best_amplitude(transmon: TransmonTruth, frequency: float) -> float:
    """Amplitude with the smallest expected error."""
    errors = expected_errors(transmon, [Tone(frequency, float(amplitude)) for amplitude in AMPLITUDES])
    best = int(np.clip(np.argmin(errors), 1, len(AMPLITUDES) - 2))
    return float(AMPLITUDES[best] * STEP ** _vertex(errors[best - 1 : best + 2]))


def _vertex(values: np.ndarray) -> float:
    """Where the parabola through three equidistant values has its extremum, in steps from the middle one; at most one,
    also where the best lies beyond the grid.
    """
    left, middle, right = values
    return float(np.clip((left - right) / (left - 2 * middle + right) / 2, -1, 1))
