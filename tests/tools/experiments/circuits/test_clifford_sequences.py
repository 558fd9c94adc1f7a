"""The circuits of randomised benchmarking do what they claim, and are those of Qiskit Experiments."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Clifford, Operator
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import CliffordUtils

from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits import clifford_sequences as cliffords
from reson.tools.experiments.circuits.joint_circuits import Joint, joint_circuits


def circuit_of(numbers: list[int]) -> QuantumCircuit:
    circuit = cliffords.CliffordSequences(0, [({}, numbers)]).circuits()[0]
    circuit.remove_final_measurements()
    return circuit


@pytest.mark.parametrize("seed", range(6))
def test_a_sequence_is_the_product_of_qiskit_s_cliffords(seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(24, size=40).tolist()
    product = QuantumCircuit(1)
    for number in numbers:
        product.compose(CliffordUtils.clifford_1_qubit_circuit(number), inplace=True)
    assert Operator(circuit_of(numbers)).equiv(Operator(product))
    assert CliffordUtils.clifford_1_qubit(cliffords.net(numbers)) == Clifford(product)


@pytest.mark.parametrize("number", range(24))
def test_every_clifford_is_one_pulse_or_none(number: int) -> None:
    circuit, whole = circuit_of([number]), CliffordUtils.clifford_1_qubit_circuit(number)
    assert Operator(circuit).equiv(Operator(whole))
    assert sum(part.name in ("x", "sx") for part in circuit.data) <= 1


def test_virtual_gates_between_two_pulses_are_one() -> None:
    names = [part.name for part in circuit_of(np.random.default_rng(1).integers(24, size=200).tolist()).data]
    assert "rz" not in {first for first, second in itertools.pairwise(names) if second == "rz"}
    assert set(names) == {"rz", "sx", "x"}


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> list[Joint]:
    """What standard RB plays on qubits 1 and 2, caught before it reaches the device."""
    device, row, caught = open_simulated(1, 3, {}, 0.0), get("standard_rb"), []

    def acquire(name: str, device: object, arguments: object, experiments: object, kind: str) -> dict:
        caught.extend(joint_circuits(name, experiments, device.backend))  # pyright: ignore
        return {}

    patch = pytest.MonkeyPatch()
    patch.setattr("reson.tools.experiments.acquisition.acquire", acquire)
    known = device.controls()["q1"]
    row.acquire(device, {q: row.arguments({"max_length": 40 + 10 * q, "samples": 4}, known) for q in (1, 2)})
    patch.undo()
    return caught


def unitary(joint: Joint, qubit: int) -> np.ndarray:
    gates = QuantumCircuit(1)
    for part in joint.circuit.data:
        if part.name != "measure" and joint.circuit.find_bit(part.qubits[0]).index == qubit:
            gates.append(part.operation, (0,))
    return np.asarray(Operator(gates).data)


def test_each_sequence_of_each_qubit_ends_in_its_target(played: list[Joint]) -> None:
    for joint in played:
        assert set(joint.parts) == {1, 2}
        for qubit, metadata in joint.parts.items():
            assert abs(unitary(joint, qubit)[metadata["target"], 0]) == pytest.approx(1.0)


def test_both_targets_are_equally_frequent_at_each_length_and_pulses_are_counted(played: list[Joint]) -> None:
    for qubit, longest in ((1, 50), (2, 60)):
        parts = [joint.parts[qubit] for joint in played]
        lengths = {part["xval"] for part in parts}
        assert max(lengths) == longest
        assert {(part["xval"], part["target"]) for part in parts} == {(m, t) for m in lengths for t in (0, 1)}
        assert 2 * sum(part["target"] for part in parts) == len(parts)
        for joint in played:
            on = [p.name for p in joint.circuit.data if joint.circuit.find_bit(p.qubits[0]).index == qubit]
            assert joint.parts[qubit]["pulses"] == sum(name in ("x", "sx") for name in on)


def test_qubits_play_different_sequences(played: list[Joint]) -> None:
    longest = max(played, key=lambda joint: joint.parts[1]["xval"])
    on = [[p.name for p in longest.circuit.data if longest.circuit.find_bit(p.qubits[0]).index == q] for q in (1, 2)]
    assert on[0][:40] != on[1][:40]
