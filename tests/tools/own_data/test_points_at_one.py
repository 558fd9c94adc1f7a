"""A point at P = 0 or 1, or whose repetitions all agree, has an error and a finite weight, however a file tells it."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent import own_data
from reson.records import Verdict
from reson.tools.experiments.fits.processing import measured
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.table import Table

X = np.linspace(0.0, 120.0, 41)
T = 20.0
SHOTS = 60


def decays(seed: int) -> np.ndarray:
    """Shots of 0 and 1, (points, shots), from 1 exactly to 0 exactly: many points where all agree."""
    return (np.random.default_rng(seed).random((len(X), SHOTS)) < np.exp(-X / T)[:, None]).astype(float)


def told(kind: str, shots: np.ndarray) -> tuple[Table, Wanted]:
    mean = shots.mean(axis=1)
    match kind:
        case "counts":
            columns, y, count = {"y": shots.sum(axis=1)}, "y:counts", str(SHOTS)
        case "probabilities":
            columns, y, count = {"y": mean}, "y:p1", str(SHOTS)
        case "shots":
            columns, y, count = {"y": shots}, "y:p1", ""
        case "shots as a signal":
            columns, y, count = {"y": shots}, "y:mV", ""
        case _:
            raise AssertionError(kind)
    return Table("t1.npz", {"delay": X, **columns}, {}), Wanted("delay:us", (y,), shots=count)


def _seen(kind: str, seed: int) -> own_data.Seen:
    table, wanted = told(kind, decays(seed))
    return own_data.analyse(table, "t1", wanted, {})


@pytest.mark.parametrize("kind", ["counts", "probabilities", "shots", "shots as a signal"])
def test_points_where_all_shots_agree_weigh_no_more_than_they_may(kind: str) -> None:
    pulls = []
    for seed in range(8):
        seen = _seen(kind, seed)
        assert np.all(measured(seen.made.raw)[1] > 0)
        assert seen.judgement.verdict is not Verdict.REJECT
        found = seen.analysis.quantities["t1"]
        assert found.stderr
        pulls.append((found.value - T * 1e-6) / found.stderr)
    assert abs(np.mean(pulls)) < 1.0 and np.std(pulls) < 1.6
