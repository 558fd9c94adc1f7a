"""Chips with tunable couplers as a device: frequency plan, controls, stock circuits, groups, refusals."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Statevector

from reson.errors import OperatorError, ToolError
from reson.evals.true_pair import load_best_cz, load_controls, true_cz
from reson.tools.devices.coupler_flux import CouplerFluxGate
from reson.tools.devices.simulated.chip_file import load_chip
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.flux_line import Tail
from reson.tools.devices.simulated.frequency_plan import planned_frequencies
from reson.tools.devices.simulated.layouts import checked_edges
from reson.tools.devices.simulated.program import read_circuits

START = 1.7e9


@pytest.fixture
def pairs(calibrate: Callable[[SimulatedDevice], None]) -> SimulatedDevice:
    """Five qubits in a line, their pulses and CZ gates as a perfect bring-up would leave them."""
    device = open_simulated(1, 5, {}, START, "line", tunable=True)
    if not _BEST:
        for pair in device.chip.pairs:
            load_best_cz(device, pair)
        calibrate(device)
        _BEST.update(device.controls())
    device.load(_BEST)
    return device


_BEST: dict[str, dict[str, float]] = {}
"""Controls that are found once for all tests."""


def _levels(device: SimulatedDevice, circuits: list[QuantumCircuit]):
    program = read_circuits(circuits, device.chip.controls, device.chip.pairs)
    return list(device.chip.outcomes(program, device.chip.truth_now()))


def test_the_plan_puts_neighbours_where_a_cz_works():
    apart = []
    for seed, layout in enumerate(["line", "square", "heavy_hex"] * 10):
        edges = checked_edges(layout, 20)
        frequencies = planned_frequencies(seed, 20, edges)
        apart += [abs(frequencies[low] - frequencies[high]) for low, high in edges]
    inside = np.mean((np.array(apart) > 60e6) & (np.array(apart) < 180e6))
    assert 0.93 < inside < 0.99


def test_a_chip_file_asks_for_tunable_couplers(tmp_path: Path):
    path = tmp_path / "chip.toml"
    path.write_text(
        'qubits = 3\ncoupling = "line"\ncouplers = "tunable"\n[[coupler]]\ncomponents = ["q0", "q1"]\nt1 = 12e-6\n'
    )
    device = open_chip(load_chip(path), START)
    first, second = device.chip.truth.couplers
    assert first.tunable is not None
    assert first.tunable.t1 == 12e-6
    assert second.tunable is not None
    assert set(device.controls()) == {"q0", "q1", "q2", "q0-q1", "q1-q2"}
    assert device.controls()["q0-q1"] == device.design_controls()["q0-q1"]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [("tunable", "zz = 50e3", "whose coupler is tunable"), ("fixed", "t1 = 10e-6", "which is fixed")],
)
def test_values_of_the_other_kind_of_coupler_are_refused(tmp_path: Path, kind, value, message):
    path = tmp_path / "chip.toml"
    path.write_text(
        f'qubits = 2\ncoupling = "line"\ncouplers = "{kind}"\n[[coupler]]\ncomponents = ["q0", "q1"]\n{value}\n'
    )
    with pytest.raises(OperatorError, match=message):
        load_chip(path)


def test_a_drawn_qubit_keeps_all_but_its_frequency():
    fixed, tunable = (open_simulated(4, 3, {}, START, "line", tunable=one).chip.truth for one in (False, True))
    for one, other in zip(fixed.transmons, tunable.transmons, strict=True):
        assert (one.t1, one.t2, one.gain, one.anharmonicity) == (other.t1, other.t2, other.gain, other.anharmonicity)
        assert one.f01 != other.f01


def test_controls_of_a_pair_are_loaded_and_bounded(pairs):
    pairs.load({"q1-q2": {"cz_amplitude": 0.1, "cz_duration": 64e-9}})
    assert pairs.controls()["q1-q2"]["cz_amplitude"] == 0.1
    assert pairs.backend.target["cz"][(2, 1)].duration == 64e-9
    for name, value in (("q1-q3", 0.1), ("q1-q2", 7.0)):
        with pytest.raises(ToolError):
            pairs.load({name: {"cz_amplitude": value}})


def test_a_bias_moves_both_qubits_and_their_zz(pairs):
    before = pairs.chip.truth_now()
    bias = pairs.chip.pairs[0, 1]["coupler_bias"]
    load_controls(pairs, (0, 1), coupler_bias=bias + 0.05)
    after = pairs.chip.truth_now()
    assert abs(before.couplers[0].zz) < 10
    assert abs(after.couplers[0].zz) > 5e3
    moved = [abs(one.f01 - other.f01) for one, other in zip(before.transmons, after.transmons, strict=True)]
    assert min(moved[:2]) > 100e3
    assert max(moved[2:]) == 0


def test_the_idle_flux_drifts_by_little(pairs):
    lines = [one.tunable.line for day in range(20) for one in pairs.chip.truth_at(START + 86400 * day).couplers]
    drawn = [one.tunable.line for one in pairs.chip.truth.couplers] * 20
    offsets = np.array([one.offset - other.offset for one, other in zip(lines, drawn, strict=True)])
    gains = np.array([one.gain / other.gain - 1 for one, other in zip(lines, drawn, strict=True)])
    assert offsets.std() == pytest.approx(20e-6, rel=0.4)
    assert gains.std() == pytest.approx(1e-4, rel=0.4)


@pytest.mark.parametrize("layout", [[0, 1], [2, 1], [3, 4]])
def test_a_bell_state_by_stock_circuits(pairs, layout):
    """Fidelity (1 + XX - YY + ZZ) / 4 from the joint populations before readout."""
    correlated = []
    for basis in ("XX", "YY", "ZZ"):
        circuit = QuantumCircuit(2, 2)
        circuit.h(0)
        circuit.cx(0, 1)
        for qubit in range(2):
            if basis == "YY":
                circuit.sdg(qubit)
            if basis != "ZZ":
                circuit.h(qubit)
        circuit.measure([0, 1], [0, 1])
        (outcome,) = _levels(pairs, [transpile(circuit, pairs.backend, initial_layout=layout)])
        (together,) = outcome.together
        correlated.append(float(np.einsum("ij,i,j->", together.populations, [1, -1, -1], [1, -1, -1])))
    fidelity = (1 + correlated[0] - correlated[1] + correlated[2]) / 4
    assert fidelity > 0.96  # 1 to 2 % of each qubit are excited at rest


def test_shots_of_a_ghz_state_agree_with_each_other(pairs):
    circuit = QuantumCircuit(4)
    circuit.h(0)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    counts = pairs.backend.run(transpile(circuit, pairs.backend, initial_layout=[0, 1, 2, 3]), shots=1000).result()
    found = counts.get_counts()
    assert found["0000"] + found["1111"] > 850
    assert min(found["0000"], found["1111"]) > 350


def test_the_order_of_the_qubits_makes_no_difference(pairs):
    outcomes = []
    for first, second in ((0, 1), (1, 0)):
        circuit = QuantumCircuit(2, 2)
        circuit.sx([0, 1])
        circuit.cz(first, second)
        circuit.sx([0, 1])
        circuit.measure([0, 1], [0, 1])
        outcomes.append(_levels(pairs, [circuit])[0].levels)
    assert outcomes[0] == pytest.approx(outcomes[1], abs=1e-12)


def test_a_swap_adds_up_by_the_wait_between_two_pulses_and_not_by_virtual_z(pairs):
    """What hops between the qubits has the phase of their beat; a virtual Z moves later pulses of the drive alone."""
    low = {}
    amplitude = 1.9 * pairs.chip.pairs[0, 1]["cz_amplitude"]
    for key, wait, angle in (("now", 0, 0.0), ("turned", 0, 1.5), ("later", 4, 0.0)):
        circuit = QuantumCircuit(2, 2)
        circuit.x(0)
        for _ in range(2):
            circuit.append(CouplerFluxGate(amplitude, 30e-9, 30e-9), [0, 1])
            circuit.rz(angle, 0)
            circuit.delay(wait, 0, "ns")
        circuit.measure([0, 1], [0, 1])
        low[key] = _levels(pairs, [circuit])[0].levels[1, 1]
    assert low["turned"] == pytest.approx(low["now"], abs=1e-9)
    assert abs(low["later"] - low["now"]) > 0.01


def test_populations_of_a_pulse_are_conserved_but_for_relaxation(pairs):
    circuits = []
    for amplitude in np.linspace(-0.2, 0.4, 13):
        circuit = QuantumCircuit(2, 2)
        circuit.x([0, 1])
        circuit.append(CouplerFluxGate(float(amplitude), 40e-9, 40e-9), [1, 0])
        circuit.measure([0, 1], [0, 1])
        circuits.append(circuit)
    for outcome in _levels(pairs, circuits):
        (together,) = outcome.together
        assert together.populations.sum() == pytest.approx(1, abs=1e-9)
        assert together.populations.min() >= 0
        assert outcome.levels.sum(axis=1) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("gate", "qubits", "message"),
    [
        (CouplerFluxGate(0.1, 60e-9, 60e-9), (0, 2), "no neighbours"),
        (CouplerFluxGate(1.5, 60e-9, 60e-9), (0, 1), "beyond full scale"),
        (CouplerFluxGate(0.1, 60.4e-9, 60e-9), (0, 1), "whole number of samples"),
        (CouplerFluxGate(0.1, 50e-9, 60e-9), (0, 1), "outside"),
        (CouplerFluxGate(math.nan, 60e-9, 60e-9), (0, 1), "finite"),
    ],
)
def test_a_pulse_that_cannot_be_is_refused_by_name(pairs, gate, qubits, message):
    circuit = QuantumCircuit(3, 1)
    circuit.append(gate, qubits)
    circuit.measure(0, 0)
    with pytest.raises(ToolError, match=message):
        pairs.backend.run(circuit)


def test_too_many_entangled_qubits_are_refused_by_name():
    device = open_simulated(1, 7, {}, START, "line", tunable=True)
    circuit = QuantumCircuit(7, 7)
    for qubit in range(6):
        circuit.cz(qubit, qubit + 1)
    circuit.measure(range(7), range(7))
    clock = device.chip.clock
    with pytest.raises(ToolError, match="up to 5"):
        device.backend.run(circuit)
    assert device.chip.clock == clock


def test_a_tail_turns_the_next_gate_and_predistortion_mends_it(pairs):
    """A single gate is calibrated with the tail; what it leaves shows in the next one."""
    truth = pairs.chip.truth
    first = truth.couplers[0]
    line = replace(first.tunable.line, tails=(Tail(0.02, 100e-9),))
    tailed = replace(first, tunable=replace(first.tunable, line=line))
    pairs.chip.truth = replace(truth, couplers=(tailed, *truth.couplers[1:]))

    def bending() -> float:
        load_best_cz(pairs, (0, 1))
        assert true_cz(pairs, (0, 1)).error < 2e-3
        found = []
        for number in (1, 2):
            circuit = QuantumCircuit(2, 2)
            circuit.x(0)
            circuit.sx(1)
            for _ in range(number):
                circuit.cz(0, 1)
            circuit.rz(math.pi / 2, 1)
            circuit.sx(1)
            circuit.measure(1, 0)
            found.append(_levels(pairs, [circuit])[0].levels[0, 1])
        return abs(found[1] - found[0])

    without = bending()
    pairs.load({"q0-q1": {"flux_tail_amplitude": 0.02, "flux_tail_time": 100e-9}})
    assert bending() < 0.05 < 0.2 < without


def test_crosstalk_of_flux_lines_disturbs_simultaneous_gates(pairs):
    truth = pairs.chip.truth

    def with_share(share: float) -> float:
        first = truth.couplers[0]
        tunable = replace(first.tunable, heard=(((2, 3), share),))
        pairs.chip.truth = replace(truth, couplers=(replace(first, tunable=tunable), *truth.couplers[1:]))
        circuit = QuantumCircuit(4, 4)
        circuit.x(0)
        circuit.sx(1)
        circuit.barrier()
        for _ in range(5):
            circuit.cz(0, 1)
            circuit.cz(2, 3)
        circuit.barrier()
        circuit.rz(math.pi / 2, 1)
        circuit.sx(1)
        circuit.measure([0, 1], [0, 1])
        return _levels(pairs, [circuit])[0].levels[1, 1]

    quiet = with_share(0.0)
    assert abs(with_share(1e-4) - quiet) < 0.1
    assert abs(with_share(1e-3) - quiet) > 0.1


def test_stock_gates_come_out_as_qiskit_says(pairs):
    """Random circuits of two qubits against the ideal state, within what rest and relaxation take."""
    rng = np.random.default_rng(2)
    for _ in range(3):
        circuit = QuantumCircuit(2, 2)
        for _ in range(3):
            for qubit in range(2):
                theta, phi, lam = rng.uniform(-3, 3, 3).tolist()
                circuit.u(theta, phi, lam, qubit)
            control = int(rng.integers(2))
            circuit.cx(control, 1 - control)
        ideal = np.abs(Statevector(circuit).data.reshape(2, 2).T) ** 2
        circuit.measure([0, 1], [0, 1])
        (outcome,) = _levels(pairs, [transpile(circuit, pairs.backend, initial_layout=[1, 2])])
        (together,) = outcome.together
        assert together.populations[:2, :2] == pytest.approx(ideal, abs=0.05)


def test_a_gate_long_before_the_readout_is_played(pairs: SimulatedDevice):
    """Times are counted back from the readout, and the tails of a line are much shorter than a rest of 200 us."""
    circuit = QuantumCircuit(5, 1)
    circuit.cz(0, 1)
    circuit.delay(200e-6, 0, unit="s")
    circuit.measure(0, 0)
    (found,) = _levels(pairs, [transpile(circuit, pairs.backend, optimization_level=0)])
    assert found is not None
