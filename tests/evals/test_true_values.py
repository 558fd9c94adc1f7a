"""The judges of what a simulated chip really does, against states, gates and chips whose answer is known."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace

import numpy as np
import pytest

from reson.evals import best_readout
from reson.evals.best_readout import AMPLITUDES, expected_errors, separations
from reson.evals.nights import judged
from reson.evals.true_assignment import largest_crosstalk, read_as_one
from reson.evals.true_pair import LEVELS as OF_EACH
from reson.evals.true_pair import _infidelity, load_best_cz, true_cz
from reson.evals.true_simultaneous import true_simultaneous_error
from reson.evals.true_state import prepared_fidelity
from reson.evals.truth import _CARDINAL_STATES, true_gate_errors
from reson.evals.tuned_qubits import tuned
from reson.evals.unitarity import true_unitarities, unitarity
from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.ring_up import Tone
from reson.tools.devices.simulated.telegraph import DefectTruth
from reson.tools.devices.simulated.truth import LEVELS


def tuned_chip(seed: int, qubits: int = 1, **off: float) -> SimulatedDevice:
    """Qubits without defects at their best pulses and readout; ``off``: factors on controls of qubit 0."""
    device = open_simulated(seed, qubits, {}, 1.8e9)
    quiet = tuple(replace(one, defects=()) for one in device.chip.truth.transmons)
    device.chip.truth = replace(device.chip.truth, transmons=quiet)
    controls = tuned(device)
    for name, truth in zip(controls, device.chip.truth_now().transmons, strict=True):
        beta = best_beta(truth, 32e-9)
        best = {f"{gate}_amplitude": best_amplitude(truth, gate, beta, 32e-9) for gate in ("x", "sx")}
        controls[name] |= {"drag_beta": beta, **best}
    controls["q0"] |= {name: factor * controls["q0"][name] for name, factor in off.items()}
    device.load(controls)
    return device


@pytest.mark.parametrize("qubit", [0, 1])
def test_a_qubit_between_two_frequencies_costs_a_cz_its_phase(qubit: int) -> None:
    """A turn by phi about Z in half of the shots, by -phi in the others: 4/5 sin^2(phi/2) of error for d = 4."""
    device = open_simulated(11, 2, {}, 1.8e9, "line", tunable=True)
    device.load(tuned(device))
    load_best_cz(device, (0, 1))
    quiet = true_cz(device, (0, 1))
    moved = list(device.chip.truth.transmons)
    pull = DefectTruth(pull=200e3, loss=0.0, share=0.5, memory=0.01)
    moved[qubit] = replace(moved[qubit], f01=moved[qubit].f01 - 100e3, defects=(pull,))
    device.chip.truth = replace(device.chip.truth, transmons=tuple(moved))
    jumping = true_cz(device, (0, 1))
    phase = 2 * math.pi * 100e3 * device.chip.pairs[(0, 1)]["cz_duration"]
    added = 4 / 5 * math.sin(phase / 2) ** 2
    assert jumping.error - quiet.error == pytest.approx(added, rel=0.1)
    assert jumping.coherent - quiet.coherent == pytest.approx(added, rel=0.1)


def test_the_cardinal_states_average_as_all_states_do() -> None:
    """A 2-design: the mean of psi psi* psi psi* is (1 + SWAP) / 6."""
    two = [np.kron(np.outer(one, one.conj()), np.outer(one, one.conj())) for one in _CARDINAL_STATES]
    swap = np.eye(4)[[0, 2, 1, 3]]
    assert np.mean(two, axis=0) == pytest.approx((np.eye(4) + swap) / 6, abs=1e-12)


def test_unitarity_of_a_depolarising_channel_is_the_square_of_what_it_keeps() -> None:
    whole = np.eye(len(to_vector_of_ground()))
    assert unitarity(whole) == pytest.approx(1.0)
    assert unitarity(0.9 * whole) == pytest.approx(0.81)


def to_vector_of_ground() -> np.ndarray:
    from reson.tools.devices.simulated.superoperators import to_vector

    ground = np.zeros((LEVELS, LEVELS), dtype=complex)
    ground[0, 0] = 1
    return to_vector(ground)


@pytest.mark.parametrize("factor", [1.0, 1.03])
def test_unitarity_falls_by_decoherence_and_not_by_an_over_rotation(factor: float) -> None:
    """1 - u is four times the incoherent part of the error, here the coherence limit."""
    device = tuned_chip(4, x_amplitude=factor)
    limit = true_gate_errors(device, 0).coherence_limit
    assert 1 - true_unitarities(device, 0)["x"] == pytest.approx(4 * limit, rel=0.2)


def played_on_both(phases: tuple[complex, complex, complex, complex], kept: float = 1.0) -> np.ndarray:
    """Superoperator that turns 00, 01, 10 and 11 by these phases; levels above are left as they are."""
    turn = np.ones((OF_EACH, OF_EACH), dtype=complex)
    turn[:2, :2] = np.reshape(phases, (2, 2))
    of_kets_and_bras = np.einsum("ac,bd->abcd", turn, turn.conj())  # the first's ket and bra, then the second's
    return kept * np.diag(of_kets_and_bras.ravel())


@pytest.mark.parametrize(
    ("phases", "kept", "error", "leakage"),
    [
        ((1, 1, 1, -1), 1.0, 0.0, 0.0),
        ((1, 1, 1, 1), 1.0, 0.6, 0.0),  # no gate: |Tr| of 2 in 4, (4 / 4 + 1) / 5 are right
        ((1, 1, 1, -1), 0.9, 0.1, 0.1),  # a tenth is lost
        ((1, 1, 1, -cmath.exp(0.2j)), 1.0, 4 / 5 * (1 - abs(3 + cmath.exp(0.2j)) ** 2 / 16), 0.0),
        ((1, 1, cmath.exp(0.2j), -cmath.exp(0.2j)), 1.0, 4 / 5 * math.sin(0.1) ** 2, 0.0),  # a Z of one qubit
    ],
)
def test_the_error_of_a_cz_is_that_of_the_textbooks(
    phases: tuple[complex, complex, complex, complex], kept: float, error: float, leakage: float
) -> None:
    assert _infidelity(played_on_both(phases, kept)) == pytest.approx((error, leakage), abs=1e-9)


@pytest.mark.parametrize("state", range(6))
def test_a_prepared_state_is_as_good_as_its_pulses(state: int) -> None:
    """At most two pulses; one that turns by 10 % too much or too little costs what it does to this state."""
    good, off = tuned_chip(4), tuned_chip(4, x_amplitude=1.1, sx_amplitude=1.1)
    limit = true_gate_errors(good, 0).coherence_limit
    assert 1 - 8 * limit < prepared_fidelity(good, 0, state) <= 1.0
    lost = 1 - prepared_fidelity(off, 0, state)
    pulses = {0: 0, 1: math.pi}.get(state, math.pi / 2)
    assert lost == pytest.approx(math.sin(0.05 * pulses) ** 2, rel=0.3, abs=2e-3)


def test_pulses_of_qubits_that_do_not_see_each_other_cost_what_they_cost_alone() -> None:
    device = tuned_chip(4, 2)
    short = tuple(replace(one, t1=12e-6, t2=9e-6) for one in device.chip.truth.transmons)
    device.chip.truth = replace(device.chip.truth, transmons=short)
    alone = true_gate_errors(device, 0)
    assert true_simultaneous_error(device, 0, samples=12) == pytest.approx((alone.x + alone.sx) / 2, rel=0.12)


def test_a_pulse_that_does_nothing_leaves_nothing_to_decay() -> None:
    assert true_simultaneous_error(tuned_chip(4, 2, x_amplitude=0.3, sx_amplitude=0.3), 0, samples=2) == 0.5


def test_the_best_readout_cannot_be_bettered() -> None:
    for seed in (3, 4, 5):
        truth = tuned_chip(seed).chip.truth_now().transmons[0]
        best = best_readout.best_readout(truth)
        frequency, amplitude = best["readout_frequency"], best["readout_amplitude"]
        off = 0.1 * truth.resonator.kappa
        middle, *beside = separations(truth, [Tone(frequency + d, 0.02) for d in (0, -off, off)])
        assert middle > max(beside)
        least, *around = expected_errors(truth, [Tone(frequency, amplitude * factor) for factor in (1, 0.8, 1.25)])
        assert least < min(around) or amplitude in (AMPLITUDES[1], AMPLITUDES[-2])
        assert 0 < least < 0.05


def test_a_vertex_is_that_of_the_parabola() -> None:
    for at in (-0.7, 0.0, 0.31):
        assert best_readout._vertex(np.array([3 - 2 * (x - at) ** 2 for x in (-1, 0, 1)])) == pytest.approx(at)


def test_prepared_states_are_read_as_the_clouds_lie() -> None:
    """0 and 1 within what overlap and decay cost; all that crosstalk adds is that of the neighbour's state."""
    device = tuned_chip(4, 2)
    transmons = device.chip.truth_now().transmons
    controls = [device.controls()[name] for name in ("q0", "q1")]
    zeros, ones = (read_as_one(transmons, controls, pattern) for pattern in ([0, 0], [1, 1]))
    for qubit, (zero, one) in enumerate(zip(zeros, ones, strict=True)):
        tone = Tone(controls[qubit]["readout_frequency"], controls[qubit]["readout_amplitude"])
        lost = expected_errors(transmons[qubit], [tone])[0] + transmons[qubit].thermal_population
        assert (zero + 1 - one) / 2 == pytest.approx(lost, rel=0.5, abs=4e-3)
    silent = [replace(one, resonator=replace(one.resonator, crosstalk=(0.0, 0.0))) for one in transmons]
    assert (
        largest_crosstalk(silent, controls, 0)
        < 5e-3
        < 0.02
        < largest_crosstalk(
            [replace(one, resonator=replace(one.resonator, crosstalk=(0.3, 0.3))) for one in transmons], controls, 0
        )
    )


