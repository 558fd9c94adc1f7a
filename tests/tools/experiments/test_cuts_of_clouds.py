"""Whatever the shape of the clouds, the written cut is nearly the best straight one of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reson.tools.experiments.fits.clouds import discriminate, rotated

NEARLY = 0.005
CLOUDS: dict[str, dict[str, Any]] = {
    "equal": {},
    "close": {"apart": 3.0},
    "1 wider": {"wider": 1.7},
    "1 a little wider": {"wider": 1.3},
    "1 much wider": {"wider": 2.5, "apart": 7.0},
    "1 narrower": {"wider": 0.5, "apart": 3.5},
    "close and wider": {"wider": 1.6, "apart": 3.0},
    "tail of 1": {"tail": 0.3},
    "tail of 0": {"lifted": 0.2},
    "both tails and wider": {"tail": 0.2, "lifted": 0.2, "wider": 1.4},
    "long and askew": {"long": 2.0, "askew": 0.6},
    "long, askew and wider": {"long": 2.5, "askew": 0.8, "wider": 1.3},
    "some decay": {"decayed": 0.15},
    "much decay, far apart": {"decayed": 0.3, "apart": 6.5},
}


def clouds(
    seed: int,
    apart: float = 4.5,
    wider: float = 1.0,
    tail: float = 0.0,
    lifted: float = 0.0,
    long: float = 1.0,
    askew: float = 0.0,
    decayed: float = 0.05,
    shots: int = 5000,
) -> np.ndarray:
    """Shots of 0 and 1, shape (2, shots), in units of the width of 0: see the names of ``CLOUDS``."""
    rng = np.random.default_rng(seed)

    def cloud(centre: float, width: float) -> np.ndarray:
        first, second = width * rng.standard_normal((2, shots))
        return centre + (first + 1j * long * second) * np.exp(1j * askew)

    zero, one = cloud(0.0, 1.0), cloud(apart, wider)
    early = rng.random(shots) < decayed
    one[early] = apart * rng.random(early.sum()) + rng.standard_normal((early.sum(), 2)) @ [1, 1j]
    one[rng.random(shots) < tail] -= rng.exponential(1.5 * wider)
    up = rng.random(shots) < lifted
    zero[up] += rng.exponential(2.0, up.sum())
    return np.stack([zero, one]) * np.exp(0.7j) + (5 - 3j)


def best_straight_cut(iq: np.ndarray) -> float:
    best = 0.0
    for angle in np.linspace(0, 2 * np.pi, 90, endpoint=False):
        zero, one = np.sort(rotated(iq, angle), axis=1)
        cuts = np.sort(np.concatenate([zero, one]))[::20]
        fidelity = (np.searchsorted(zero, cuts) + len(one) - np.searchsorted(one, cuts)) / (2 * len(zero))
        best = max(best, float(fidelity.max()))
    return best


@pytest.mark.parametrize("kind", CLOUDS)
def test_the_written_cut_is_nearly_the_best(kind: str) -> None:
    for seed in range(2):
        iq = clouds(seed, **CLOUDS[kind])
        found = discriminate(iq)
        assert best_straight_cut(iq) - found.fidelity < NEARLY
        above = (rotated(iq, found.angle) > found.threshold).mean(axis=1)
        assert found.errors == (pytest.approx(above[0]), pytest.approx(1 - above[1]))


def test_equal_clouds_keep_the_middle_of_their_centres() -> None:
    for seed in range(6):
        found = discriminate(clouds(seed))
        assert found.threshold == pytest.approx((found.mixture.low + found.mixture.high) / 2)
        assert found.mixture.widths[0] == found.mixture.widths[1]
