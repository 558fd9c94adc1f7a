"""Tunable couplers against QuTiP and theory: static ZZ, the unitary of a pulse, its channel, the limit, the line."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import qutip

from reson.evals.true_pair import cz_played, load_best_cz, load_controls, true_cz
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.flux_events import FluxEvent, arriving
from reson.tools.devices.simulated.flux_line import STEP, Tail, corrected, left_behind, pulse_shape, settled, steps_of
from reson.tools.devices.simulated.flux_propagation import LEVELS, propagated, superoperator
from reson.tools.devices.simulated.gates import Flux
from reson.tools.devices.simulated.three_modes import REFERENCE
from reson.tools.devices.simulated.tunable import TunableTruth, adiabatic_amplitude

START = 1.7e9
PAIR = (0, 1)
KEPT = [0, 1, LEVELS, LEVELS + 1]
PULSES = {
    "a CZ": (1.0, 60e-9, 60e-9),
    "a short one": (1.1, 40e-9, 40e-9),
    "a long flat one": (0.6, 300e-9, 60e-9),
    "far through both qubits": (1.9, 52e-9, 52e-9),
}
"""Amplitude over that of an adiabatic CZ, duration, edges."""


@cache
def _device(seed: int = 1) -> SimulatedDevice:
    device = open_simulated(seed, 2, {}, START, "line", tunable=True)
    load_best_cz(device, PAIR)
    return device


def _coupler(**changed: float) -> TunableTruth:
    return replace(tunable_of(_device().chip.truth_now(), PAIR), **changed)


def _modes(levels: int) -> list[qutip.Qobj]:
    one = qutip.qeye(levels)
    return [qutip.tensor(*(qutip.destroy(levels) if place == mode else one for place in range(3))) for mode in range(3)]


def _hamiltonian(coupler: TunableTruth, frequency, levels: int) -> list:
    """H / hbar in rad/s in the frame of the first qubit's bare frequency; ``frequency`` of the coupler a number, or
    values over time.
    """
    first, second, third = _modes(levels)
    modes = coupler.modes
    fixed = (modes.second - modes.first) * second.dag() @ second
    for mode, alpha in zip((first, second, third), modes.anharmonicities, strict=True):
        fixed += alpha / 2 * mode.dag() @ mode.dag() @ mode @ mode
    fixed += modes.exchange * (first.dag() @ second + first @ second.dag())
    hop = sum(
        g * (mode.dag() @ third + mode @ third.dag()) for g, mode in zip(modes.couplings, (first, second), strict=True)
    )
    turn = 2 * math.pi
    root = np.sqrt(np.asarray(frequency) / REFERENCE)
    return [
        turn * fixed,
        [turn * third.dag() @ third, frequency - modes.first],
        [turn * hop, root],
    ]


def _static(coupler: TunableTruth, frequency: float, levels: int) -> qutip.Qobj:
    fixed, *moving = _hamiltonian(coupler, frequency, levels)
    return fixed + sum(float(value) * operator for operator, value in moving)


def _dressed(coupler: TunableTruth, frequency: float, levels: int) -> tuple[list[float], list[qutip.Qobj]]:
    """(energies in rad/s, states) of 00, 01, 10 and 11 with the coupler in 0."""
    energies, states = _static(coupler, frequency, levels).eigenstates()
    found = []
    for numbers in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0)):
        bare = qutip.basis([levels] * 3, list(numbers))
        overlaps = [bare.overlap(state) for state in states]
        best = int(np.argmax(np.abs(overlaps)))
        found.append((float(energies[best]), states[best] * np.exp(-1j * np.angle(overlaps[best])).conjugate()))
    return [energy for energy, _ in found], [state for _, state in found]


def _waveform(coupler: TunableTruth, kind: str) -> np.ndarray:
    share, duration, edges = PULSES[kind]
    amplitude = share * adiabatic_amplitude(coupler, 60e-9) / coupler.line.gain
    event = FluxEvent(Flux(PAIR, amplitude, duration, edges), (0,) * len(coupler.line.tails), ())
    return arriving(coupler.line, event)


def _over_time(coupler: TunableTruth, pulse: np.ndarray, levels: int) -> tuple[list, np.ndarray]:
    """Hamiltonian with the coupler's frequency through the waveform's samples, and the times."""
    middles = (np.arange(len(pulse)) + 0.5) * STEP
    times = np.linspace(0, len(pulse) * STEP, 2 * len(pulse) + 1)
    flux = np.interp(times, np.concatenate([[0], middles, [times[-1]]]), np.concatenate([[0], pulse, [0]]))
    return _hamiltonian(coupler, coupler.frequency(coupler.flux + flux), levels), times


@pytest.mark.parametrize("flux", [-0.3, 0.0, 0.1, 0.2, 0.27])
def test_static_zz_and_frequencies_are_those_of_the_full_hamiltonian(flux):
    coupler = _coupler(flux=flux)
    frequency = float(coupler.frequency(flux))
    assert frequency >= coupler.modes.second + 0.3e9, "nearer, nobody can tell whose level it is"
    (e00, e01, e10, e11), _ = _dressed(coupler, frequency, 5)
    (_, i01, i10, _), _ = _dressed(coupler, float(coupler.frequency(coupler.idle)), 5)
    first, second, zz = coupler.shifts()
    assert zz == pytest.approx((e11 - e01 - e10 + e00) / (2 * math.pi), rel=2e-3, abs=30)
    assert first == pytest.approx((e10 - i10) / (2 * math.pi), rel=2e-3, abs=100)
    assert second == pytest.approx((e01 - i01) / (2 * math.pi), rel=2e-3, abs=100)


def test_the_qubits_have_their_drawn_frequencies_at_zero_zz():
    for seed in range(3, 9):
        device = open_simulated(seed, 2, {}, START, "line", tunable=True)
        truth = device.chip.truth
        tunable = tunable_of(truth, PAIR)
        (_, e01, e10, _), _ = _dressed(tunable, float(tunable.frequency(tunable.idle)), 5)
        assert abs(tunable.shifts()[2]) < 5
        assert e10 / (2 * math.pi) + tunable.modes.first == pytest.approx(truth.transmons[0].f01, abs=300)
        assert e01 / (2 * math.pi) + tunable.modes.first == pytest.approx(truth.transmons[1].f01, abs=300)


@pytest.mark.parametrize("kind", PULSES)
def test_the_unitary_of_a_pulse_is_qutips(kind):
    coupler = _coupler(t1=1e6)
    pulse = _waveform(coupler, kind)
    steps = steps_of(PULSES[kind][2])
    found = propagated(coupler, pulse, steps).kraus[0][np.ix_(KEPT, KEPT)]
    energies, states = _dressed(coupler, float(coupler.frequency(coupler.flux)), 4)
    hamiltonian, times = _over_time(coupler, pulse, 4)
    back = np.exp(0.5j * np.array(energies) * times[-1])
    wanted = np.empty((4, 4), dtype=complex)
    for column, state in enumerate(states):
        options = {"atol": 1e-8, "rtol": 1e-7, "nsteps": 200_000}
        evolution = qutip.QobjEvo(hamiltonian, tlist=times)
        after = qutip.sesolve(evolution, state, [0, times[-1]], options=options).states[-1]
        wanted[:, column] = back * np.array([one.overlap(after) for one in states]) * back[column]
    close = 3e-3 if kind.startswith("far") else 1.5e-3
    assert found == pytest.approx(wanted, abs=close)


def _plus_plus_after(superoperator: np.ndarray) -> np.ndarray:
    """Density operator (both qubits, LEVELS each) after a channel on entries, from |++>."""
    plus = np.zeros(LEVELS)
    plus[:2] = math.sqrt(0.5)
    one = np.outer(plus, plus).ravel()
    after = (superoperator @ np.kron(one, one)).reshape((LEVELS,) * 4)
    return after.transpose(0, 2, 1, 3).reshape(LEVELS**2, LEVELS**2)


def test_decoherence_of_qubits_and_coupler_is_that_of_lindblad():
    device = open_simulated(1, 2, {}, START, "line", tunable=True)
    load_best_cz(device, PAIR)
    short = [
        replace(one, t1=25e-6, t2=20e-6, thermal_population=0.0, defects=()) for one in device.chip.truth.transmons
    ]
    (coupling,) = device.chip.truth.couplers
    assert coupling.tunable is not None
    tunable = replace(coupling.tunable, t1=8e-6, line=replace(coupling.tunable.line, noise=0.0))
    couplers = (replace(coupling, tunable=tunable),)
    device.chip.truth = replace(device.chip.truth, transmons=tuple(short), couplers=couplers)
    found, wanted = (_plus_plus_after(cz_played(device, PAIR, coherent=coherent)) for coherent in (False, True))
    lost = 1 - float(np.trace(found @ wanted).real)

    coupler = tunable_of(device.chip.truth_now(), PAIR)
    amplitude = device.chip.pairs[PAIR]["cz_amplitude"]
    pulse = arriving(coupler.line, FluxEvent(Flux(PAIR, amplitude, 60e-9, 60e-9), (0,), ()))
    hamiltonian, times = _over_time(coupler, pulse, 3)
    evolution = qutip.QobjEvo(hamiltonian, tlist=times)
    _, states = _dressed(coupler, float(coupler.frequency(coupler.flux)), 3)
    start = sum(states[1:], states[0]).unit()
    first, second, third = _modes(3)
    jumps = [third / math.sqrt(coupler.t1)]
    for mode, truth in zip((first, second), device.chip.truth_now().transmons, strict=True):
        jumps += [mode * math.sqrt(1 / truth.t1), mode.dag() @ mode * math.sqrt(2 * truth.dephasing_rate)]
    options = {"atol": 1e-9, "rtol": 1e-7, "nsteps": 200_000}
    ideal = qutip.sesolve(evolution, start, [0, times[-1]], options=options).states[-1]
    real = qutip.mesolve(evolution, qutip.ket2dm(start), [0, times[-1]], jumps, options=options).states[-1]
    assert lost == pytest.approx(1 - qutip.expect(real, ideal), rel=0.04)


def test_the_error_of_a_calibrated_cz_is_its_limit():
    """Relaxation and dephasing of the qubits, and the coupler's, by the formulas that a lab uses."""
    device = open_simulated(1, 5, {}, START, "line", tunable=True)
    for pair in device.chip.pairs:
        load_best_cz(device, pair)
        errors = true_cz(device, pair)
        assert abs(errors.idle_zz) < 10
        assert errors.coherent < 2e-5
        assert errors.error == pytest.approx(errors.limit, rel=0.2)
        assert errors.error < 2e-3


