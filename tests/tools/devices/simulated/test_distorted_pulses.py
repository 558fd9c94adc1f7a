"""Pulses of a faulty generator against an independent integration of the Schroedinger equation."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reson.tools.devices.envelope import area, envelope, envelope_derivative
from reson.tools.devices.simulated.propagation import LOWERING, NUMBER, Pulse, magnus_steps, unitary_paths
from reson.tools.devices.simulated.truth import LEVELS

ANHARMONICITY = -300e6
GAIN = math.pi / (0.35 * area(32e-9))


def reference(pulse: Pulse, frequency_error: float, clip: float, spurious: float) -> np.ndarray:
    """Propagator by SciPy's DOP853, in the frame of the carrier."""
    detuning = 2 * math.pi * (frequency_error - pulse.dfreq)
    static = np.diag(detuning * NUMBER + math.pi * ANHARMONICITY * NUMBER * (NUMBER - 1)).astype(complex)

    def rate(time: float) -> complex:
        at = np.array(time)
        in_phase = np.clip(pulse.amp * envelope(at, pulse.duration), -clip, clip)
        quadrature = np.clip(pulse.amp * pulse.beta * envelope_derivative(at, pulse.duration), -clip, clip)
        tone = 1 + spurious * np.exp(-2j * math.pi * ANHARMONICITY * time)
        return complex(GAIN * (in_phase + 1j * quadrature) * tone)

    def slope(time: float, state: np.ndarray) -> np.ndarray:
        hamiltonian = static + (rate(time) * LOWERING.T + rate(time).conjugate() * LOWERING) / 2
        return (-1j * hamiltonian @ state.reshape(LEVELS, LEVELS)).ravel()

    start = np.eye(LEVELS, dtype=complex).ravel()
    step = pulse.duration / 400  # the corners of a clipped envelope must not be stepped over
    solved = solve_ivp(slope, (0, pulse.duration), start, "DOP853", rtol=1e-9, atol=1e-11, max_step=step)
    return solved.y[:, -1].reshape(LEVELS, LEVELS)


@pytest.mark.parametrize(
    ("pulse", "clip", "spurious"),
    [
        (Pulse(0.35, 5e-10, 0.0, 32e-9), 0.2, 0.0),
        (Pulse(1.0, 5e-10, 0.0, 32e-9), 0.1, 0.0),
        (Pulse(0.35, 0.0, 2e6, 32e-9), 1.0, 0.1),
        (Pulse(0.35, 3e-10, 0.0, 32e-9), 0.25, 0.05),
        (Pulse(0.03, 0.0, 0.5e6, 400e-9), 1.0, 0.1),
    ],
)
def test_distorted_pulses_against_a_second_solver(pulse: Pulse, clip: float, spurious: float):
    steps = magnus_steps(pulse, GAIN, spurious)
    (played,) = unitary_paths([pulse], steps, 1, 1e6, ANHARMONICITY, GAIN, clip=clip, spurious=spurious)[:, 0, -1]
    expected = reference(pulse, 1e6, clip, spurious)
    assert np.abs(np.abs(played) ** 2 - np.abs(expected) ** 2).max() < 3e-4


def test_a_level_at_full_scale_clips_nothing():
    pulses = [Pulse(1.0, 5e-10, 0.0, 32e-9), Pulse(-0.7, 0.0, 1e6, 32e-9)]
    plain = unitary_paths(pulses, 64, 1, 0.0, ANHARMONICITY, GAIN)
    assert np.array_equal(unitary_paths(pulses, 64, 1, 0.0, ANHARMONICITY, GAIN, clip=1.0), plain)


def test_the_angle_of_a_clipped_pulse_stops_at_level_times_duration():
    """Even the strongest pulse is at most a square of the clip level: angle <= gain * level * duration."""
    level = 0.05
    amplitudes = np.linspace(0, 1, 21)
    paths = unitary_paths([Pulse(a, 0.0, 0.0, 32e-9) for a in amplitudes], 256, 1, 0.0, -3e9, GAIN, clip=level)
    angles = 2 * np.arcsin(np.abs(paths[:, 0, -1, 1, 0]))
    assert angles[1] == pytest.approx(GAIN * amplitudes[1] * area(32e-9), rel=0.01)
    assert np.all(np.diff(angles) > 0)
    assert 0.8 * GAIN * level * 32e-9 < angles[-1] < GAIN * level * 32e-9
