"""Controls that are right for a simulated qubit, taken from its hidden truth: where an experiment's turn comes."""

from __future__ import annotations

import numpy as np

from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.truth import TransmonTruth

PULSE = 32e-9


def right_controls(device: SimulatedDevice, qubit: int = 0) -> tuple[TransmonTruth, dict[str, float]]:
    """The qubit's truth now, and the controls that an ideal calibration would have left."""
    truth = device.chip.truth_now().transmons[qubit]
    beta = best_beta(truth, PULSE)
    ground, excited = truth.readout.centres[:2]
    angle = float(np.angle(excited - ground))
    return truth, {
        "drive_frequency": truth.f01,
        "anharmonicity": truth.anharmonicity,
        "x_amplitude": best_amplitude(truth, "x", beta, PULSE),
        "sx_amplitude": best_amplitude(truth, "sx", beta, PULSE),
        "drag_beta": beta,
        "readout_angle": angle,
        "readout_threshold": float(((ground + excited) / 2 * np.exp(-1j * angle)).real),
    }
