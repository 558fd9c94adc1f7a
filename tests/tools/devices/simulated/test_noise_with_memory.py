"""Noise that outlives a circuit: against the analytic averages, and a function of seed and time alone."""

from dataclasses import replace

import numpy as np
import pytest
from qiskit import QuantumCircuit

from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.bursts import INTERVAL, LENGTH, in_burst, strikes, struck_shots
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.noise import FAST_SHARE, SLOW_SHARE, slow_shifts
from reson.tools.devices.simulated.populations import populations
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.telegraph import DefectTruth, is_coupled
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth, draw_truth

START = 1.7e9
WAITS = np.linspace(0.5e-6, 150e-6, 31)


def _coherence(transmon: TransmonTruth, echo: bool = False) -> np.ndarray:
    """The 0-1 coherence after each of ``WAITS``, from 2 P(1) - 1 in two quadratures of a perfect qubit.

    The pulses are the chip's own, short against everything that dephases; their errors cancel in the ratio to the
    shortest wait.
    """
    chip = open_simulated(1, 1, {}, START).chip
    gain = np.pi / (0.05 * area(32e-9))
    truth = ChipTruth(seed=1, transmons=(replace(transmon, gain=gain, anharmonicity=-30e9),))
    controls = [dict(chip.controls[0], drive_frequency=transmon.f01, x_amplitude=0.05, sx_amplitude=0.025)]
    signals = []
    for turn in (0.0, np.pi / 2):
        circuits = [_sequence(wait, turn, echo) for wait in WAITS]
        program = read_circuits(circuits, controls)
        found = [values[0, 1] for _, values in populations(program, truth, [transmon.f01])]
        signals.append(2 * np.array(found) - 1)
    return signals[0] + 1j * signals[1]


def _sequence(wait: float, turn: float, echo: bool) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    if echo:
        circuit.delay(wait / 2, 0, unit="s")
        circuit.x(0)
        circuit.delay(wait / 2, 0, unit="s")
    else:
        circuit.delay(wait, 0, unit="s")
    circuit.rz(turn, 0)
    circuit.sx(0)
    circuit.measure(0, 0)
    return circuit


@pytest.fixture
def quiet() -> TransmonTruth:
    drawn = draw_truth(1, 1).transmons[0]
    return replace(drawn, t1=1e-3, t2=400e-6, thermal_population=1e-6, quasi_static=0.0, defects=())


def _relative(noisy: np.ndarray, quiet: np.ndarray) -> np.ndarray:
    """What the noise leaves of the coherence."""
    return noisy / quiet


def test_slow_noise_dephases_as_a_gaussian(quiet):
    kept = _relative(_coherence(replace(quiet, quasi_static=2.5e3)), _coherence(quiet))
    assert kept == pytest.approx(np.exp(-((2 * np.pi * 2.5e3 * WAITS) ** 2) / 2), abs=2e-3)


def test_an_echo_refocuses_slow_noise(quiet):
    kept = _relative(_coherence(replace(quiet, quasi_static=2.5e3), echo=True), _coherence(quiet, echo=True))
    assert kept == pytest.approx(np.ones(len(WAITS)), abs=2e-3)


def test_the_average_over_slow_noise_is_exact_for_any_wait(quiet):
    noisy = replace(quiet, quasi_static=3e3)
    for wait in np.geomspace(1e-6, 3e-3, 40):
        shifts, weights = slow_shifts(noisy, wait)
        for part in (0.1, 0.5, 1.0):  # the same grid serves the shorter waits of the sweep
            found = np.sum(weights * np.cos(2 * np.pi * shifts * part * wait))
            assert found == pytest.approx(np.exp(-((2 * np.pi * 3e3 * part * wait) ** 2) / 2), abs=1e-3)


def test_short_waits_cost_no_branches(quiet):
    assert len(slow_shifts(replace(quiet, quasi_static=3e3), 1e-6)[0]) == 1


def test_t2_star_is_where_the_contrast_has_fallen_to_one_over_e(quiet):
    noisy = replace(quiet, quasi_static=1.7e3)
    time = noisy.t2_star
    assert np.exp(-time / noisy.t2 - (2 * np.pi * 1.7e3 * time) ** 2 / 2) == pytest.approx(np.exp(-1))
    assert quiet.t2_star == pytest.approx(quiet.t2)


def test_a_fast_defect_splits_ramsey_into_two_frequencies(quiet):
    defect = DefectTruth(pull=60e3, loss=0.0, share=0.4, memory=5e-3)
    kept = _relative(_coherence(replace(quiet, defects=(defect,))), _coherence(quiet))
    expected = np.abs(0.6 + 0.4 * np.exp(2j * np.pi * 60e3 * WAITS))
    # it turns the qubit during the pulses too, by 2 pi 60 kHz 20 ns
    assert np.abs(kept) == pytest.approx(expected, abs=1e-2)


