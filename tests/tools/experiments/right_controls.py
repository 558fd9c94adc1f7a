"""Controls that are right for a simulated qubit, taken from its hidden truth: where an experiment's turn comes."""

from __future__ import annotations

from reson.components import Qubit
from reson.evals.best_readout import best_readout
from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.truth import TransmonTruth

PULSE = 32e-9


def right_controls(device: SimulatedDevice, qubit: int = 0) -> tuple[TransmonTruth, dict[str, float]]:
    """The qubit's truth now, and the controls that an ideal calibration would have left."""
    truth = device.chip.truth_now().transmons[qubit]
    beta = best_beta(truth, PULSE)
    return truth, {
        "drive_frequency": truth.f01,
        "anharmonicity": truth.anharmonicity,
        "x_amplitude": best_amplitude(truth, "x", beta, PULSE),
        "sx_amplitude": best_amplitude(truth, "sx", beta, PULSE),
        "drag_beta": beta,
        **best_readout(truth),
    }


def find_resonators(device: SimulatedDevice) -> None:
    """Load each qubit's resonator frequency, as resonator spectroscopy leaves it: a cold chip shows nothing before."""
    device.load(
        {
            Qubit(qubit): {"readout_frequency": ground_frequency(truth)}
            for qubit, truth in enumerate(device.chip.truth_now().transmons)
        }
    )
