"""Two Ramsey frequencies, folded detunings, trains of echoes and a T1 that jumps."""

from __future__ import annotations

import numpy as np
import pytest

from reson.records import Verdict
from reson.tools.devices.simulated.telegraph import DefectTruth

from .trying import attempt, with_probability


@pytest.mark.parametrize("gap", [15e3, 60e3, 150e3])
def test_two_frequencies_are_told_apart_and_go_to_review(gap: float) -> None:
    plain = attempt("t2_ramsey", 5)
    first, tau = plain.arguments["detuning"], 50e-6

    def fringes(x: np.ndarray) -> np.ndarray:
        two = 0.4 * np.cos(2 * np.pi * (first + gap) * x) + 0.6 * np.cos(2 * np.pi * first * x)
        return 0.5 + 0.46 * np.exp(-x / tau) * two

    done = with_probability(plain, fringes, np.random.default_rng(2))
    assert abs(done.pull("splitting", gap)) < 4
    assert abs(done.pull("second_line", 2 / 3)) < 4
    assert abs(done.pull("t2_star", tau)) < 4
    assert done.verdict is Verdict.REVIEW


def test_a_defect_on_the_chip_splits_the_line() -> None:
    fast = DefectTruth(pull=60e3, loss=0.0, share=0.4, memory=0.01)
    done = attempt("t2_ramsey", 5, defects=(fast,))
    assert done.analysis.quantities["splitting"].value == pytest.approx(60e3, rel=0.05)
    assert done.verdict is Verdict.REVIEW


@pytest.mark.parametrize("slow", [True, False])
def test_t2_star_is_the_time_to_one_over_e_whatever_the_noise(slow: bool) -> None:
    plain, pulls = attempt("t2_ramsey", 5), []
    detuning = plain.arguments["detuning"]
    for seed in range(20):
        envelope = (lambda x: np.exp(-((x / 40e-6) ** 2))) if slow else (lambda x: np.exp(-x / 40e-6))
        done = with_probability(
            plain,
            lambda x, fading=envelope: 0.5 + 0.46 * fading(x) * np.cos(2 * np.pi * detuning * x),
            np.random.default_rng(seed),
        )
        assert done.verdict is Verdict.ACCEPT, done.reasons
        pulls.append(done.pull("t2_star", 40e-6))
    # a share that ends at its bound leaves values on one side only
    assert abs(np.mean(pulls)) < 1.0
    assert 0.4 < np.std(pulls) < 1.5


@pytest.mark.parametrize("detuning", [-80e3, -3e3, 40e3])
def test_fine_frequency_has_the_right_sign(detuning: float) -> None:
    done = attempt("fine_frequency", 7, detuned=-detuning)
    assert done.verdict is Verdict.ACCEPT, done.reasons
    true = done.truth.f01 - done.raw.controls["drive_frequency"]
    assert true == pytest.approx(detuning, abs=2e3)
    assert abs(done.pull("offset", true)) < 4
    stderr = done.analysis.quantities["drive_frequency"].stderr
    assert stderr is not None
    assert stderr < 1e3


@pytest.mark.parametrize("detuning", [0.3e6, -0.9e6, 1.7e6, -3e6])
def test_a_folded_detuning_is_seen_by_the_witness(detuning: float) -> None:
    done = attempt("fine_frequency", 7, detuned=detuning)
    assert done.verdict is Verdict.REJECT


def test_echoes_about_the_axis_of_the_qubit_forgive_their_errors() -> None:
    """Sixteen X pulses ten per cent too weak: about the other axis their errors would add up to a turn."""
    done = attempt("cpmg", 6, {"echoes": 16}, wrong={"x_amplitude": 0.9})
    assert done.analysis.quantities["contrast"].value == pytest.approx(0.5, abs=0.06)
    assert abs(done.pull("t2_cpmg", done.truth.t2)) < 4


def test_a_train_of_echoes_takes_slow_noise_away() -> None:
    done = attempt("cpmg", 6)
    assert done.truth.t2_star < 0.95 * done.truth.t2
    found = done.analysis.quantities["t2_cpmg"]
    assert found.stderr is not None
    assert found.value > done.truth.t2_star + 2 * found.stderr


def test_a_t1_that_jumps_fluctuates_by_as_much() -> None:
    slow = DefectTruth(pull=0.0, loss=60e3, share=0.5, memory=30.0)
    quiet, jumping = (attempt("t1_over_time", 6, {"repeats": 200}, defects=d) for d in ((), (slow,)))
    assert quiet.analysis.quantities["t1_fluctuation"].value < 0.05
    assert jumping.analysis.quantities["t1_fluctuation"].value > 0.2
    values = np.array(jumping.analysis.series[0].y)
    low = 1 / (1 / quiet.truth.t1 + 60e3)
    assert np.median(values[values < 0.4 * quiet.truth.t1]) == pytest.approx(low, rel=0.1)
