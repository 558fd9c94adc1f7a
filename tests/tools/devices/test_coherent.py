"""What always-on ZZ leaves of a circuit, against the copy's own phases, and where it is not seen."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import DensityMatrix, Statevector, partial_trace
from qiskit.transpiler import Target
from qiskit_aer.noise import thermal_relaxation_error

from reson.errors import OperatorError
from reson.evals.benches.layout import mirror, scheduled
from reson.tools.devices.coherent import MOST_QUBITS, Held, held
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.always_on import with_zz
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.placing import best, read_circuit
from reson.tools.devices.published import Published, published
from reson.tools.devices.rating import active, coupled, idling, rate

WAIT = 2e-6
PHASE = 2 * math.pi * 60e3 * WAIT


@pytest.fixture
def line() -> tuple[Target, Published]:
    """Twelve qubits in a row with 60 kHz between neighbours, gates that take no time to speak of."""
    model = cast("Any", line_of_qubits(MOST_QUBITS + 2, NoiseOptions()))
    told = published(model, "line")
    pairs = tuple(pair.model_copy(update={"zz": 60e3}) for pair in told.pairs)
    return model.target, told.model_copy(update={"pairs": pairs})


def waiting(size: int, *gates: str) -> QuantumCircuit:
    """Both qubits in a superposition for ``WAIT``, and then these gates on both."""
    circuit = QuantumCircuit(size, 2)
    circuit.sx([0, 1])
    circuit.delay(WAIT, [0, 1], "s")
    circuit.barrier()
    for name in gates:
        getattr(circuit, name)([0, 1])
    return circuit


@pytest.mark.parametrize(("name", "number"), [("osaka", 5), ("osaka", 6), ("brisbane", 5), ("brisbane", 6)])
def test_the_rating_knows_what_the_copy_does(name: str, number: int) -> None:
    """A mirror ends in 0 but for the phases: so much of it ends there as is told."""
    model: Any = fake_backend(name)
    told, circuit = published(model, name), mirror(number)
    placed = transpile(circuit, target=model.target, optimization_level=3, seed_transpiler=3)
    whole = with_zz(scheduled(placed, model.target), told.zz(), model.target)
    mine = active(placed)
    small = QuantumCircuit(len(mine))
    for one in whole.data:
        if one.operation.name not in ("measure", "barrier", "delay"):
            small.append(one.operation, [mine.index(whole.find_bit(bit).index) for bit in one.qubits])
    expected = Statevector(small).probabilities()[0]
    assert expected < 0.97
    assert math.exp(-rate(placed, model.target, told).zz) == pytest.approx(expected, abs=2e-3)


def test_a_phase_is_seen_where_a_gate_follows_it(line: tuple[Target, Published]) -> None:
    target, told = line
    size = target.num_qubits or 0
    turned = waiting(size, "sx")
    assert rate(turned, target, told).zz == pytest.approx(coupled(PHASE), rel=1e-6)
    turned.measure([0, 1], [0, 1])
    assert rate(turned, target, told).zz > 0.01
    only = waiting(size)
    only.measure([0, 1], [0, 1])
    assert rate(only, target, told).zz == pytest.approx(0.0, abs=1e-9)  # 0 and 1 have no phase to be read
    at_rest = QuantumCircuit(size, 2)
    at_rest.x([0, 1])
    at_rest.delay(WAIT, [0, 1], "s")
    at_rest.x([0, 1])
    assert rate(at_rest, target, told).zz == pytest.approx(0.0, abs=1e-9)


def test_a_circuit_that_cannot_be_played_is_rated_by_the_sum_of_its_losses(line: tuple[Target, Published]) -> None:
    target, told = line
    size = target.num_qubits or 0
    read_before = waiting(size, "sx")
    read_before.measure(0, 0)
    read_before.sx(0)
    reset = QuantumCircuit(size, 2)
    reset.reset(2)
    reset.compose(waiting(size, "sx"), inplace=True)
    left_open = waiting(size, "sx")
    left_open.rz(Parameter("angle"), 0)
    wide = waiting(size, "sx")
    wide.sx(range(2, size))
    for circuit in (read_before, reset, left_open, wide):
        assert rate(circuit, target, told).zz == pytest.approx(coupled(PHASE), rel=1e-6)


def test_a_device_without_a_gate_that_works_is_told_in_words(tmp_path: Path) -> None:
    """On the copy of kyoto every two-qubit gate is published as broken; Qiskit's router panics over it."""
    path = tmp_path / "ghz.qasm"
    path.write_text(
        'OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg c[3]; h q[0]; cx q[0],q[1]; cx q[1],q[2]; measure q -> c;'
    )
    model: Any = fake_backend("kyoto")
    with pytest.raises(OperatorError, match="does not fit the device"):
        best(read_circuit(path), model.target, published(model, "fake:kyoto"))


STATES = {
    "0": ((1, 0), 0.0, 0.0),
    "1": ((0, 1), 1.0, 0.0),
    "+": ((math.sqrt(0.5), math.sqrt(0.5)), 0.5, 0.25),
    "some": ((math.sqrt(0.8), 1j * math.sqrt(0.2)), 0.2, 0.16),
}


@pytest.mark.parametrize("entangled", [False, True])
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(("t1", "t2"), [(100e-6, 100e-6), (100e-6, 200e-6), (200e-6, 30e-6)])
def test_a_wait_costs_what_its_state_loses(name: str, entangled: bool, t1: float, t2: float) -> None:
    """Against the state of the qubit, and of the one that it is entangled with, after relaxation and dephasing."""
    amplitudes, excited, coherence = STATES[name]
    pair = QuantumCircuit(2)
    pair.initialize(list(amplitudes), [0])
    if entangled:
        pair.cx(0, 1)
    before = DensityMatrix(pair)
    after = before.evolve(thermal_relaxation_error(t1, t2, 40e-6).to_quantumchannel(), qargs=[0])
    expected = float(np.real(np.trace(np.asarray(before) @ np.asarray(after))))
    state = Held(excited, 0.0 if entangled else coherence)
    assert math.exp(-idling(40e-6, t1, t2, state)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_state_in_which_a_gate_leaves_its_qubits(seed: int) -> None:
    circuit = random_circuit(4, 6, max_operands=3, seed=seed)
    found = held(circuit)
    assert len(found) == sum(len(one.qubits) for one in circuit.data)
    for index in range(len(circuit.data)):
        so_far = circuit.copy_empty_like()
        for one in circuit.data[: index + 1]:
            so_far.append(one)
        for bit in circuit.data[index].qubits:
            qubit = circuit.find_bit(bit).index
            rho = np.asarray(partial_trace(Statevector(so_far), [other for other in range(4) if other != qubit]))
            assert found[index, qubit] == pytest.approx((rho[1, 1].real, abs(rho[0, 1]) ** 2), abs=1e-9)
