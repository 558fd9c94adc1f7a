"""Neighbours against theory and QuTiP: static ZZ, joint evolution, crosstalk, groups, swapped lines."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import qutip
from qiskit import QuantumCircuit

from reson.errors import OperatorError
from reson.tools.devices.device import coupling_of
from reson.tools.devices.envelope import area, envelope, envelope_derivative
from reson.tools.devices.simulated.chip_file import load_chip
from reson.tools.devices.simulated.couplers import CouplerTruth, static_zz
from reson.tools.devices.simulated.device import open_chip, open_simulated
from reson.tools.devices.simulated.gates import Idle
from reson.tools.devices.simulated.groups import LARGEST, groups_of
from reson.tools.devices.simulated.joint import coupling_rates, evolve, on_entries
from reson.tools.devices.simulated.populations import populations
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.propagation import LOWERING, Pulse
from reson.tools.devices.simulated.superoperators import superoperators, thermal_state
from reson.tools.devices.simulated.timeline import Catalogue, merge, own_events
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth, TransmonTruth, draw_truth

START = 1.7e9
ZZ = 70e3


def _transmons(number: int, **changed: float) -> tuple[TransmonTruth, ...]:
    quiet = {"quasi_static": 0.0, "defects": (), **changed}
    return tuple(replace(one, **quiet) for one in draw_truth(3, number).transmons)


def _chip(transmons: tuple[TransmonTruth, ...], *couplers: CouplerTruth, **changed) -> ChipTruth:
    return ChipTruth(seed=1, transmons=transmons, couplers=couplers, **changed)


def _controls(transmons: tuple[TransmonTruth, ...]) -> list[dict[str, float]]:
    """Pulses that are right for each transmon alone."""
    design = open_simulated(1, 1, {}, START).chip.controls[0]
    amplitudes = [math.pi / (one.gain * area(32e-9)) for one in transmons]
    return [
        dict(design, drive_frequency=one.f01, x_amplitude=amp, sx_amplitude=amp / 2, drag_beta=0.27e-9)
        for one, amp in zip(transmons, amplitudes, strict=True)
    ]


def _played(truth: ChipTruth, circuits: list[QuantumCircuit], controls: list[dict[str, float]]) -> list[np.ndarray]:
    program = read_circuits(circuits, controls)
    return [found for _, found in populations(program, truth, [one["drive_frequency"] for one in controls])]


def _hamiltonian_zz(exchange: float, f1: float, alpha1: float, f2: float, alpha2: float) -> float:
    """The same by QuTiP, with six levels each, states followed from no coupling on."""
    lowering, one = qutip.destroy(6), qutip.qeye(6)
    first, second = qutip.tensor(lowering, one), qutip.tensor(one, lowering)

    def ladder(a: qutip.Qobj, frequency: float, alpha: float) -> qutip.Qobj:
        return frequency * (a.dag() @ a) + alpha / 2 * (a.dag() @ a.dag() @ a @ a)

    coupling = first.dag() @ second + first @ second.dag()
    bare = ladder(first, f1, alpha1) + ladder(second, f2, alpha2)
    energies, states = (bare + exchange * coupling).eigenstates()
    wanted = [qutip.tensor(qutip.basis(6, n), qutip.basis(6, m)) for n, m in itertools.product((0, 1), (0, 1))]
    e00, e01, e10, e11 = (energies[int(np.argmax([abs(one.overlap(state)) for state in states]))] for one in wanted)
    return float(e11 - e10 - e01 + e00)


@pytest.mark.parametrize("detuning", [-400e6, -150e6, 60e6, 250e6, 330e6])
def test_static_zz_is_that_of_the_full_hamiltonian(detuning):
    values = (2e6, 5e9 + detuning, -300e6, 5e9, -310e6)
    assert static_zz(*values) == pytest.approx(_hamiltonian_zz(*values), rel=1e-3)
    if abs(detuning) < 200e6:
        formula = 2 * values[0] ** 2 * (-610e6) / ((detuning - 300e6) * (detuning + 310e6))
        assert static_zz(*values) == pytest.approx(formula, rel=2e-3)


def test_static_zz_stays_finite_at_a_collision():
    assert abs(static_zz(2e6, 5e9 + 300e6, -300e6, 5e9, -300e6)) < 2 * math.sqrt(2) * 2e6 + 1e5
    assert static_zz(2e6, 5e9, -300e6, 5e9, -310e6) == pytest.approx(
        static_zz(2e6, 5e9 + 1e6, -300e6, 5e9, -310e6), 1e-2
    )


def test_drawn_couplers_have_tens_of_kilohertz_and_move_nothing_else():
    device = open_simulated(5, 20, {}, START, "heavy_hex")
    couplers = device.chip.truth.couplers
    assert device.coupling == tuple(one.qubits for one in couplers)
    assert 15e3 < np.median([abs(one.zz) for one in couplers]) < 90e3
    shares = np.abs([share for one in couplers for share in one.crosstalk])
    assert (shares > 10 ** (-40.1 / 20)).all()
    assert (shares < 10 ** (-24.9 / 20)).all()
    assert device.chip.truth.transmons == open_simulated(5, 20, {}, START).chip.truth.transmons


def test_impossible_couplings_are_refused():
    for wrong in ("ring", [(0, 0)], [(0, 9)]):
        with pytest.raises(OperatorError):
            open_simulated(1, 3, {}, START, wrong)


def _ramsey(wait: float, excited: bool, turn: float) -> QuantumCircuit:
    circuit = QuantumCircuit(2, 1)
    if excited:
        circuit.x(1)
    circuit.barrier()
    circuit.sx(0)
    circuit.delay(wait, 0, unit="s")
    circuit.rz(turn, 0)
    circuit.sx(0)
    circuit.measure(0, 0)
    return circuit


def test_an_excited_neighbour_moves_the_frequency_by_zz():
    """The phase that a Ramsey wait gathers with the neighbour in 1, against that with it in 0: 2 pi zz wait."""
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=1e-6)
    truth = _chip(transmons, CouplerTruth((0, 1), ZZ))
    waits = np.linspace(1e-6, 12e-6, 7)
    signals = {}
    for excited in (False, True):
        circuits = [_ramsey(wait, excited, turn) for turn in (0.0, np.pi / 2) for wait in waits]
        ones = np.array([found[0, 1] for found in _played(truth, circuits, _controls(transmons))]).reshape(2, -1)
        signals[excited] = (2 * ones[0] - 1) - 1j * (2 * ones[1] - 1)
    phase = np.unwrap(np.angle(signals[True] / signals[False]))
    slope = np.polyfit(waits, phase, 1)[0] / (2 * np.pi)
    assert abs(slope) == pytest.approx(ZZ, rel=5e-3)


def test_a_joint_evolution_is_that_of_qutip():
    """SX on both, 8 us of coupling and decay with a detuned qubit, X on the second half way, SX on both again."""
    transmons = _transmons(2, t1=30e-6, t2=25e-6)
    controls = _controls(transmons)
    controls[0]["drive_frequency"] += 40e3
    circuit = QuantumCircuit(2, 2)
    circuit.sx([0, 1])
    circuit.delay(8, 0, unit="us")
    circuit.delay(4, 1, unit="us")
    circuit.x(1)
    circuit.delay(4e-6 - 32e-9, 1, unit="s")
    circuit.sx([0, 1])
    circuit.measure([0, 1], [0, 1])
    (found,) = _played(_chip(transmons, CouplerTruth((0, 1), ZZ)), [circuit], controls)
    expected = _by_qutip(transmons, controls)
    assert found[:, :3] == pytest.approx(expected[:, :3], abs=5e-4)


def _by_qutip(transmons: tuple[TransmonTruth, ...], controls: list[dict[str, float]]) -> np.ndarray:
    d = 32e-9
    pulses = [(0, 0.0, "sx"), (1, 0.0, "sx"), (1, d + 4e-6, "x"), (0, d + 8e-6, "sx"), (1, d + 8e-6, "sx")]
    a, identity = qutip.Qobj(LOWERING), qutip.qeye(LEVELS)
    lowerings = [qutip.tensor(a, identity), qutip.tensor(identity, a)]
    numbers = [one.dag() @ one for one in lowerings]
    static: Any = 2 * math.pi * ZZ * (numbers[0] @ numbers[1])
    jumps = []
    for truth, values, n, low in zip(transmons, controls, numbers, lowerings, strict=True):
        detuning = truth.f01 - values["drive_frequency"]
        static += 2 * math.pi * (detuning * n + truth.anharmonicity / 2 * (n @ n - n))
        jumps += [math.sqrt(truth.down_rate) * low, math.sqrt(truth.up_rate) * low.dag()]
        jumps.append(math.sqrt(2 * truth.dephasing_rate) * n)
    state = qutip.tensor(*(qutip.Qobj(np.diag(thermal_state(truth)[:LEVELS])) for truth in transmons))
    edges = sorted({0.0, *(start for _, start, _ in pulses), *(start + d for _, start, _ in pulses)})
    for begin, end in itertools.pairwise(edges):
        terms = [static]
        for qubit, start, name in pulses:
            if start <= begin < start + d:
                rate = transmons[qubit].gain * controls[qubit][f"{name}_amplitude"] / 2
                beta, low = controls[qubit]["drag_beta"], lowerings[qubit]
                terms.append([rate * (low + low.dag()), lambda t, s=start: envelope(t - s, d)])
                terms.append([1j * rate * beta * (low.dag() - low), lambda t, s=start: envelope_derivative(t - s, d)])
        if len(terms) == 1:
            generator: Any = qutip.liouvillian  # typed for one operator, not for a list of jumps
            decay = (generator(static, jumps) * (end - begin)).expm()
            state = qutip.vector_to_operator(decay * qutip.operator_to_vector(state))
        else:
            options = {"nsteps": 100_000, "max_step": 1e-9, "rtol": 1e-8, "atol": 1e-10}
            state = qutip.mesolve(terms, state, [begin, end], jumps, options=options).states[-1]
    return np.array([np.real(state.ptrace(qubit).diag()) for qubit in (0, 1)])


def test_without_coupling_together_is_as_alone():
    transmons = _transmons(3)
    circuit = QuantumCircuit(3, 3)
    rng = np.random.default_rng(1)
    for _ in range(40):
        for qubit in range(3):
            circuit.rz(float(rng.uniform(-3, 3)), qubit)
            circuit.sx(qubit)
        circuit.delay(100, int(rng.integers(3)), unit="ns")
    circuit.measure(range(3), range(3))
    controls = _controls(transmons)
    coupled = _chip(transmons, CouplerTruth((0, 1), 0.0), CouplerTruth((1, 2), 0.0))
    (together,), (alone,) = (_played(truth, [circuit], controls) for truth in (coupled, _chip(transmons)))
    assert together == pytest.approx(alone, abs=3e-5)  # three qubits have three levels each


def test_slow_noise_acts_within_a_group():
    """A Ramsey wait beside a resting, measured neighbour decays as it does alone."""
    noisy = _transmons(2, quasi_static=3e3, thermal_population=1e-4)
    circuit = QuantumCircuit(2, 2)
    circuit.sx(0)
    circuit.delay(60, 0, unit="us")
    circuit.sx(0)
    circuit.measure([0, 1], [0, 1])
    controls = _controls(noisy)
    (found,) = _played(_chip(noisy, CouplerTruth((0, 1), ZZ)), [circuit], controls)
    (alone,) = _played(_chip(noisy), [circuit], controls)
    assert found[0] == pytest.approx(alone[0], abs=2e-3)


def test_a_joint_state_keeps_its_trace_and_stays_positive():
    transmons = _transmons(2)
    catalogues = [Catalogue(), Catalogue()]
    pulse = Pulse(0.17, 0.2e-9, 0.0, 32e-9)
    lines = [own_events([pulse, Idle(3_000_000), pulse], 0, 0.5e6, silent=False) for _ in catalogues]
    timeline = merge(lines, catalogues, 0)
    tables = []
    for truth, catalogue in zip(transmons, catalogues, strict=True):
        gates = [event.gate for event in catalogue.events if event.gate is not None]
        matrices = superoperators(gates, truth, truth.f01)
        tables.append(on_entries(np.concatenate([np.eye(LEVELS**2)[None], matrices]), LEVELS))
    initial = np.multiply.outer(*(np.diag(thermal_state(one)[:LEVELS]).ravel() for one in transmons))
    (state,) = evolve([timeline], tables, coupling_rates(LEVELS, 2, [(0, 1, ZZ)]), initial)
    density = state.reshape(LEVELS, LEVELS, LEVELS, LEVELS).transpose(0, 2, 1, 3).reshape(LEVELS**2, LEVELS**2)
    assert np.trace(density) == pytest.approx(1.0, abs=1e-9)
    assert density == pytest.approx(density.conj().T, abs=1e-12)
    assert np.linalg.eigvalsh(density).min() > -1e-9
    assert np.abs(np.linalg.eigvalsh(density)).max() < 1 - 1e-3  # it has decohered


def test_crosstalk_far_off_resonance_is_the_ac_stark_shift():
    """Pulses on the neighbour move the phase by the sum of (Omega^2 / 2) alpha / (delta (delta + alpha)) over time."""
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=1e-6)
    transmons = (transmons[0], replace(transmons[1], f01=transmons[0].f01 + 130e6))
    share = 10 ** (-25 / 20)
    truth = _chip(transmons, CouplerTruth((0, 1), 0.0, (0.0, share)))
    controls = _controls(transmons)
    pulses, phases = 60, []
    for number in (0, pulses):
        signals = []
        for turn in (0.0, np.pi / 2):
            circuit = QuantumCircuit(2, 1)
            circuit.sx(0)
            circuit.barrier()
            circuit.delay(pulses * 32, 0, unit="ns")
            for _ in range(number):
                circuit.x(1)
            circuit.barrier()
            circuit.rz(turn, 0)
            circuit.sx(0)
            circuit.measure(0, 0)
            signals.append(2 * _played(truth, [circuit], controls)[0][0, 1] - 1)
        phases.append(np.angle(signals[0] - 1j * signals[1]))
    times = np.linspace(0, 32e-9, 4001)
    rate = transmons[0].gain * controls[1]["x_amplitude"] * share * envelope(times, 32e-9)
    delta, alpha = -2 * np.pi * 130e6, 2 * np.pi * transmons[0].anharmonicity  # f01 minus drive
    shift = np.trapezoid(rate**2, times) / 2 * alpha / (delta * (delta + alpha))
    found = (phases[1] - phases[0]) / pulses
    assert abs(found) == pytest.approx(abs(shift), rel=0.15)  # of second order in Omega / delta
    assert abs(shift) * pulses < 1


def test_crosstalk_at_a_collision_excites_the_neighbour():
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=1e-6)
    transmons = (transmons[0], replace(transmons[1], f01=transmons[0].f01 + 0.2e6, gain=transmons[0].gain))
    share = 10 ** (-25 / 20)
    truth = _chip(transmons, CouplerTruth((0, 1), 0.0, (0.0, share)))
    circuit = QuantumCircuit(2, 1)
    for _ in range(4):
        circuit.x(1)
    circuit.measure(0, 0)
    (found,) = _played(truth, [circuit], _controls(transmons))
    assert found[0, 1] == pytest.approx(math.sin(4 * share * math.pi / 2) ** 2, rel=0.05)


def test_swapped_drive_lines_excite_the_other_qubit():
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=1e-6)
    controls = _controls(transmons)
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure([0, 1], [0, 1])
    swapped = _chip(transmons, drive_lines=(1, 0))
    (off,) = _played(swapped, [circuit], controls)
    assert off[:, 1].max() < 0.02  # each pulse is at the other's frequency
    controls[0] = dict(controls[1], drive_frequency=transmons[1].f01)
    (tuned,) = _played(swapped, [circuit], controls)
    assert tuned[0, 1] < 1e-3
    assert tuned[1, 1] > 0.99


def test_a_neighbours_phase_follows_its_frame():
    """Two strange half turns about opposite axes undo each other; about the same axis they excite."""
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=1e-6)
    controls = _controls(transmons)
    controls[0] = dict(controls[1], drive_frequency=transmons[1].f01)
    for turn, own, expected in ((0.0, 0.0, 1.0), (np.pi, 0.0, 0.0), (np.pi, np.pi, 0.0), (0.0, np.pi, 1.0)):
        circuit = QuantumCircuit(2, 2)
        circuit.sx(0)
        circuit.rz(turn, 0)
        circuit.barrier()
        circuit.rz(own, 1)
        circuit.delay(10, 1, unit="ns")
        circuit.barrier()
        circuit.sx(0)
        circuit.measure([0, 1], [0, 1])
        (found,) = _played(_chip(transmons, drive_lines=(1, 0)), [circuit], controls)
        assert found[1, 1] == pytest.approx(expected, abs=0.02)


def test_groups_are_cut_at_their_weakest_coupling():
    strengths = [50e3, 20e3, 60e3, 40e3]
    couplers = [CouplerTruth((low, low + 1), zz) for low, zz in enumerate(strengths)]
    truth = _chip(_transmons(6), *couplers)
    found = groups_of(truth, dict.fromkeys(range(5), True))
    assert [group.qubits for group in found] == [(0, 1), (2, 3, 4)]
    assert found[0].played == {2}
    assert max(len(group.qubits) for group in found) <= LARGEST
    apart = groups_of(truth, {0: True, 2: True, 4: False})
    assert [group.qubits for group in apart] == [(0,), (2,), (4,)]
    assert all(group.is_plain for group in apart)


def test_a_resting_neighbour_shifts_by_its_mean_excitation():
    transmons = _transmons(2, t1=5e-3, t2=5e-3, thermal_population=0.1)
    truth = _chip(transmons, CouplerTruth((0, 1), 200e3))
    controls = _controls(transmons)
    shifted = (replace(transmons[0], f01=transmons[0].f01 + 0.1 * 200e3), transmons[1])
    circuits = [_ramsey(wait, False, 0.0) for wait in (5e-6, 13e-6)]
    found, expected = (_played(chip, circuits, controls) for chip in (truth, _chip(shifted)))
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-9)


def test_a_coupled_chip_is_the_same_after_a_restart():
    circuits = [_ramsey(3e-6, True, 0.0), _ramsey(9e-6, True, 0.0)]
    memories = []
    for _ in range(2):
        device = open_simulated(5, 3, {}, START, "line")
        job: Any = device.backend.run(circuits, shots=200, memory=True)
        result = job.result()
        memories.append([result.get_memory(index) for index in range(2)])
    assert memories[0] == memories[1]


def test_a_chip_file_names_its_neighbours(tmp_path):
    path = tmp_path / "chip.toml"
    path.write_text(
        'qubits = 3\ncoupling = "line"\n[[coupler]]\ncomponents = ["q2", "q1"]\nzz = -5e4\ncrosstalk = -30\n',
        encoding="utf-8",
    )
    device = open_chip(load_chip(path), START)
    given = device.chip.truth.couplers[1]
    assert device.coupling == coupling_of(device) == ((0, 1), (1, 2))
    assert given.zz == -5e4
    assert np.abs(given.crosstalk) == pytest.approx(np.full(2, 10**-1.5))
    path.write_text('qubits = 3\n[[coupler]]\ncomponents = ["q2", "q1"]\n', encoding="utf-8")
    with pytest.raises(OperatorError, match="no neighbours"):
        load_chip(path)
