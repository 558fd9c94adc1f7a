"""A drive that compresses, or adds to every amplitude, costs the pi amplitude no more than its error says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.rabi import THIRD_LEVEL
from reson.tools.experiments.sweep import uneven
from reson.tools.store.raw import unpack_raw
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

CASES = Path(__file__).parent / "cases"
SIGMAS = 4.0
NOISE = 0.02
PI = 0.2
SLOWING = THIRD_LEVEL / (CONTROLS["anharmonicity"] * CONTROLS["pulse_duration"]) ** 2

BENDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "none": lambda a: a,
    "compression of 1 %": lambda a: a * (1 - 0.01 * (a / PI) ** 2),
    "compression of 3 %": lambda a: a * (1 - 0.03 * (a / PI) ** 2),
    "expansion of 1 %": lambda a: a * (1 + 0.01 * (a / PI) ** 2),
    "compression of second order": lambda a: a * (1 - 0.03 * a / PI),
    "offset": lambda a: a + 0.03 * PI,
    "offset downwards": lambda a: a - 0.02 * PI,
    "soft amplifier": lambda a: 1.2 * np.tanh(a / 1.2),
    "softer amplifier": lambda a: 0.6 * np.tanh(a / 0.6),
    "Rapp amplifier": lambda a: a / (1 + (a / 0.7) ** 4) ** 0.25,
}


def angle(bend: Callable[[np.ndarray], np.ndarray], amplitude: np.ndarray) -> np.ndarray:
    """In turns; a strong drive is slowed by the third level besides."""
    turns = bend(amplitude) / PI / 2
    return turns * (1 - SLOWING * (2 * turns) ** 2)


def true_amplitude(bend: Callable[[np.ndarray], np.ndarray], turns: float) -> float:
    fine = np.linspace(0.0, 0.5, 50_001)
    return float(np.interp(turns, angle(bend, fine), fine))


def measured(bend: Callable[[np.ndarray], np.ndarray], periods: float, points: int, seed: int) -> RawData:
    """A Rabi sweep of ``periods`` at this bend, as averaged IQ."""
    rng = np.random.default_rng(seed)
    x = uneven(2 * PI * periods, points)
    noise = NOISE * rng.standard_normal((points, 2)).view(complex)[:, 0]
    iq = -0.5 * np.cos(2 * np.pi * angle(bend, x)) + noise
    arrays = {"iq_mean": iq, "iq_stderr": np.full((points, 2), NOISE)}
    metadata = [{"xval": float(value)} for value in x]
    parameters = {"max_amplitude": float(x[-1]), "points": points, "shots": 500}
    return RawData("rabi", Qubit(0), parameters, CONTROLS, 500, metadata, arrays, 0.0, 1.0)


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return analysis, judge(row.check(analysis, raw.parameters, {})).verdict


def pull(analysis: Analysis, name: str, true: float) -> float:
    found = analysis.quantities[name]
    assert found.stderr
    return (found.value - true) / found.stderr


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize(("periods", "points"), [(0.75, 51), (1.4, 51), (1.4, 25), (2.5, 61)])
def test_what_is_accepted_is_within_its_error(bend: str, periods: float, points: int) -> None:
    for seed in range(4):
        analysis, verdict = judged(measured(BENDS[bend], periods, points, seed))
        if verdict is Verdict.ACCEPT:
            for name, turns in (("x_amplitude", 0.5), ("sx_amplitude", 0.25)):
                assert abs(pull(analysis, name, true_amplitude(BENDS[bend], turns))) < SIGMAS, (name, seed)


@pytest.mark.parametrize("case", ["k0.005", "k0.01", "k0.015"])
def test_a_compressed_sweep_is_right(case: str) -> None:
    raw = unpack_raw((CASES / f"rabi-compression-{case}.npz").read_bytes())
    analysis, verdict = judged(raw)
    assert verdict is Verdict.ACCEPT
    assert abs(pull(analysis, "x_amplitude", 0.2)) < SIGMAS
    assert abs(pull(analysis, "sx_amplitude", 0.1)) < SIGMAS
    assert (analysis.quantities["x_amplitude"].stderr or 1.0) < 0.01 * 0.2


def test_a_straight_drive_is_accepted_with_honest_errors() -> None:
    found = [judged(measured(BENDS["none"], 1.4, 51, seed)) for seed in range(40)]
    assert all(verdict is Verdict.ACCEPT for _, verdict in found)
    for name, turns in (("x_amplitude", 0.5), ("sx_amplitude", 0.25)):
        pulls = [pull(analysis, name, true_amplitude(BENDS["none"], turns)) for analysis, _ in found]
        assert abs(np.mean(pulls)) < 0.5
        assert 0.6 < np.std(pulls) < 1.25


@pytest.mark.parametrize("fade", [0.4, 0.8, 1.5])
def test_an_oscillation_that_fades_is_not_taken_for_a_bend_or_a_slope(fade: float) -> None:
    """P(1) whose oscillation falls to 1/e at the amplitude ``fade``; a pi pulse is at 0.2."""
    x, pi = np.linspace(0.0, 0.5, 41), 0.2
    for seed in range(12):
        chance = 0.04 + 0.92 * (0.5 - 0.5 * np.cos(np.pi * x / pi) * np.exp(-x / fade))
        ones = np.random.default_rng(seed).binomial(1000, chance)
        arrays = {"counts": np.stack([1000 - ones, ones], axis=1)}
        given = {"max_amplitude": 0.5, "points": 41.0, "shots": 1000.0}
        raw = RawData("rabi", Qubit(0), given, CONTROLS, 1000, [{"xval": float(a)} for a in x], arrays, 0.0, 1.0)
        analysis = get("rabi").analyse(raw)
        if judge(get("rabi").check(analysis, given, {})).verdict is Verdict.ACCEPT:
            for name, truth in (("x_amplitude", pi), ("sx_amplitude", pi / 2)):
                found = analysis.quantities[name]
                assert abs(found.value - truth) < 4 * (found.stderr or 0.0)
