"""What a bring-up of a simulated chip's qubits finds, from the hidden truth: so that pairs can be studied alone."""

from __future__ import annotations

import math

from reson.components import Qubit
from reson.evals.best_readout import best_readout
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.drag import design_beta


def tuned(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """Controls of each qubit at the bias in force."""
    found: dict[str, dict[str, float]] = {}
    for qubit, truth in enumerate(device.chip.truth_now().transmons):
        amplitude = math.pi / (truth.gain * area(32e-9))
        pulses = {"x_amplitude": amplitude, "sx_amplitude": amplitude / 2}
        beta = design_beta(truth.anharmonicity)
        found[Qubit(qubit)] = {"drive_frequency": truth.f01, "drag_beta": beta, **pulses, **best_readout(truth)}
    return found


def times(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """T1, T2 by echo and anharmonicity of each qubit, which are no controls."""
    return {
        Qubit(qubit): {"t1": truth.t1, "t2_echo": truth.t2, "anharmonicity": truth.anharmonicity}
        for qubit, truth in enumerate(device.chip.truth_now().transmons)
    }


def known_table(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """Controls, and what the qubits' bring-up has found besides."""
    found = times(device)
    return {name: values | found.get(name, {}) for name, values in device.controls().items()}
