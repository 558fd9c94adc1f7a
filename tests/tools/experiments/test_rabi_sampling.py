"""A Rabi oscillation faster than its sampling is not taken for a slow one."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.rabi import THIRD_LEVEL
from reson.tools.experiments.sweep import uneven
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

NOISE = 0.02
SLOWING = THIRD_LEVEL / (CONTROLS["anharmonicity"] * CONTROLS["pulse_duration"]) ** 2


def oscillation(periods: float, x: np.ndarray, seed: int) -> RawData:
    rng = np.random.default_rng(seed)
    noise = NOISE * rng.standard_normal((len(x), 2)).view(complex)[:, 0]
    turns = periods * x / x[-1]
    iq = 0.5 * np.cos(2 * np.pi * turns * (1 - SLOWING * (2 * turns) ** 2)) + noise
    arrays = {"iq_mean": iq, "iq_stderr": np.full((len(x), 2), NOISE)}
    metadata = [{"xval": float(value)} for value in x]
    return RawData("rabi", Qubit(0), {"max_amplitude": float(x[-1])}, CONTROLS, 500, metadata, arrays, 0.0, 1.0)


def verdict(raw: RawData) -> Verdict:
    row = get("rabi")
    parameters = raw.parameters | {"points": len(raw.circuits), "shots": 500}
    return judge(row.check(row.analyse(raw), parameters, {})).verdict


@pytest.mark.parametrize("points", [11, 17, 31, 51])
@pytest.mark.parametrize("seen", [0.6, 1.4, 2.2])
@pytest.mark.parametrize("side", [-1, 1])
def test_an_oscillation_that_folds_back_is_not_accepted(points: int, seen: float, side: int) -> None:
    """On an even grid of n points, n - 1 periods more or less make no difference at all."""
    folded = points - 1 + side * seen
    assert verdict(oscillation(folded, uneven(0.8, points), 1)) is not Verdict.ACCEPT
    slow, fast = (np.cos(2 * np.pi * p * np.linspace(0, 1, points)) for p in (seen, folded))
    assert slow == pytest.approx(fast)


@pytest.mark.parametrize("periods", [0.6, 1.4, 5.0])
def test_an_oscillation_within_the_limits_is_accepted(periods: float) -> None:
    assert verdict(oscillation(periods, uneven(0.8, 51), 2)) is Verdict.ACCEPT


@pytest.mark.parametrize("periods", [0.1, 0.2, 10.5, 12.0])
def test_too_few_and_too_many_periods_are_rejected(periods: float) -> None:
    assert verdict(oscillation(periods, uneven(0.8, 51), 3)) is Verdict.REJECT


def test_the_grid_is_uneven_by_a_quarter_of_a_step_at_most() -> None:
    even, grid = np.linspace(0, 0.7, 51), uneven(0.7, 51)
    assert (grid[0], grid[-1]) == (0.0, pytest.approx(0.7))
    assert np.abs(grid - even).max() <= 0.25 * 0.7 / 50 + 1e-12
    assert np.diff(grid).min() > 0