def _states(defect: DefectTruth, moments: np.ndarray, seed: int = 3) -> np.ndarray:
    return np.array([is_coupled(seed, 0, 0, defect, moment) for moment in moments])


def test_a_slow_defect_is_coupled_for_its_share_and_keeps_its_state_for_its_memory():
    """Correlation exp(-lag / memory) of a two-state Markov process, over 4000 independent places in time."""
    defect = DefectTruth(pull=0.0, loss=1e4, share=0.15, memory=1800.0)
    moments = START + 40 * defect.memory * np.arange(4000)
    now = _states(defect, moments)
    error = np.sqrt(0.15 * 0.85 / len(now))
    assert now.mean() == pytest.approx(0.15, abs=5 * error)
    for lag in (0.3, 1.0):
        later = _states(defect, moments + lag * defect.memory)
        expected = 0.15 * (0.15 + 0.85 * np.exp(-lag))
        assert (now & later).mean() == pytest.approx(expected, abs=5 * np.sqrt(expected / len(now)))
    assert np.array_equal(_states(defect, moments[:20]), now[:20])  # whatever was asked in between


def test_a_coupled_defect_takes_t1_down_and_leaves_the_pure_dephasing(quiet):
    defect = DefectTruth(pull=0.0, loss=4 / quiet.t1, share=0.5, memory=3600.0)
    chip = ChipTruth(seed=3, transmons=(replace(quiet, defects=(defect,)),))
    free = ChipTruth(seed=3, transmons=(quiet,))
    ratios = []
    for hour in range(0, 100, 5):
        now, without = (truth_at(truth, START + 3600 * hour).transmons[0] for truth in (chip, free))
        ratios.append(without.t1 / now.t1)
        assert now.dephasing_rate == pytest.approx(without.dephasing_rate, abs=1e-6)
    apart = [ratio for ratio in ratios if ratio > 1]
    assert 3 < len(apart) < 17
    assert min(apart) > 3  # 1 + 4, within the drift of T1


def test_defects_are_as_rare_as_stated_and_change_no_other_value():
    drawn = [transmon for seed in range(200) for transmon in draw_truth(seed, 5).transmons]
    slow = sum(any(not one.is_fast for one in transmon.defects) for transmon in drawn)
    fast = sum(any(one.is_fast for one in transmon.defects) for transmon in drawn)
    assert slow == pytest.approx(1000 * SLOW_SHARE, abs=5 * np.sqrt(1000 * SLOW_SHARE))
    assert fast == pytest.approx(1000 * FAST_SHARE, abs=5 * np.sqrt(1000 * FAST_SHARE))
    loud, still = (replace(draw_truth(7, 5).transmons[4], defects=(), quasi_static=0.0, reset_error=0.0), drawn[39])
    assert loud == replace(still, defects=(), quasi_static=0.0, reset_error=0.0)


def test_bursts_strike_at_their_rate_and_do_not_depend_on_who_asks():
    times = strikes(5, START, START + 2000 * INTERVAL)
    assert len(times) == pytest.approx(2000, abs=5 * np.sqrt(2000))
    middle = START + 1000 * INTERVAL
    again = np.concatenate([strikes(5, START, middle), strikes(5, middle, START + 2000 * INTERVAL)])
    assert np.array_equal(times, again)
    assert not np.array_equal(strikes(6, START, middle), strikes(5, START, middle))


def test_a_burst_spoils_the_shots_within_it_on_every_qubit(device):
    """A job that runs over a burst: where it strikes, prepared ones are found in 0, on all qubits in the same shots."""
    strike = strikes(device.chip.truth.seed, START, START + 100 * INTERVAL)[0]
    device.chip.clock = round((strike - 0.1) * 1e6)
    circuit = QuantumCircuit(2, 2)
    circuit.x([0, 1])
    circuit.delay(5, [0, 1], unit="us")
    circuit.measure([0, 1], [0, 1])
    period = 250e-6 + 1e-6 + 5e-6 + 32e-9
    memory = device.backend.run(circuit, shots=1000, memory=True).result().get_memory()
    hit = struck_shots(np.array([0.1]), 0.0, period, 1000)
    assert hit.sum() == pytest.approx(LENGTH / period, abs=1)
    for bit in (0, 1):
        ones = np.array([outcome[bit] == "1" for outcome in memory])
        assert ones[hit].mean() < 0.25
        assert ones[~hit].mean() > 0.7


def test_relaxation_is_fast_in_a_burst(quiet):
    struck = in_burst(ChipTruth(seed=1, transmons=(quiet,))).transmons[0]
    assert struck.t1 == 1e-6
    assert struck.dephasing_rate == pytest.approx(quiet.dephasing_rate)