def test_a_qubit_is_told_by_its_report_and_by_the_chip() -> None:
    """The mean error of X and SX over the limit; *below* is a night that closed it as done."""
    device = tuned_chip(4, 1, x_amplitude=1.05)
    alone = true_gate_errors(device, 0)
    said = {"state": "below", "diagnoses": [{"code": "short_t1"}]}
    found = judged(device, 7, 0, said, "hot_qubit", 3e-4)
    assert (found.seed, found.component, found.state) == (7, "q0", "done")
    assert (found.diagnoses, found.expected, found.reported_error) == (("short_t1",), "hot_qubit", 3e-4)
    assert found.true_error == pytest.approx((alone.x + alone.sx) / 2)
    assert found.true_ratio == pytest.approx(found.true_error / alone.coherence_limit)
    assert found.true_excess == pytest.approx(found.true_error - alone.coherence_limit)
    assert judged(device, 7, 0, said | {"state": "failed"}, None, None).state == "failed"


@pytest.mark.parametrize("weaker", [1.0, 0.03])
def test_no_pulse_is_best_behind_a_line_that_compresses_before_it_has_turned(weaker: float) -> None:
    healthy = open_simulated(3, 1, {}, 1.8e9).chip.truth_now().transmons[0]
    bent = replace(healthy, gain=weaker * healthy.gain, compression=1.4)
    for gate in ("x", "sx"):
        amplitude = best_amplitude(bent, gate, 0.0, 32e-9)
        assert math.isinf(amplitude) is (weaker < 1)
        assert amplitude > best_amplitude(healthy, gate, 0.0, 32e-9)
    assert math.isinf(best_beta(bent, 32e-9)) is (weaker < 1)
