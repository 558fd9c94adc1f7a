from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from reson.components import Qubit
from reson.evals.best_readout import best_readout
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.resonators import draw_resonator
from reson.tools.devices.simulated.truth import TransmonTruth


@pytest.fixture
def transmon() -> TransmonTruth:
    """Strongly driven and short-lived, so that errors of the engine show."""
    return TransmonTruth(
        f01=5e9,
        anharmonicity=-300e6,
        t1=20e-6,
        t2=15e-6,
        gain=math.pi / (0.3 * area(32e-9)),
        thermal_population=0.02,
        design_error=0.0,
        resonator=draw_resonator(1, 0, 5e9, -300e6),
    )


@pytest.fixture
def device() -> SimulatedDevice:
    """Five qubits with the control values that a perfect bring-up would find."""
    device = open_simulated(seed=7, n_qubits=5, faults={}, clock=1.7e9)
    _calibrate(device)
    return device


@pytest.fixture
def calibrate() -> Callable[[SimulatedDevice], None]:
    return _calibrate


def _calibrate(device: SimulatedDevice) -> None:
    """Load the best control values, from the truth."""
    for qubit, truth in enumerate(device.chip.truth_now().transmons):
        amplitude = math.pi / (truth.gain * area(32e-9))
        device.load(
            {
                Qubit(qubit): {
                    "drive_frequency": truth.f01,
                    "x_amplitude": amplitude,
                    "sx_amplitude": amplitude / 2,
                    "drag_beta": -1 / (4 * math.pi * truth.anharmonicity),
                    **best_readout(truth),
                }
            }
        )
