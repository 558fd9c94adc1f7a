"""The pulses that are best in truth, by propagating the true Hamiltonian on resonance, behind a line that compresses.

A value that would be best only while the drive is off resonance therefore counts as wrong.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar, root_scalar

from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.propagation import Pulse, magnus_steps, unitary_paths
from reson.tools.devices.simulated.truth import TransmonTruth

STRONGEST = 1.6
"""Times the amplitude of a line that does not compress up to which a pulse is looked for."""
ANGLES = {"x": math.pi, "sx": math.pi / 2}


def best_amplitude(truth: TransmonTruth, gate: str, beta: float, duration: float) -> float:
    """Amplitude at which the resonant pulse turns by the gate's angle; infinite for a drive that does not arrive, or
    that its line compresses before.
    """
    if not truth.gain:
        return math.inf
    linear = ANGLES[gate] / (truth.gain * area(duration))

    def missed(amplitude: float) -> float:
        return _angle(_propagator(truth, amplitude, beta, duration)) - ANGLES[gate]

    strongest = STRONGEST * linear
    return math.inf if missed(strongest) < 0 else root_scalar(missed, bracket=(0.8 * linear, strongest), rtol=1e-7).root


def best_beta(truth: TransmonTruth, duration: float) -> float:
    """DRAG coefficient in seconds at which the resonant pi pulse has no part along Z; infinite where there is none."""
    if math.isinf(best_amplitude(truth, "x", 0.0, duration)):
        return math.inf

    def tilt(beta: float) -> float:
        pulse = _propagator(truth, best_amplitude(truth, "x", beta, duration), beta, duration)
        turn = pulse[1, 0] / -1j
        return float((pulse[0, 0] * np.conj(turn)).imag)

    return root_scalar(tilt, bracket=(0.0, -1 / (math.pi * 2 * truth.anharmonicity)), xtol=1e-14).root


def _propagator(truth: TransmonTruth, amplitude: float, beta: float, duration: float) -> np.ndarray:
    """The resonant pulse on the qubit's two levels, shape (2, 2)."""
    pulse = Pulse(amplitude, beta, 0.0, duration)
    steps = magnus_steps(pulse, truth.gain)
    path = unitary_paths([pulse], steps, 1, 0.0, truth.anharmonicity, truth.gain, compression=truth.compression)
    return path[0, 0, -1, :2, :2]


def _angle(propagator: np.ndarray) -> float:
    """Angle of the rotation in rad, 0 to 2 pi, whatever its axis in the upper half of the X-Z plane."""
    unit = propagator / np.sqrt(np.linalg.det(propagator))
    cosine = np.clip(np.trace(unit).real / 2, -1, 1)
    # the square root of the determinant leaves a sign open; a positive drive turns by -i sin(angle / 2) X
    return float(2 * np.arccos(cosine if unit[1, 0].imag < 0 else -cosine))


def best_ef_amplitude(truth: TransmonTruth, duration: float) -> float:
    """Amplitude at which a plain pulse at f12 brings most of level 1 to level 2; infinite without a drive."""
    if not truth.gain:
        return math.inf
    linear = math.pi / (truth.gain * area(duration) * math.sqrt(2))

    def stays(amplitude: float) -> float:
        pulse = Pulse(amplitude, 0.0, truth.anharmonicity, duration)
        steps = magnus_steps(pulse, truth.gain)
        final = unitary_paths([pulse], steps, 1, 0.0, truth.anharmonicity, truth.gain, compression=truth.compression)[
            0, 0, -1
        ]
        return 1 - abs(final[2, 1]) ** 2

    found: Any = minimize_scalar(stays, bounds=(0.9 * linear, 1.4 * linear), method="bounded")
    return float(found.x)
