"""What a pulse really costs while the neighbours are played on, by the hidden truth: for evals and tests only.

Random sequences on all qubits, without readout and without the noise of shots: the decay of the exact populations.
"""

from __future__ import annotations

import numpy as np
from qiskit import QuantumCircuit

from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.experiments.circuits import clifford_sequences as cliffords

LENGTHS, SAMPLES = (20, 420), 36
SCATTER = 0.015
"""Relative standard error of the result: sequences differ, the more the stronger the coupling (0.6 % to 3 %)."""


def true_simultaneous_error(device: SimulatedDevice, qubit: int, samples: int = SAMPLES) -> float:
    """Average error of one pulse on ``qubit`` while all others are benchmarked too, at the controls loaded now.

    Each chip has sequences of its own, so that their luck is not the same in every comparison.
    """
    chip = device.chip
    rng = np.random.default_rng(chip.truth.seed)
    circuits: list[QuantumCircuit] = []
    pulses, targets = 0, []
    for length in LENGTHS:
        for sample in range(samples):
            circuit = QuantumCircuit(len(device.qubits), 1)
            for other in device.qubits:
                plain = rng.integers(cliffords.CLIFFORDS, size=length)
                whole = np.append(plain, cliffords.recovery(plain, sample % 2))
                played = cliffords.CliffordSequences(other, [({}, whole)])
                for instruction in played.circuits()[0].data:
                    if instruction.operation.name != "measure":
                        circuit.append(instruction.operation, [other])
                        pulses += other == qubit and instruction.operation.name in ("x", "sx")
            circuit.measure(qubit, 0)
            circuits.append(circuit)
            targets.append(sample % 2)
    program = read_circuits(circuits, chip.controls)
    ones = np.array([found[0, 1] for _, found in chip.populations(program, chip.truth_now())])
    survival = np.where(np.array(targets) == 1, ones, 1 - ones).reshape(2, -1).mean(axis=1) - 0.5
    if survival.min() < 1e-3:  # nothing is left to decay: the pulses do not what they are meant to
        return 0.5
    alpha = (survival[1] / survival[0]) ** (1 / (LENGTHS[1] - LENGTHS[0]))
    return float((1 - alpha) / 2 * sum(length + 1 for length in LENGTHS) * samples / pulses)
