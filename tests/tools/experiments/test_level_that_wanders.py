"""Averaged IQ has no fixed zero: a level that wanders while a decay is measured is in its error, or is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import CheckCode, Judgement, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

TIME, POINTS, TOLERANCE = 20e-6, 31, 0.15
TOLD = {"t1": "t1", "t2_hahn": "t2_echo", "cpmg": "t2_cpmg", "spin_locking": "t1_rho"}
WANDERS = {
    "slope": lambda along, rng: along,
    "wave": lambda along, rng: np.sin(2 * np.pi * (0.8 * along + rng.random())),
    "jump": lambda along, rng: (along > 0.4).astype(float),
    "walk": lambda along, rng: np.cumsum(rng.normal(size=len(along))) / len(along) ** 0.5,
}
LEAST = {"wave": 0.05, "jump": 0.05, "walk": 0.05}
"""Sizes up to which these follow a decay of another time within the noise: nothing in the data tells them apart."""


def decay(name: str, wander: str, size: float, noise: float, seed: int) -> RawData:
    """``size`` and ``noise`` in units of the height of the decay."""
    rng, x = np.random.default_rng(seed), np.linspace(16e-9, 3.5 * TIME, POINTS)
    height = np.exp(-x / TIME)
    signal = -height if name == "t2_hahn" else height
    moved = size * rng.choice([-1, 1]) * WANDERS[wander](np.linspace(0, 1, POINTS), rng)
    plane = 3e-3 * np.exp(0.7j) * (signal + moved) + 5e-3
    plane = plane + 3e-3 * noise * rng.normal(size=(POINTS, 2)).view(complex)[:, 0]
    arrays = {"iq_mean": plane, "iq_stderr": np.full((POINTS, 2), 3e-3 * noise)}
    given = {"max_delay": 3.5 * TIME, "points": float(POINTS), "shots": 1000.0}
    return RawData(name, Qubit(0), given, {}, 1000, [{"xval": float(one)} for one in x], arrays, 0.0, 1.0)


def judged(raws: list[RawData]) -> list[tuple[Analysis, Judgement]]:
    row = get(raws[0].experiment)
    found = row.analyses(raws)
    return [(one, judge(row.check(one, raws[0].parameters, {}))) for one in found]


def off(analysis: Analysis, name: str) -> tuple[float, float]:
    """(relative distance from the truth, the same in errors)."""
    found = analysis.quantities[TOLD[name]]
    assert found.stderr
    return found.value / TIME - 1, abs(found.value - TIME) / found.stderr


@pytest.mark.parametrize("noise", [0.005, 0.01])
@pytest.mark.parametrize(
    ("wander", "size"),
    [(wander, size) for wander in WANDERS for size in (0.05, 0.1, 0.2) if size > LEAST.get(wander, 0)],
)
@pytest.mark.parametrize("name", TOLD)
def test_no_wrong_time_is_accepted(name: str, wander: str, size: float, noise: float) -> None:
    wrong = 0
    for analysis, judgement in judged([decay(name, wander, size, noise, seed) for seed in range(12)]):
        if judgement.verdict is Verdict.ACCEPT:
            away, errors = off(analysis, name)
            wrong += abs(away) > TOLERANCE and errors > 3
    assert wrong <= 1


@pytest.mark.parametrize("name", TOLD)
def test_a_slope_that_is_seen_is_told_and_does_not_move_the_time(name: str) -> None:
    found = judged([decay(name, "slope", 0.2, 0.005, seed) for seed in range(12)])
    assert sum(CheckCode.UNSTEADY in judgement.failed for _, judgement in found) >= 11
    assert np.median([abs(off(analysis, name)[0]) for analysis, _ in found]) < 0.06


@pytest.mark.parametrize("name", TOLD)
def test_a_level_that_stands_still_is_accepted(name: str) -> None:
    found = judged([decay(name, "slope", 0.0, 0.01, seed) for seed in range(12)])
    assert sum(judgement.verdict is Verdict.ACCEPT for _, judgement in found) >= 11
    assert np.mean([off(analysis, name)[1] ** 2 for analysis, _ in found]) ** 0.5 < 1.5


@pytest.mark.parametrize("slope", [0.2, 0.4, -0.2])
def test_a_rabi_curve_on_a_slope_is_right_within_its_error(slope: float) -> None:
    pi, row = 0.2, get("rabi")
    x, pulls = np.linspace(0, 2.8 * pi, 51), []
    for seed in range(10):
        noise = 0.02 * np.random.default_rng(seed).normal(size=(51, 2)).view(complex)[:, 0]
        signal = (1 - np.cos(np.pi * x / pi)) / 2 + slope * x / x[-1]
        arrays = {"iq_mean": signal * np.exp(1.1j) + 2 + noise, "iq_stderr": np.full((51, 2), 0.02)}
        given = {"max_amplitude": 2.8 * pi, "points": 51.0, "shots": 500.0}
        raw = RawData("rabi", Qubit(0), given, CONTROLS, 500, [{"xval": float(a)} for a in x], arrays, 0.0, 1.0)
        found = row.analyse(raw).quantities
        for name, true in (("x_amplitude", pi), ("sx_amplitude", pi / 2)):
            value = found[name]
            assert value.stderr and abs(value.value / true - 1) < 0.02
            pulls.append((value.value - true) / value.stderr)
    assert np.mean(np.square(pulls)) ** 0.5 < 1.5
