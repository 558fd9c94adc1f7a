"""Where a circuit is best placed: against all places that there are, and against Qiskit's own."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm2, qasm3, qpy, transpile
from qiskit.circuit import Parameter
from qiskit.circuit.library import RZZGate
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from reson.errors import OperatorError
from reson.evals.benches.layout import mirror
from reson.tools.devices.coherent import Held
from reson.tools.devices.known_target import usable
from reson.tools.devices.layout import UNKNOWN
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.placing import WORTH, _unquoted, best, read_circuit, stock
from reson.tools.devices.published import Published, published
from reson.tools.devices.rating import coupled, idling, lost, rate
from reson.tools.devices.target_backend import TargetBackend

T6 = 0.3e-6


@pytest.fixture
def line() -> tuple[Target, Published]:
    """Eight qubits in a row; those in the middle read worst, q6 forgets soon, the gate of q1 and q2 is bad."""
    model = cast("Any", line_of_qubits(8, NoiseOptions(t1=100e-6, t2=100e-6)))
    target: Target = model.target
    times = [QubitProperties(t1=T6 if q == 6 else 100e-6, t2=T6 if q == 6 else 100e-6) for q in range(8)]
    target.qubit_properties = times
    for qubit, error in ((3, 0.04), (4, 0.04)):
        target.update_instruction_properties("measure", (qubit,), InstructionProperties(duration=1e-6, error=error))
    for pair in ((1, 2), (2, 1)):
        if pair in target["cz"]:
            target.update_instruction_properties("cz", pair, InstructionProperties(duration=68e-9, error=0.09))
    return target, published(model, "line")


def test_no_other_place_is_rated_better(line: tuple[Target, Published]) -> None:
    target, told = line
    circuit = mirror(3)
    (found,) = best(circuit, target, told)
    ways = [list(way) for first in range(6) for way in (range(first, first + 3),)]
    costs = [
        rate(
            transpile(circuit, target=target, optimization_level=3, initial_layout=way, seed_transpiler=seed),
            target,
            told,
        ).cost
        for way, seed in itertools.product(ways, range(1))
    ]
    assert found.rating.cost <= min(costs) + WORTH
    assert set(found.layout).isdisjoint({6})  # its gates are as good as the others': only time tells


def test_the_layout_that_is_told_makes_the_circuit_that_is_rated(line: tuple[Target, Published]) -> None:
    target, told = line
    (found,) = best(mirror(3), target, told)
    again = transpile(mirror(3), target=target, optimization_level=3, initial_layout=list(found.layout))
    assert rate(again, target, told).cost == pytest.approx(found.rating.cost, rel=0.02)
    read = {
        found.circuit.find_bit(one.qubits[0]).index for one in found.circuit.data if one.operation.name == "measure"
    }
    assert read == set(found.layout)


def test_it_is_never_worse_than_the_stock_placement(line: tuple[Target, Published]) -> None:
    target, told = line
    for number in (2, 5):
        assert best(mirror(number), target, told)[0].rating.cost <= stock(mirror(number), target, told).rating.cost


def test_a_rating_counts_gates_readout_and_waits_between_gates(line: tuple[Target, Published]) -> None:
    target, told = line
    circuit = QuantumCircuit(8, 2)
    circuit.sx(0)
    circuit.delay(10e-6, 0, "s")
    circuit.cz(0, 1)
    circuit.barrier()
    circuit.measure([0, 1], [0, 1])
    found = rate(circuit, target, told)
    known, pair = told.qubits[0], next(pair for pair in told.pairs if set(pair.qubits) == {0, 1})
    alone = Held(0.5, 0.25)
    assert found.idle == pytest.approx(idling(10e-6, known.t1, known.t2, alone))  # q1 waits in its ground state
    assert found.gates == pytest.approx(lost(pair.error, 2))
    assert found.pulses == pytest.approx(lost(known.gate_error, 1))
    assert found.readout == pytest.approx(sum(-math.log1p(-(told.qubits[q].readout_error or 0.0)) for q in (0, 1)))


WAIT = 50e-6


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], ["x"], 0.0),  # not begun
        (["x", "x"], ["x"], 0.0),  # back in 0
        (["x"], [], 0.0),  # nothing is played on it, or read, any more
        (["x"], ["x"], WAIT / 100e-6),
        (["x"], ["measure"], WAIT / 100e-6),
        (["sx"], ["sx"], idling(WAIT, 100e-6, 100e-6, Held(0.5, 0.25))),
        (["sx"], ["measure"], idling(WAIT, 100e-6, 100e-6, Held(0.5), read=True)),  # its phase is not read
        (["sx", "cz"], ["sx"], idling(WAIT, 100e-6, 100e-6)),
        (["x", "measure"], [], 0.0),
    ],
)
def test_a_wait_costs_what_its_state_can_lose(
    line: tuple[Target, Published], before: list[str], after: list[str], expected: float
) -> None:
    target, told = line
    circuit = QuantumCircuit(8, 1)
    for number, names in enumerate((before, after)):
        for name in names:
            if name == "cz":
                circuit.sx(3)
                circuit.cz(2, 3)
            elif name == "measure":
                circuit.measure(2, 0)
            else:
                getattr(circuit, name)(2)
        if not number:
            circuit.delay(WAIT, 2, "s")
            circuit.barrier()
    assert rate(circuit, target, told).idle == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_neighbours_that_wait_together_lose_by_their_coupling(line: tuple[Target, Published]) -> None:
    target, told = line
    pairs = tuple(pair.model_copy(update={"zz": 60e3 if set(pair.qubits) == {0, 1} else 0.0}) for pair in told.pairs)
    circuit = QuantumCircuit(8, 2)
    circuit.sx([0, 1])
    circuit.delay(2e-6, 0, "s")
    circuit.delay(3e-6, 1, "s")
    circuit.barrier()
    circuit.sx([0, 1])
    found = rate(circuit, target, told.model_copy(update={"pairs": pairs}))
    assert found.zz == pytest.approx(
        coupled(2 * math.pi * 60e3 * 2e-6)
    )  # q0 is touched as late as it can be, and was in 0 before
    matrix = np.diag([1, 1, 1, np.exp(2j * np.pi * 60e3 * 2e-6)])
    assert math.exp(-found.zz) == pytest.approx(abs(np.trace(matrix)) ** 2 / 16)


def test_what_is_not_known_costs_as_much_as_a_bad_part() -> None:
    assert lost(None, 2) == pytest.approx(-math.log1p(-UNKNOWN * 5 / 4))
    assert idling(1.0, None, 1e-4) == 0.0
    assert idling(1e-6, 1e-4, 1e-4) == pytest.approx(1e-6 * (1 / 1e-4 + 2 / 1e-4) / 4, rel=0.01)


@pytest.mark.parametrize("kind", ["qasm2", "qasm3", "qpy"])
def test_circuits_are_read(kind: str, tmp_path: Path) -> None:
    circuit = mirror(3)
    path = tmp_path / ("c.qpy" if kind == "qpy" else "c.qasm")
    if kind == "qpy":
        with path.open("wb") as file:
            qpy.dump(circuit, file)
    else:
        path.write_text(qasm2.dumps(circuit) if kind == "qasm2" else qasm3.dumps(circuit))
    assert read_circuit(path).count_ops() == circuit.count_ops()


@pytest.mark.parametrize("text", ["", "nonsense", "OPENQASM 2.0; qreg q[", "OPENQASM 3.0; qubit[", "\x00\x01"])
@pytest.mark.parametrize("name", ["c.qasm", "c.qpy", "c.txt"])
def test_what_is_no_circuit_is_refused_in_two_lines(text: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(OperatorError, match="holds no circuit"):
        read_circuit(path)
    with pytest.raises(OperatorError, match="holds no circuit"):
        read_circuit(tmp_path / "missing.qasm")


def test_what_does_not_fit_is_refused(line: tuple[Target, Published]) -> None:
    target, told = line
    with pytest.raises(OperatorError, match="does not fit the device"):
        best(mirror(9), target, told)
    branching = QuantumCircuit(2, 1)
    branching.measure(0, 0)
    with branching.if_test((branching.clbits[0], 1)):
        branching.x(1)
    with pytest.raises(OperatorError):
        best(branching, target, told)


@pytest.mark.parametrize("left", ["barriers alone", "pulses that undo each other"])
def test_a_circuit_of_which_nothing_is_left_is_refused(left: str, line: tuple[Target, Published]) -> None:
    circuit = QuantumCircuit(2)
    if left == "barriers alone":
        circuit.barrier()
    else:
        circuit.x(0)
        circuit.x(0)
    with pytest.raises(OperatorError, match="nothing of the circuit is left"):
        best(circuit, *line)


def test_a_delay_of_an_open_length_is_refused(line: tuple[Target, Published]) -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.delay(2 * Parameter("t"), 0, "us")
    circuit.measure(0, 0)
    with pytest.raises(OperatorError, match="open length"):
        best(circuit, *line)


def test_a_device_without_a_working_qubit_is_said_to_have_none(line: tuple[Target, Published]) -> None:
    target, told = line
    broken = {number: one.model_copy(update={"gate_error": 1.0}) for number, one in told.qubits.items()}
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    with pytest.raises(OperatorError, match="none of its qubits works"):
        best(circuit, target, told.model_copy(update={"qubits": broken}))


def test_of_several_circuits_in_a_file_none_is_taken_for_the_others(tmp_path: Path) -> None:
    with (tmp_path / "c.qpy").open("wb") as file:
        qpy.dump([mirror(2), mirror(3)], file)
    with pytest.raises(OperatorError, match="there are 2 in it"):
        read_circuit(tmp_path / "c.qpy")


def test_a_delay_that_qpy_has_spoilt_is_refused(tmp_path: Path) -> None:
    """It keeps no unit: 2.5 us come back as 2.5 dt, which Qiskit itself refuses when it looks at them."""
    circuit = QuantumCircuit(1, 1)
    circuit.delay(2.5, 0, "us")
    circuit.measure(0, 0)
    with (tmp_path / "c.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    with pytest.raises(OperatorError, match="holds no circuit: Integer duration"):
        read_circuit(tmp_path / "c.qpy")


@pytest.mark.parametrize("told", ["[Errno 21] Is a directory: 'x'", "'a' is not defined", "'both'", '"all of it"', "'"])
def test_only_quotes_around_all_of_an_error_are_taken_off(told: str) -> None:
    assert _unquoted(told) == {"'both'": "both", '"all of it"': "all of it"}.get(told, told)


def test_a_pair_whose_fractional_gate_is_broken_is_used_for_its_cz_alone(line: tuple[Target, Published]) -> None:
    """As on Herons: of half of the pairs with a good CZ the RZZ is published as broken."""
    target, _ = line
    broken = {(0, 1), (1, 0), (4, 5), (5, 4), (5, 6), (6, 5), (6, 7), (7, 6)}
    places: Any = {
        place: InstructionProperties(duration=84e-9, error=1.0 if place in broken else 0.05) for place in target["cz"]
    }
    target.add_instruction(RZZGate(Parameter("angle")), places)
    told = published(cast("Any", TargetBackend("line", target)), "line")
    assert (0, 1) in usable(target, told)["cz"] and (0, 1) not in usable(target, told)["rzz"]
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.rzz(0.3, 0, 1)
    circuit.h([0, 1])
    circuit.measure_all()
    for placed in best(circuit, target, told, 3):
        used = [tuple(placed.circuit.qubits.index(bit) for bit in one.qubits) for one in placed.circuit.data]
        names = [one.name for one in placed.circuit.data]
        assert all(place not in broken for place, name in zip(used, names, strict=True) if name == "rzz")
    own = QuantumCircuit(8)
    own.rzz(0.3, 2, 3)
    assert rate(own, target, told).gates == pytest.approx(lost(0.05, 2))
