"""Joint circuits: the stock experiments' gates on every qubit, and transpiled where the device has other gates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import RXGate
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.quantum_info import Operator
from qiskit_experiments.library import T1, FineSXAmplitude, FineXAmplitude, RamseyXY, T2Hahn

from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.experiments import fine_amplitude, sweep
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits.joint_circuits import Joint, joint_circuits
from reson.tools.experiments.circuits.sequences import Sequences

QUBITS = (0, 2)


@pytest.fixture(scope="module")
def device() -> SimulatedDevice:
    return open_simulated(1, 3, {}, 0.0)


def caught(name: str, device: SimulatedDevice, given: dict[int, dict[str, float]]) -> tuple[list[Joint], dict]:
    """What an experiment would play, and its arguments."""
    row, found = get(name), []
    known = device.controls()["q0"]
    arguments = {qubit: row.arguments(values, known) for qubit, values in given.items()}
    patch = pytest.MonkeyPatch()
    patch.setattr(
        "reson.tools.experiments.acquisition.acquire",
        lambda name, device, arguments, experiments, kind: found.extend(
            joint_circuits(name, experiments, device.backend)
        ),
    )
    row.acquire(device, arguments)
    patch.undo()
    return found, arguments


def stock(name: str, qubit: int, values: dict[str, float], device: SimulatedDevice) -> Any:
    match name:
        case "t1":
            return T1((qubit,), list(sweep.delays(values["max_delay"], 11)), device.backend)
        case "t2_hahn":
            return T2Hahn((qubit,), list(sweep.delays(values["max_delay"], 11)), 1, device.backend)
        case "ramsey_xy":
            delays = list(sweep.uneven_delays(values["max_delay"], 11))
            return RamseyXY((qubit,), device.backend, delays=delays, osc_freq=values["detuning"])
    experiment = (FineXAmplitude if name == "fine_x_amplitude" else FineSXAmplitude)((qubit,), device.backend)
    gate = name.split("_")[1]
    experiment.set_experiment_options(
        repetitions=fine_amplitude._repetitions(gate, int(values["max_repetitions"])),
    )
    return experiment


def gates_and_waits(circuit: QuantumCircuit, qubit: int, dt: float) -> tuple[np.ndarray, list[float]]:
    """The unitary of one qubit's gates without the delays, and the delays in seconds."""
    gates, waits = QuantumCircuit(1), []
    for part in circuit.data:
        if circuit.find_bit(part.qubits[0]).index != qubit or part.name in ("measure", "barrier"):
            continue
        if part.name == "delay":
            waits.append(part.params[0] * (dt if part.operation.unit == "dt" else 1))
            gates.rz(0.7, 0)  # so that a delay in another place gives another unitary
        else:
            gates.append(part.operation, (0,))
    return np.asarray(Operator(gates).data), waits


@pytest.mark.parametrize("name", ["t1", "t2_hahn", "ramsey_xy", "fine_x_amplitude", "fine_sx_amplitude"])
def test_circuits_are_those_of_the_stock_experiment(name: str, device: SimulatedDevice) -> None:
    given = {"max_repetitions": 7} if name.startswith("fine") else {"points": 11}
    own = {0: {}, 2: {"max_delay": 33.3e-6} if "points" in given else {}}
    joints, arguments = caught(name, device, {qubit: given | own[qubit] for qubit in QUBITS})
    for qubit in QUBITS:
        expected = stock(name, qubit, arguments[qubit], device).circuits()
        assert len(joints) >= len(expected)
        for joint, circuit in zip(joints, expected, strict=False):
            metadata = joint.parts[qubit]
            assert metadata["xval"] == pytest.approx(circuit.metadata["xval"], rel=1e-12)
            assert metadata.get("series") == circuit.metadata.get("series")
            mine, my_waits = gates_and_waits(joint.circuit, qubit, 1e-9)
            theirs, waits = gates_and_waits(circuit, 0, 1e-9)
            assert Operator(mine).equiv(Operator(theirs))
            assert my_waits == pytest.approx(waits, rel=1e-9)


def test_every_part_is_measured_into_a_bit_of_its_own(device: SimulatedDevice) -> None:
    joints, _ = caught("t1", device, {0: {"points": 11}, 2: {"points": 17}})
    assert [set(joint.parts) for joint in joints] == [{0, 2}] * 11 + [{2}] * 6
    assert len({joint.circuit.name for joint in joints}) == len(joints)
    for joint in joints:
        circuit = joint.circuit
        read = {
            circuit.find_bit(part.qubits[0]).index: circuit.find_bit(part.clbits[0]).index
            for part in circuit.data
            if part.name == "measure"
        }
        assert read == joint.clbits
        assert circuit.num_clbits == 2


def test_gates_that_the_device_lacks_are_transpiled() -> None:
    backend = GenericBackendV2(3, basis_gates=["rz", "sx", "x", "cz", "delay"], seed=1)
    turns = [({"xval": n}, [RXGate(0.3)] * n) for n in (1, 2)]
    stock_experiment = T2Hahn((2,), [1e-6, 2e-6], 1)
    for joint in joint_circuits("any", {1: Sequences(1, turns), 2: stock_experiment}, backend):
        assert {part.name for part in joint.circuit.data} <= {"rz", "sx", "x", "delay", "measure"}
        turned, _ = gates_and_waits(joint.circuit, 1, 1e-9)
        expected = np.linalg.matrix_power(np.asarray(RXGate(0.3).to_matrix()), joint.parts[1]["xval"])
        assert Operator(turned).equiv(Operator(expected))
        assert len(transpile(joint.circuit, backend).data) > 0  # within the device's target
