"""Dephasing as real chips show it: exponential, Gaussian or between, and two lines that beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.records import CheckCode, Status, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.standard_rb import coherence_limit
from reson.tools.experiments.sweep import uneven_delays
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import counted

SIGMAS = 4.0
OFFSET = 20e3
T2, T2_STAR = 30e-6, 40e-6

Envelope = Callable[[np.ndarray], np.ndarray]


def stretched(exponent: float, tau: float) -> Envelope:
    return lambda t: np.exp(-((t / tau) ** exponent))


def relaxing_and_slow(t: np.ndarray) -> np.ndarray:
    """T1 of 60 us beside slow noise; 1/e at T2."""
    fast = T2 / 120e-6
    return np.exp(-fast * t / T2 - (1 - fast) * (t / T2) ** 2)


def echo(name: str, envelope: Envelope, window: float, seed: int) -> RawData:
    x = np.linspace(16e-9, window, 31)
    up = 0.5 + 0.45 * envelope(x)
    parameters = {"max_delay": window, "points": 31, "shots": 1000, "echoes": 8}
    return counted(name, [{"xval": float(v)} for v in x], up if name == "cpmg" else 1 - up, parameters, seed)


def fringes(envelope: Envelope, window: float, seed: int) -> RawData:
    x, detuning = uneven_delays(window, 41), 5 / window
    turned = 2 * np.pi * (detuning - OFFSET) * x
    p1 = 0.5 + 0.45 * envelope(x)[:, None] * np.stack([np.cos(turned), np.sin(turned)], axis=1)
    metadata = [{"xval": float(v), "series": name} for v in x for name in "XY"]
    parameters = {"max_delay": window, "detuning": detuning, "points": 41, "shots": 1000}
    return counted("ramsey_xy", metadata, p1.ravel(), parameters, seed)


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return analysis, judge(row.check(analysis, raw.parameters, {})).verdict


def pull(analysis: Analysis, name: str, true: float) -> float:
    found = analysis.quantities[name]
    assert found.stderr
    return (found.value - true) / found.stderr


ENVELOPES = {
    "exponential": stretched(1.0, T2),
    "1.3": stretched(1.3, T2),
    "1.5": stretched(1.5, T2),
    "Gaussian": stretched(2.0, T2),
    "relaxing and slow": relaxing_and_slow,
}


@pytest.mark.parametrize(("name", "time"), [("t2_hahn", "t2_echo"), ("cpmg", "t2_cpmg")])
@pytest.mark.parametrize("shape", ENVELOPES)
@pytest.mark.parametrize("lives", [2.0, 3.0, 5.0])
def test_an_echo_of_any_shape_is_accepted_with_its_time(name: str, time: str, shape: str, lives: float) -> None:
    for seed in range(3):
        analysis, verdict = judged(echo(name, ENVELOPES[shape], lives * T2, seed))
        assert verdict is Verdict.ACCEPT
        assert abs(pull(analysis, time, T2)) < SIGMAS
        assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize(
    ("shape", "named", "low", "high"),
    [("exponential", "exponential decay", 0.8, 1.0), ("Gaussian", "Gaussian decay", 0.0, 0.2)],
)
def test_the_record_and_the_figure_say_which_shape(shape: str, named: str, low: float, high: float) -> None:
    analysis, _ = judged(echo("t2_hahn", ENVELOPES[shape], 4 * T2, 1))
    assert analysis.series[0].name == named
    assert low <= analysis.quantities["echo_exponential_share"].value <= high
    written = {change.parameter for change in get("t2_hahn").propose(analysis, {})}
    assert written == {"t2_echo", "echo_exponential_share"}


@pytest.mark.parametrize("shape", ["exponential", "Gaussian"])
def test_errors_of_an_echo_are_honest(shape: str) -> None:
    pulls = [pull(judged(echo("t2_hahn", ENVELOPES[shape], 4 * T2, seed))[0], "t2_echo", T2) for seed in range(30)]
    assert abs(np.mean(pulls)) < 0.6
    assert 0.6 < np.std(pulls) < 1.3


@pytest.mark.parametrize("split", [20e3, 50e3, 80e3, 120e3, 200e3, 500e3])
@pytest.mark.parametrize("window", [4e-6, 12e-6, 48e-6])
def test_a_beat_is_not_taken_for_a_decay(split: float, window: float) -> None:
    """Charge parity: before its first return a beat of 80 kHz looks like T2* = 3 us."""
    for seed in range(3):
        analysis, verdict = judged(fringes(lambda t: np.exp(-t / T2_STAR) * np.cos(np.pi * split * t), window, seed))
        if "t2_star" in analysis.quantities:
            assert abs(pull(analysis, "t2_star", T2_STAR)) < SIGMAS
        if verdict is Verdict.ACCEPT:
            assert abs(pull(analysis, "offset", OFFSET)) < SIGMAS
            assert split < 100e3 or window < 1.0 / split


def parities(split: float, share: float) -> Envelope:
    return lambda t: np.exp(-share * t / T2_STAR - (1 - share) * (t / T2_STAR) ** 2) * np.cos(np.pi * split * t)


@pytest.mark.parametrize("split", [5e3, 8e3, 13.8e3, 20e3, 30e3, 60e3])
def test_no_t2_star_from_a_window_that_cannot_hold_the_beat(split: float) -> None:
    """A splitting of 13.8 kHz has its first null at 36 us: within one T2* of 40 us it is a decay like others."""
    row, cases = get("ramsey_xy"), [(share, lives) for share in (1.0, 0.5, 0.0) for lives in (0.4, 0.8, 1.2, 2.0)]
    raws = [fringes(parities(split, share), lives * T2_STAR, n) for n, (share, lives) in enumerate(cases)]
    assert row.analyse_many
    for raw, analysis in zip(raws, row.analyse_many(raws), strict=True):
        if judge(row.check(analysis, raw.parameters, {})).verdict is Verdict.ACCEPT:
            assert abs(pull(analysis, "offset", OFFSET)) < SIGMAS
            assert "t2_star" not in analysis.quantities or abs(pull(analysis, "t2_star", T2_STAR)) < SIGMAS


def test_a_decay_that_may_be_a_beat_is_told_and_its_frequency_is_accepted() -> None:
    raw, row = fringes(parities(13.8e3, 0.5), 0.8 * T2_STAR, 1), get("ramsey_xy")
    analysis = row.analyse(raw)
    told = judge(row.check(analysis, raw.parameters, {}))
    assert told.verdict is Verdict.ACCEPT
    assert [check.code for check in told.checks if not check.passed] == [CheckCode.HIDDEN_BEAT]
    assert "t2_star" not in {change.parameter for change in row.propose(analysis, {})}
    assert analysis.quantities["fringe_decay"].value < 0.7 * T2_STAR


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("lives", [0.2, 0.5, 1.2, 2.5])
def test_ramsey_of_any_shape(exponent: float, lives: float) -> None:
    for seed in range(3):
        analysis, verdict = judged(fringes(stretched(exponent, T2_STAR), lives * T2_STAR, seed))
        assert verdict is Verdict.ACCEPT
        assert abs(pull(analysis, "offset", OFFSET)) < SIGMAS
        if "t2_star" in analysis.quantities:
            assert abs(pull(analysis, "t2_star", T2_STAR)) < SIGMAS
        assert ("t2_star" in analysis.quantities) or lives < 1.3
        assert ("t2_star" not in analysis.quantities) or lives > 0.4


def test_slow_noise_costs_the_square_of_a_gate_time() -> None:
    t, t1 = 32e-9, 60e-6
    assert coherence_limit(t1, T2, t) == pytest.approx(t * (2 / T2 + 1 / t1) / 6, rel=1e-3)
    # no share of fast noise: what is left is relaxation, which also dephases
    assert coherence_limit(t1, T2, t, 0.0) == pytest.approx(t * (1 / t1 + 1 / t1) / 6, rel=0.01)
    # without relaxation the error is the mean of the square of a phase: 2/6 of half of it
    assert coherence_limit(1e3, T2, t, 0.0) == pytest.approx((t / T2) ** 2 / 3, rel=1e-2)
    assert coherence_limit(t1, T2, t, 0.5) < coherence_limit(t1, T2, t, 1.0)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_by_default_the_window_tells_the_decay_from_a_beat(share: float) -> None:
    row = get("ramsey_xy")
    window = row.defaults({"t2_star": T2_STAR})["max_delay"]
    told = [row.analyse(fringes(parities(0.0, share), window, seed)).quantities for seed in range(20, 26)]
    assert sum("t2_star" in one for one in told) >= 5
