"""The verdict study of the rows about pairs: its truth against itself, its conditions, a few real measurements."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from reson.evals.fault_strengths import drawn_strength
from reson.evals.scenario import EDGE, PAIR
from reson.evals.true_pair import best_amplitude, best_frames, load_best_cz, load_controls, lost_by_a_pulse, true_cz
from reson.evals.verdicts.measuring import measure
from reson.evals.verdicts.pair_stage import PAIR_SPOILS
from reson.evals.verdicts.stage import BAD_SWEEP, HEALTHY, condition, faulty
from reson.evals.verdicts.trials.pairs import PAIR_TRIALS
from reson.records import Verdict
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.tools.experiments.pair_catalogue import PAIR_ROWS

SEED = 700
COLLIDES = 247456823
"""Of a chip whose two qubits lie 193 MHz apart."""
FAULTY = faulty(PAIR_SPOILS)


@pytest.fixture
def device() -> SimulatedDevice:
    found = open_simulated(SEED, 2, {}, 1.8e9, "line", tunable=True)
    load_best_cz(found, EDGE)
    return found


@pytest.mark.parametrize("name", list(PAIR_ROWS))
def test_every_written_parameter_has_a_tolerance_and_a_truth(name: str) -> None:
    trial = PAIR_TRIALS[name]
    assert set(trial.needs) == set(trial.truth) == set(PAIR_ROWS[name].calibrates)
    assert trial.sweeps


def test_conditions_come_in_turn_and_all_of_them() -> None:
    drawn = [condition(number, PAIR_SPOILS) for number in range(5 * len(FAULTY))]
    assert set(drawn) == set(PAIR_SPOILS)
    assert {drawn.count(name) for name in FAULTY} == {2}
    assert (drawn.count(HEALTHY), drawn.count(BAD_SWEEP)) == (2 * len(FAULTY), len(FAULTY))


@pytest.mark.parametrize("kind", [name for name in FAULTY if name in KINDS])
def test_a_fault_is_drawn_over_the_whole_range_that_it_declares(kind: str) -> None:
    rng = np.random.default_rng(1)
    found = [drawn_strength(kind, rng) for _ in range(200)]
    for name, spec in KINDS[kind].parameters.items():
        values = [one[name] for one in found]
        assert all(spec.low <= value <= spec.high for value in values)
        low, high = np.quantile(values, [0.05, 0.95])
        assert high / low > 0.2 * spec.high / spec.low if spec.low > 0 else high - low > 0.8 * (spec.high - spec.low)


def test_the_best_pulse_cannot_be_bettered(device: SimulatedDevice) -> None:
    """By an independent judge, the infidelity of what is played."""
    best = dict(device.controls()[PAIR])
    at_best = true_cz(device, EDGE).coherent
    assert best_frames(device, EDGE) == pytest.approx((best["cz_z_first"], best["cz_z_second"]), abs=1e-6)
    for name, step in (("cz_amplitude", 1e-3 * best["cz_amplitude"]), ("cz_z_first", 0.02), ("cz_z_second", 0.02)):
        for sign in (-1, 1):
            load_controls(device, EDGE, **{**best, name: best[name] + sign * step})
            assert true_cz(device, EDGE).coherent > at_best + 1e-5


def test_a_good_pulse_leaks_less_than_its_qubits_take_up_as_heat(device: SimulatedDevice) -> None:
    """1 to 2 by absorption: twice the rate of 0 to 1, from half of the states of each qubit."""
    found = true_cz(device, EDGE)
    both = device.chip.truth_now().transmons
    heat = sum(device.controls()[PAIR]["cz_duration"] * one.thermal_population / one.t1 for one in both)
    assert found.coherent_leakage < 2e-6
    assert found.leakage == pytest.approx(heat, rel=0.3, abs=2e-6)


def test_what_qubits_without_decoherence_lose_is_the_coupler_s(device: SimulatedDevice) -> None:
    forever = tuple(replace(one, t1=1e3, t2=1e3, thermal_population=0.0) for one in device.chip.truth.transmons)
    quiet = [
        replace(one, tunable=one.tunable and replace(one.tunable, line=replace(one.tunable.line, noise=0.0)))
        for one in device.chip.truth.couplers
    ]
    device.chip.truth = replace(device.chip.truth, transmons=forever, couplers=tuple(quiet))
    found = true_cz(device, EDGE)
    assert found.qubits_limit < 1e-9
    assert found.error - found.coherent == pytest.approx(found.coupler_limit, rel=0.3)


def test_what_a_pulse_loses_is_what_its_coherent_error_grows_by(device: SimulatedDevice) -> None:
    """A pulse that is much too short swaps and leaks; two fifths of the loss are error at least."""
    load_controls(device, EDGE, cz_duration=40e-9)
    load_controls(device, EDGE, cz_amplitude=best_amplitude(device, EDGE))
    first, second = best_frames(device, EDGE)
    load_controls(device, EDGE, cz_z_first=first, cz_z_second=second)
    lost = lost_by_a_pulse(device, EDGE)
    assert 0.15 * lost < true_cz(device, EDGE).coherent < lost


def test_a_dead_line_has_no_best_pulse() -> None:
    device = open_simulated(SEED, 2, {PAIR: "dead_flux_line"}, 1.8e9, "line", tunable=True)
    assert math.isnan(best_amplitude(device, EDGE))


@pytest.mark.parametrize("name", ["cz_phase", "bell_state"])
def test_a_chip_on_which_no_amplitude_makes_a_cz_ends_no_study(name: str) -> None:
    found = measure(name, 0, COLLIDES)
    assert found.condition == HEALTHY
    assert not found.adequate
    assert found.verdict is not Verdict.ACCEPT or not found.wrong


@pytest.mark.parametrize("name", ["cz_phase", "cz_frames", "bell_state"])
def test_a_healthy_measurement_is_right_and_accepted(name: str) -> None:
    found = measure(name, 0, SEED)
    assert found.condition == HEALTHY
    assert found.good
    assert found.verdict is Verdict.ACCEPT
    assert set(found.values) == set(PAIR_TRIALS[name].needs)


def test_what_comes_out_of_noise_is_wrong_and_not_accepted() -> None:
    number = next(n for n in range(200) if condition(n, PAIR_SPOILS) == "noise")
    found = measure("cz_frames", number, SEED - number)
    assert found.verdict is not Verdict.ACCEPT
    assert all(value.wrong for value in found.values.values())


def test_nothing_right_can_come_out_of_a_dead_line() -> None:
    number = next(n for n in range(200) if condition(n, PAIR_SPOILS) == "dead_flux_line")
    found = measure("cz_phase", number, SEED - number)
    assert found.verdict is not Verdict.ACCEPT
    assert not found.adequate
    assert all(value.wrong for value in found.values.values())
