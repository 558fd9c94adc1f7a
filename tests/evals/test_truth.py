"""The judge of gate errors, against cases whose answer is known."""

import math

import numpy as np
import pytest

from reson.evals.truth import coherence_limit, true_gate_errors
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated


def _calibrated(**off: float) -> SimulatedDevice:
    """One qubit at its best control values, moved by ``off``: factors, but an addition for ``drive_frequency``."""
    device = open_simulated(seed=4, n_qubits=1, faults={}, clock=1.7e9)
    truth = device.chip.truth_now().transmons[0]
    amplitude = math.pi / (truth.gain * area(32e-9))
    device.load(
        {
            "q0": {
                "drive_frequency": truth.f01 + off.get("drive_frequency", 0.0),
                "x_amplitude": amplitude * off.get("x_amplitude", 1.0),
                "sx_amplitude": amplitude / 2 * off.get("sx_amplitude", 1.0),
                "drag_beta": -off.get("drag_beta", 1.0) / (4 * math.pi * truth.anharmonicity),
            }
        }
    )
    return device


def test_calibrated_pulses_come_near_the_coherence_limit():
    errors = true_gate_errors(_calibrated(), 0)
    assert 0.97 < errors.x / errors.coherence_limit < 1.1
    assert 0.97 < errors.sx / errors.coherence_limit < 1.1


@pytest.mark.parametrize("excess", [0.02, -0.03])
def test_an_over_rotation_costs_a_sixth_of_its_square(excess):
    """1 - F = (2 / 3) sin^2(angle / 2) for a rotation error of a qubit; half the angle for SX."""
    best, off = (
        true_gate_errors(_calibrated(x_amplitude=1 + amount, sx_amplitude=1 + amount), 0) for amount in (0.0, excess)
    )
    assert off.x - best.x == pytest.approx(2 / 3 * math.sin(math.pi * excess / 2) ** 2, rel=0.1)
    assert off.sx - best.sx == pytest.approx(2 / 3 * math.sin(math.pi * excess / 4) ** 2, rel=0.1)


def test_a_wrong_drag_coefficient_or_frequency_costs_phase():
    best = true_gate_errors(_calibrated(), 0)
    assert true_gate_errors(_calibrated(drag_beta=0.0), 0).x > 3 * best.x
    assert true_gate_errors(_calibrated(drive_frequency=1e6), 0).sx > 3 * best.sx


def test_leakage_is_least_at_twice_the_phase_optimum_of_drag():
    phase, leakage, none = (true_gate_errors(_calibrated(drag_beta=factor), 0) for factor in (1.0, 2.0, 0.0))
    assert leakage.leakage_x < phase.leakage_x < none.leakage_x


def test_coherence_limit_for_short_gates():
    """To first order in the duration: t / (6 T1) + t / (3 T2)."""
    assert coherence_limit(32e-9, 80e-6, 60e-6) == pytest.approx(32e-9 * (1 / 480e-6 + 1 / 180e-6), rel=1e-3)
    assert np.isclose(coherence_limit(1.0, 1e-6, 1e-6), 0.5)
