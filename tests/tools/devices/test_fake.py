"""Copies of devices: their noise against theory, what they refuse, and what they can run."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from reson.components import Qubit
from reson.errors import OperatorError, ToolError
from reson.tools.devices.durations import OVERHEAD
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS, NoisyDevice, noisy_device
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.local.parts import parts_of
from reson.tools.devices.order import NoiseOptions
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.possible import NO_IQ, NO_PULSES, found_by_preparing
from reson.tools.experiments.smoke import smoke_test


@pytest.fixture(scope="module")
def torino() -> NoisyDevice:
    return noisy_device("fake", "fake:torino", fake_backend("torino"), seed=11)


def counts(backend: NoisyBackend, circuit: QuantumCircuit, shots: int) -> np.ndarray:
    """Share of each outcome of a circuit, shape (2 ** clbits,)."""
    found = backend.run(circuit, shots=shots).result().data(0)["counts"]
    shares = np.zeros(2**circuit.num_clbits)
    for word, number in found.items():
        shares[int(word, 16)] = number / shots
    return shares


def test_a_circuit_falls_into_the_parts_that_no_gate_connects() -> None:
    circuit = QuantumCircuit(130, 3)
    circuit.x(5)
    circuit.cz(7, 100)
    circuit.barrier()
    circuit.measure([5, 7, 100], [2, 0, 1])
    circuit.h(50)  # never measured
    parts = {part.qubits: part for part in parts_of(circuit)}
    assert set(parts) == {(5,), (7, 100)}
    assert parts[5,].clbits == (2,)
    assert parts[7, 100].clbits == (0, 1)
    assert dict(parts[7, 100].circuit.count_ops()) == {"cz": 1, "measure": 2}


def test_bits_keep_their_places_beyond_a_word(torino: NoisyDevice) -> None:
    circuit = QuantumCircuit(80, 70)
    circuit.x([3, 69])
    circuit.measure(range(70), range(70))
    found = cast("NoisyBackend", torino.backend).run(circuit, shots=500).result().data(0)["counts"]
    ones = np.array([sum(n for word, n in found.items() if int(word, 16) >> bit & 1) / 500 for bit in range(70)])
    expected = np.zeros(70)
    expected[[3, 69]] = 1
    confusion = torino.published.confusion()
    errors = np.array([confusion[qubit][int(expected[qubit])] for qubit in range(70)])
    assert np.all(np.abs(ones - expected) < errors + 0.02 + 4 * np.sqrt(errors * (1 - errors) / 500))


def test_relaxation_during_a_delay_is_that_of_t1() -> None:
    noise = NoiseOptions(t1=50e-6, t2=60e-6, gate_error=0.0, readout_error=0.0)
    model = line_of_qubits(2, noise)
    backend = NoisyBackend("aer", cast("Target", model.target), NoisySimulators(model.target), LIMITS, seed=3)
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.delay(25, 1, "us")
    circuit.measure(1, 0)
    p1 = counts(backend, circuit, 40_000)[1]
    # the X gate's own 32 ns count too
    assert p1 == pytest.approx(math.exp(-25.032 / 50), abs=4 * math.sqrt(0.24 / 40_000))


def test_parts_joined_are_the_whole_circuit_computed_at_once() -> None:
    model = line_of_qubits(3, NoiseOptions(gate_error=5e-3, two_qubit_error=5e-2, readout_error=0.05))
    target = cast("Target", model.target)
    simulators = NoisySimulators(target)
    circuit = QuantumCircuit(3, 3)
    circuit.sx(0)
    circuit.cz(0, 1)
    circuit.sx([0, 1])
    circuit.sx(2)
    circuit.delay(30, 2, "us")
    circuit.measure(range(3), range(3))
    shots = 40_000
    parted = counts(NoisyBackend("aer", target, simulators, LIMITS, seed=4), circuit, shots)
    whole = simulators.of((0, 1, 2)).run(circuit, shots=shots, seed_simulator=9).result().results[0].data.counts
    at_once = np.array([whole.get(hex(word), 0) / shots for word in range(8)])
    spread = np.sqrt(2 * np.maximum(at_once, 1 / shots) / shots)
    assert np.all(np.abs(parted - at_once) < 4.5 * spread)


def test_measured_times_and_errors_agree_with_the_published_ones(torino: NoisyDevice) -> None:
    qubits = torino.qubits[:6]
    first = torino.published.first_values(qubits)
    for experiment, parameter in (("t1", "t1"), ("t2_hahn", "t2_echo")):
        row = get(experiment)
        raw = row.acquire(torino, {qubit: row.arguments({}, first[Qubit(qubit)]) for qubit in qubits})
        pulls = []
        for qubit, data in raw.items():
            found = row.analyse(data).quantities[parameter]
            assert found.stderr is not None
            pulls.append((found.value - first[Qubit(qubit)][parameter]) / found.stderr)
        assert np.all(np.abs(pulls) < 4), pulls
        assert np.mean(np.square(pulls)) < 3


def test_pulses_are_out_of_reach(torino: NoisyDevice) -> None:
    assert found_by_preparing(get("rabi"), torino) == NO_PULSES
    assert found_by_preparing(get("readout"), torino) == NO_IQ
    for name in ("t1", "t2_hahn", "ramsey_xy", "fine_x_amplitude", "fine_drag", "standard_rb"):
        assert found_by_preparing(get(name), torino) is None
    with pytest.raises(ToolError, match="no pulse access: x_amplitude"):
        torino.load({"q0": {"x_amplitude": 0.3}})
    torino.load(torino.controls())
    with pytest.raises(ToolError, match="counts only"):
        torino.backend.run(QuantumCircuit(1, 1), shots=10, meas_level=1)


def test_broken_qubits_are_no_qubits_of_the_device(torino: NoisyDevice) -> None:
    assert 86 in torino.published.qubits
    assert 86 not in torino.qubits


def test_data_of_a_copy_carry_the_time_that_the_device_would_have_taken(torino: NoisyDevice) -> None:
    row, qubit = get("readout_error"), torino.qubits[0]
    asked = row.arguments({"shots": 1000.0}, torino.published.first_values([qubit])[f"q{qubit}"])
    torino.load({})
    assert torino.taken() is None
    row.acquire(torino, {qubit: asked})
    began, ended = torino.taken() or (0.0, 0.0)
    assert ended - began == pytest.approx(row.device_seconds(asked, torino) + OVERHEAD, rel=0.1)


def test_a_large_connected_circuit_is_refused_in_words(torino: NoisyDevice) -> None:
    circuit = QuantumCircuit(12, 12)
    for qubit in range(11):
        circuit.cz(qubit, qubit + 1)
    circuit.measure(range(12), range(12))
    with pytest.raises(ToolError, match="gates connect 12 qubits"):
        torino.backend.run(circuit, shots=10)


def test_the_smoke_test_tells_0_from_1(torino: NoisyDevice) -> None:
    found = smoke_test(torino)
    assert found.calibrated
    assert not found.blind
    assert found.seconds < 10


def test_an_unknown_copy_is_told_with_its_neighbours() -> None:
    with pytest.raises(OperatorError) as caught:
        fake_backend("torin")
    assert "fake:torino" in caught.value.remedy
