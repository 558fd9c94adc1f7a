"""The circuits of randomised benchmarking do what they claim, and are those of Qiskit Experiments."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator
from qiskit_experiments.library import StandardRB

from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.clifford_circuits import NativeRB

LENGTHS, SAMPLES = [1, 5, 23], 4


@pytest.fixture(scope="module")
def circuits() -> list[QuantumCircuit]:
    backend = open_simulated(1, 3, {}, 0.0).backend
    experiment = NativeRB((2,), LENGTHS, backend, num_samples=SAMPLES, seed=7, full_sampling=True)
    return experiment._transpiled_circuits()


def unitary(circuit: QuantumCircuit) -> np.ndarray:
    """Of qubit 2 alone, the others being idle."""
    gates = QuantumCircuit(1)
    for instruction in circuit.data:
        if instruction.operation.name != "measure":
            assert circuit.find_bit(instruction.qubits[0]).index == 2
            gates.append(instruction.operation, (0,))
    return np.asarray(Operator(gates).data)


def test_each_sequence_ends_in_its_target(circuits: list[QuantumCircuit]) -> None:
    assert len(circuits) == len(LENGTHS) * SAMPLES
    for circuit in circuits:
        metadata = circuit.metadata
        assert abs(unitary(circuit)[metadata["target"], 0]) == pytest.approx(1.0)


def test_both_targets_are_equally_frequent_at_each_length(circuits: list[QuantumCircuit]) -> None:
    ends = {(circuit.metadata["xval"], circuit.metadata["target"]) for circuit in circuits}
    assert ends == {(length, target) for length in LENGTHS for target in (0, 1)}
    assert sum(circuit.metadata["target"] for circuit in circuits) == len(circuits) // 2


def test_pulses_are_counted_and_native(circuits: list[QuantumCircuit]) -> None:
    for circuit in circuits:
        names = [instruction.operation.name for instruction in circuit.data]
        assert set(names) <= {"rz", "sx", "x", "measure"}
        assert circuit.metadata["pulses"] == sum(name in ("sx", "x") for name in names)


def test_the_sequences_are_those_of_the_stock_experiment(circuits: list[QuantumCircuit]) -> None:
    """Same seed, same Cliffords: without the last one, the recovery, the unitaries agree up to a phase."""
    stock = StandardRB((2,), LENGTHS, num_samples=SAMPLES, seed=7, full_sampling=True)
    sequences = stock._sample_sequences()
    ours = NativeRB((2,), LENGTHS, num_samples=SAMPLES, seed=7, full_sampling=True)._sample_sequences()
    assert [list(one) for one in sequences] == [list(one) for one in ours]
    reference = [circuit for circuit in stock.circuits() if circuit.metadata["xval"] == 23]
    mine = [circuit for circuit in circuits if circuit.metadata["xval"] == 23 and circuit.metadata["target"] == 0]
    reference[0].remove_final_measurements()
    assert Operator(unitary(mine[0])).equiv(Operator(reference[0]))