@pytest.mark.parametrize("kind", PULSES)
def test_every_channel_is_completely_positive_and_keeps_the_trace(kind):
    coupler = _coupler(t1=3e-6)
    found = propagated(coupler, _waveform(coupler, kind), steps_of(PULSES[kind][2]))
    assert np.einsum("nij,nik->jk", found.kraus.conj(), found.kraus) == pytest.approx(np.eye(LEVELS**2), abs=1e-9)
    channel = superoperator(found, 30e-6).reshape((LEVELS,) * 8)
    choi = channel.transpose(0, 2, 4, 6, 1, 3, 5, 7).reshape(LEVELS**4, LEVELS**4)
    assert np.linalg.eigvalsh(choi).min() > -1e-9
    kept = np.einsum("aabbijkl->ijkl", channel)
    assert kept == pytest.approx(np.einsum("ij,kl->ijkl", np.eye(LEVELS), np.eye(LEVELS)), abs=1e-9)


@pytest.mark.parametrize("amplitude", [-0.02, 0.001, 0.02])
def test_a_line_settles_by_its_tail(amplitude):
    tail, pulse = Tail(amplitude, 100e-9), np.concatenate([pulse_shape(60e-9, 60e-9), np.zeros(400)])
    times, fine = np.arange(len(pulse)) * STEP, np.arange(0, len(pulse) * STEP, STEP / 10)
    rise = np.diff(np.interp(fine, times, pulse), prepend=0)
    wanted = pulse + amplitude * np.interp(times, fine, np.convolve(rise, np.exp(-fine / tail.time))[: len(fine)])
    found = settled(pulse, (tail,), (0.0,))
    assert found == pytest.approx(wanted, abs=2e-2 * abs(amplitude))
    assert found[240] == pytest.approx(left_behind(pulse[:240], tail), rel=0.01)


@pytest.mark.parametrize(
    ("amplitude", "time", "left"), [(0.02, 100e-9, 1e-6), (0.018, 100e-9, 0.12), (0.02, 120e-9, 0.2)]
)
def test_predistortion_takes_a_tail_away(amplitude, time, left):
    pulse, tail = np.concatenate([pulse_shape(60e-9, 60e-9), np.zeros(400)]), Tail(0.02, 100e-9)
    before = np.abs(settled(pulse, (tail,), (0.0,))[240:]).max()
    tails = corrected(tail, amplitude, time)
    assert np.abs(settled(pulse, tails, (0.0,) * len(tails))[240:]).max() < left * before


def test_a_wrong_amplitude_costs_what_the_conditional_phase_says():
    device = open_simulated(1, 2, {}, START, "line", tunable=True)
    load_best_cz(device, PAIR)
    best, amplitude = true_cz(device, PAIR), device.chip.pairs[PAIR]["cz_amplitude"]
    load_controls(device, PAIR, cz_amplitude=1.001 * amplitude)
    assert 0.5e-3 < true_cz(device, PAIR).error - best.error < 5e-3
