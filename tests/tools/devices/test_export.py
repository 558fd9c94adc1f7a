"""An exported device, read again: the same target, noise and readout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Measure, Parameter
from qiskit.circuit.library import CZGate, RZGate, SwapGate, SXGate, XGate
from qiskit.providers import QubitProperties
from qiskit.quantum_info import SuperOp, average_gate_fidelity
from qiskit.transpiler import InstructionProperties, Target
from qiskit_aer import AerSimulator

from reson.errors import OperatorError
from reson.tools.devices.export import Exported, exported, load
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.published import Published, published
from reson.tools.devices.target_backend import TargetBackend


@pytest.fixture(scope="module")
def manila() -> tuple[Any, Published]:
    model = cast("Any", fake_backend("manila"))
    told = published(model, "fake:manila")
    worse = told.qubits[2].model_copy(
        update={"p1_given_0": 0.05, "p0_given_1": 0.2, "readout_error": 0.125, "t1": 2e-5}
    )
    return model.target, told.model_copy(update={"qubits": {**told.qubits, 2: worse}})


@pytest.fixture
def known(manila: tuple[Any, Published], tmp_path: Path) -> Exported:
    path = tmp_path / "manila.json"
    path.write_text(exported(*manila, {"q2": ("t1",)}, "2026-11-30T04:00:00+00:00").model_dump_json())
    return load(path)


def test_the_target_takes_circuits_and_has_the_measured_values(known: Exported, manila: tuple[Any, Published]) -> None:
    target = cast("Any", known.target())
    assert target.qubit_properties[2].t1 == 2e-5
    assert target["measure"][2,].error == 0.125
    assert target["cx"].keys() == manila[0]["cx"].keys()
    assert target["sx"][0,].duration == manila[0]["sx"][0,].duration
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.measure_all()
    placed = transpile(circuit, target=target, optimization_level=2)
    assert set(placed.count_ops()) <= {*target.operation_names, "barrier"}


def test_the_noise_model_reads_as_was_measured(known: Exported) -> None:
    noise = known.noise_model()
    readout = noise._local_readout_errors[2,].probabilities
    assert np.allclose(readout, [[0.95, 0.05], [0.2, 0.8]])
    assert "cx" in noise.noise_instructions


def test_the_assignment_matrix_counts_bits_as_qiskit_does(known: Exported) -> None:
    one, zero = known.readout[1]
    matrix = known.assignment_matrix([2, 1])
    assert np.allclose(matrix.sum(axis=0), 1)
    assert matrix[0b01, 0b00] == pytest.approx((1 - one) * 0.05)  # q2 is the last bit
    assert matrix[0b10, 0b11] == pytest.approx((1 - zero) * 0.2)
    true = np.array([0.5, 0, 0, 0.5])
    assert np.allclose(np.linalg.inv(matrix) @ (matrix @ true), true)
    with pytest.raises(OperatorError, match="q9"):
        known.assignment_matrix([9])


def test_a_broken_qubit_is_left_out_of_the_target(manila: tuple[Any, Published]) -> None:
    target, told = manila
    broken = told.qubits[4].model_copy(update={"gate_error": 1.0})
    found = exported(target, told.model_copy(update={"qubits": {**told.qubits, 4: broken}}), {}, "now").target()
    assert not any(4 in place for name in ("sx", "cx", "measure") for place in cast("Any", found)[name])


@pytest.mark.parametrize("text", ["", "{}", '{"format": "reson-device-2"}', "[]"])
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(OperatorError, match="is no exported device"):
        load(tmp_path / "x.json")


def test_what_was_measured_is_what_a_simulation_with_it_measures(known: Exported) -> None:
    """T1, T2 with echo, readout and the error of a gate of q2 and of its pair, out of Aer again."""
    shots = 40_000
    target, noise = known.target(), known.noise_model()
    simulator = AerSimulator(noise_model=noise, method="density_matrix", seed_simulator=7)
    one, zero = known.readout[2]

    def excited(played: Callable[[QuantumCircuit], object]) -> float:
        circuit = QuantumCircuit(5, 1)
        played(circuit)
        circuit.measure(2, 0)
        placed = transpile(circuit, target=target, initial_layout=list(range(5)), optimization_level=0)
        read = simulator.run(placed, shots=shots).result().get_counts().get("1", 0) / shots
        return (read - one) / (1 - one - zero)

    def wait(circuit: QuantumCircuit) -> None:
        circuit.x(2)
        circuit.delay(20, 2, "us")

    def echo(circuit: QuantumCircuit) -> None:
        for step in (circuit.sx, lambda qubit: circuit.delay(5, qubit, "us"), circuit.x):
            step(2)
        circuit.delay(5, 2, "us")
        circuit.sx(2)

    t1, t2, _ = known.qubits[2]
    assert t1 == 2e-5 and t2 is not None
    assert excited(wait) == pytest.approx(np.exp(-1), abs=0.02)
    assert excited(echo) == pytest.approx((1 - np.exp(-10e-6 / min(t2, 4e-5))) / 2, abs=0.02)
    for name, place in (("sx", (1,)), ("cx", (0, 1))):
        told = cast("Any", target)[name][place].error
        channel = SuperOp(noise._local_quantum_errors[name][place])
        assert 1 - average_gate_fidelity(channel) == pytest.approx(told, rel=1e-3)


def test_a_qubit_of_whose_readout_nothing_is_known_has_none(manila: tuple[Any, Published]) -> None:
    target, told = manila
    blind = {"readout_error": None, "p1_given_0": None, "p0_given_1": None}
    unknown = told.qubits[3].model_copy(update=blind)
    found = exported(target, told.model_copy(update={"qubits": {**told.qubits, 3: unknown}}), {}, "now")
    readouts = found.noise_model()._local_readout_errors
    assert (3,) not in readouts and (2,) in readouts
    with pytest.raises(OperatorError, match="q3"):
        found.assignment_matrix([3])


@pytest.mark.parametrize("qubits", [[], [1, 1], list(range(13))])
def test_a_matrix_that_cannot_be_is_refused(known: Exported, qubits: list[int]) -> None:
    with pytest.raises(OperatorError, match="1 to 12 different qubits"):
        known.assignment_matrix(qubits)


def test_what_a_target_has_everywhere_alike_is_on_every_qubit_that_works() -> None:
    target = Target(num_qubits=2, dt=1e-9, qubit_properties=[QubitProperties(t1=1e-4, t2=1e-4)] * 2)
    for gate in (SXGate(), XGate(), Measure()):
        places = {(qubit,): InstructionProperties(duration=40e-9, error=1e-3) for qubit in range(2)}
        target.add_instruction(gate, places)
    target.add_instruction(CZGate(), {(0, 1): InstructionProperties(duration=60e-9, error=1e-2)})
    target.add_instruction(RZGate(Parameter("angle")))
    target.add_instruction(SwapGate())
    found = exported(target, published(TargetBackend("d", target), "d"), {}, "now")
    assert found.left_out == ("swap",)  # the form has no room for one that goes between any two
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    assert transpile(bell, target=found.target()).count_ops()["cz"] == 1
