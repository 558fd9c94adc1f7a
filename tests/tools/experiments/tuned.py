"""A chip whose qubits have their best pulses and readout from the start, by the hidden truth."""

from __future__ import annotations

from reson.evals.verdicts.setting import Stage, prepare
from reson.tools.devices.simulated.device import SimulatedDevice

BEST = Stage(frequency=0.0, amplitude=0.0, beta=0.0)
HEALTHY = 0
"""Number of a healthy measurement in the verdict study."""


def tuned_device(seed: int, qubits: int) -> SimulatedDevice:
    return prepare("tests", BEST, (), qubits, seed, HEALTHY)[1].device
