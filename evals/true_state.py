"""The state that a simulated chip's pulses prepare from 0, by its hidden truth: for evals and tests only."""

from __future__ import annotations

import numpy as np
from qiskit import transpile
from qiskit.quantum_info import Statevector

from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.instructions import to_gate
from reson.tools.devices.simulated.superoperators import superoperators, to_density, to_vector
from reson.tools.devices.simulated.truth import LEVELS
from reson.tools.experiments.circuits.tomography_circuits import preparation

BASIS = ["rz", "sx", "x"]


def prepared_fidelity(device: SimulatedDevice, qubit: int, state: int) -> float:
    """Fidelity of one of the six states of state tomography with its ideal, prepared from a perfect 0."""
    circuit = transpile(preparation(state), basis_gates=BASIS, optimization_level=1)
    controls = device.chip.controls[qubit]
    truth = device.chip.truth_now().transmons[qubit]
    gates = [to_gate(one.operation.name, one.operation.params, "", controls) for one in circuit.data]
    density = np.zeros((LEVELS, LEVELS), dtype=complex)
    density[0, 0] = 1
    vector = to_vector(density)
    for played in superoperators(gates, truth, controls["drive_frequency"]) if gates else ():
        vector = played @ vector
    wanted = np.zeros(LEVELS, dtype=complex)
    wanted[:2] = Statevector(preparation(state)).data
    return float(np.real(wanted.conj() @ to_density(vector) @ wanted))
