"""Published ZZ and readout: the copies have them, and the schedule knows of them."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector

from reson.agent.campaign.schedule import merge
from reson.agent.observation import Measure
from reson.tools.devices.device import coupling_of, only_waiting_alone
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.always_on import with_zz
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.published import published
from reson.tools.experiments.catalogue import get

ZZ = 50e3
TARGET = cast("Any", line_of_qubits(2, NoiseOptions())).target


@pytest.fixture(scope="module")
def sherbrooke() -> NoisyDevice:
    return noisy_device("fake", "fake:sherbrooke", fake_backend("sherbrooke"), seed=5)


def phase(flip_other: bool, echo: bool, both: bool) -> float:
    """Phase, in radians, that a superposition of qubit 0 has gained after 4 us; ``both``: the other is flipped too."""
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    if flip_other:
        circuit.x(1)
    circuit.barrier()
    for part in (0, 1):
        circuit.delay(2, 0, "us")
        circuit.delay(2, 1, "us")
        if part == 0 and echo:
            circuit.x(0)
            if both:
                circuit.x(1)
            circuit.barrier()
    played = with_zz(circuit, {(0, 1): ZZ}, TARGET)
    gates = QuantumCircuit(2)
    for one in played.data:
        if one.operation.name not in ("delay", "barrier"):
            gates.append(one.operation, [played.qubits.index(bit) for bit in one.qubits])
    state = np.asarray(Statevector(gates)).reshape(2, 2)  # [other, own]
    row = state[np.argmax(np.abs(state).sum(axis=1))]
    reference = np.asarray(Statevector(_without_waits(circuit))).reshape(2, 2)
    other = reference[np.argmax(np.abs(reference).sum(axis=1))]
    return float(np.angle(row[1] / row[0] / (other[1] / other[0])))


def _without_waits(circuit: QuantumCircuit) -> QuantumCircuit:
    found = QuantumCircuit(2)
    for one in circuit.data:
        if one.operation.name not in ("delay", "barrier"):
            found.append(one.operation, [circuit.qubits.index(bit) for bit in one.qubits])
    return found


def test_a_neighbour_in_1_shifts_the_frequency_and_one_in_0_does_not() -> None:
    assert phase(flip_other=False, echo=False, both=False) == pytest.approx(0)
    assert phase(flip_other=True, echo=False, both=False) == pytest.approx(-2 * math.pi * ZZ * 4e-6)


def test_an_echo_of_one_cancels_it_and_an_echo_of_both_does_not() -> None:
    assert phase(flip_other=True, echo=True, both=False) == pytest.approx(0, abs=1e-9)
    assert abs(phase(flip_other=False, echo=True, both=True)) == pytest.approx(2 * math.pi * ZZ * 2e-6)


def test_coupling_is_read_from_what_is_published(sherbrooke: NoisyDevice) -> None:
    zz = sherbrooke.published.zz()
    assert len(zz) == 140  # of 144 pairs four are published as uncoupled
    assert 40e3 < np.median(np.abs(list(zz.values()))) < 80e3
    assert zz[72, 62] == pytest.approx(-60.696e3, rel=1e-4)  # as zz_6272, in GHz
    assert only_waiting_alone(sherbrooke)
    torino = noisy_device("fake", "fake:torino", fake_backend("torino"))
    assert coupling_of(torino) == ()  # a generation that cancels it


def test_neighbours_take_turns_only_where_they_wait(sherbrooke: NoisyDevice) -> None:
    coupling = coupling_of(sherbrooke)
    first, second = coupling[0]

    def jobs(experiment: str) -> int:
        arguments = get(experiment).arguments({}, {"t1": 1e-4, "t2_echo": 1e-4, "pulse_duration": 6e-8})
        asked = [
            Measure(component=f"q{qubit}", experiment=experiment, parameters=arguments, why="")
            for qubit in (first, second)
        ]
        return len(merge("run-0001", 0, asked, coupling, only_waiting_alone(sherbrooke)))

    assert {name: jobs(name) for name in ("t1", "standard_rb", "readout_error")} == {
        "t1": 1,
        "standard_rb": 1,
        "readout_error": 1,
    }
    assert {name: jobs(name) for name in ("t2_hahn", "ramsey_xy")} == {"t2_hahn": 2, "ramsey_xy": 2}


def test_echoes_of_neighbours_at_once_are_spoilt_and_in_turns_they_are_not(sherbrooke: NoisyDevice) -> None:
    pairs = sherbrooke.published.zz()
    told = sherbrooke.published.qubits
    first, second = next(
        pair
        for pair, value in pairs.items()
        if 50e3 < abs(value) < 70e3
        and all((told[q].t2 or 0) > 150e-6 and (told[q].readout_error or 1) < 0.02 for q in pair)
    )
    row, known = get("t2_hahn"), sherbrooke.published.first_values([first, second])
    requests = {qubit: row.arguments({}, known[f"q{qubit}"]) for qubit in (first, second)}
    for qubit, arguments in requests.items():
        alone = row.analyse(row.acquire(sherbrooke, {qubit: arguments})[qubit])
        found = alone.quantities["t2_echo"]
        assert found.value == pytest.approx(known[f"q{qubit}"]["t2_echo"], abs=4 * (found.stderr or 0.0))
    at_once = row.acquire(sherbrooke, requests)
    # the shorter echo is over before the other qubit is flipped, and refocuses what that did to it; the longer is not
    assert max(row.analyse(raw).reduced_chi2 or 0.0 for raw in at_once.values()) > 10


def test_the_copy_reads_0_and_1_as_badly_as_is_published(sherbrooke: NoisyDevice) -> None:
    confusion = sherbrooke.published.confusion()
    qubit = max(sherbrooke.qubits, key=lambda one: confusion[one][1] - confusion[one][0])
    one, zero = confusion[qubit]
    assert zero > one + 0.01
    circuits = []
    for state in (0, 1):
        circuit = QuantumCircuit(sherbrooke.backend.num_qubits, 1)
        if state:
            circuit.x(qubit)
        circuit.measure(qubit, 0)
        circuits.append(circuit)
    shots = 20_000
    result = cast("Any", sherbrooke.backend).run(circuits, shots=shots).result()
    p1 = [result.get_counts(place).get("1", 0) / shots for place in (0, 1)]
    spread = 4 * math.sqrt(0.25 / shots)
    assert p1[0] == pytest.approx(one, abs=spread)
    assert 1 - p1[1] == pytest.approx(zero, abs=spread + 2e-3)


def test_the_copy_has_the_zz_that_is_published_where_the_neighbour_waits_without_a_delay() -> None:
    """As in the circuits of ``zz_ramsey``: barriers hold the neighbour, and nothing is played on it."""
    manila = noisy_device("fake", "fake:manila", fake_backend("manila"), seed=5)
    row, known = get("zz_ramsey"), manila.published.first_values([1])["q1"]
    found = row.analyse(row.acquire(manila, {1: row.arguments({}, known)})[1]).quantities["q0-q1.zz"]
    assert found.stderr is not None and found.stderr < 500
    assert found.value == pytest.approx(manila.published.zz()[0, 1], abs=4 * found.stderr)


@pytest.mark.parametrize(("started", "phases"), [(True, 1), (False, 0)])
def test_a_neighbour_on_which_nothing_was_played_is_left_alone(started: bool, phases: int) -> None:
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    if started:
        circuit.x(1)
    circuit.barrier()
    circuit.delay(2, 0, "us")
    circuit.barrier()
    circuit.sx(1)
    assert with_zz(circuit, {(0, 1): ZZ}, TARGET).count_ops().get("cp", 0) == phases


def test_gaps_between_gates_without_a_delay_are_no_wait() -> None:
    """Else all qubits of a layer would have to be computed together."""
    circuit = QuantumCircuit(2)
    for _ in range(3):
        circuit.sx(0)
        circuit.sx(0)
        circuit.sx(1)
        circuit.barrier()
    assert with_zz(circuit, {(0, 1): ZZ}, TARGET) == circuit


def test_the_zz_of_a_pair_whose_gate_is_out_of_service_counts() -> None:
    """The runtime leaves such a gate out of the target; the qubits see each other all the same."""
    model = cast("Any", line_of_qubits(4, NoiseOptions()))
    zz = [SimpleNamespace(name=name, value=-6e-5, unit="GHz") for name in ("zz_01", "zz_13")]
    model.properties = lambda: SimpleNamespace(general=zz)
    odd = [[3, 1], [1, 0], [2, 2], [0, 9], [1], None, "13", [0, "1"]]
    model.configuration = lambda: SimpleNamespace(coupling_map=odd)
    told = published(model, "d")
    assert set(told.coupling()) == {(0, 1), (3, 1)}
    (added,) = (pair for pair in told.pairs if pair.qubits == (3, 1))
    assert not added.works and len(told.pairs) == 4


@pytest.mark.parametrize("value", [1e3, -1.0, math.nan])
def test_a_published_zz_that_cannot_be_is_none(value: float) -> None:
    model = cast("Any", line_of_qubits(2, NoiseOptions()))
    model.properties = lambda: SimpleNamespace(general=[SimpleNamespace(name="zz_01", value=value, unit="GHz")])
    assert published(model, "d").coupling() == ()
