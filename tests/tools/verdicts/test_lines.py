"""Lines beside the tallest one, on spectra drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reson.tools.data import Series
from reson.tools.verdicts.lines import SEEN, second_line, slope

X = np.linspace(-1.0, 1.0, 81)
ERROR = 0.01


def _line(at: float, height: float, width: float = 0.08) -> np.ndarray:
    return height / (1 + ((X - at) / width) ** 2)


def _spectrum(y: np.ndarray) -> Series:
    return Series(name="s", x=tuple(X), y=tuple(y), y_err=(ERROR,) * len(X), fit_x=(), fit_y=())


@pytest.mark.parametrize(("at", "tilt"), [(-0.9, 0.0), (-0.4, 0.0), (0.0, 0.0), (0.7, 0.0), (0.0, 0.3), (0.0, -0.3)])
def test_one_line_falls_on_both_sides_wherever_it_lies(at: float, tilt: float) -> None:
    assert second_line(_spectrum(_line(at, 1.0) + 0.5 + tilt * X)) < 1e-9


@pytest.mark.parametrize("at", [-0.6, 0.6])
def test_a_second_line_stands_out_by_its_height_over_the_valley(at: float) -> None:
    """Three points averaged: the noise is that of one over sqrt(3), and a flat top keeps its height."""
    step = np.where(np.abs(X - at) < 0.1, 0.3, 0.0)
    assert second_line(_spectrum(_line(0.0, 1.0, 0.02) + step)) == pytest.approx(0.3 / ERROR * 3**0.5, rel=0.05)


def test_a_slope_is_found_beside_lines() -> None:
    assert slope(X, 0.3 * X + _line(0.1, 1.0, 0.02)) == pytest.approx(0.3, abs=0.02)


def _noisy(seed: int, points: int, noise: float, share: float, tilt: float) -> Series:
    """A line of height 1 off the centre on a slope, another of ``share`` beside it."""
    rng, x = np.random.default_rng(seed), np.linspace(-1.0, 1.0, points)
    width, at = rng.uniform(0.04, 0.12), rng.uniform(0.2, 0.7) * rng.choice([-1, 1])
    other = at - np.sign(at) * rng.uniform(5 * width, 0.8)
    y = tilt * x / 2 + 1 / (1 + ((x - at) / width) ** 2) + share / (1 + ((x - other) / width) ** 2)
    y = y + noise * rng.normal(size=points)
    return Series(name="s", x=tuple(x), y=tuple(y), y_err=(noise,) * points, fit_x=(), fit_y=())


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.06])
@pytest.mark.parametrize("tilt", [-2.0, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("points", [61, 241])
def test_one_line_on_a_slope_stays_one(points: int, tilt: float, noise: float) -> None:
    seen = [second_line(_noisy(seed, points, noise, 0.0, tilt)) > SEEN for seed in range(50)]
    assert sum(seen) <= 1


@pytest.mark.parametrize(("points", "noise", "least"), [(61, 0.01, 40), (241, 0.03, 45), (241, 0.06, 25)])
def test_a_line_of_a_fifth_is_seen_where_enough_points_lie_on_it(points: int, noise: float, least: int) -> None:
    assert sum(second_line(_noisy(seed, points, noise, 0.2, 0.3)) > SEEN for seed in range(50)) >= least


def test_a_sweep_of_many_points_is_judged_as_one_of_few() -> None:
    """Of ten thousand points the largest stands out by chance, and there are too many pairs to take slopes of."""
    for seed in range(5):
        alone, beside = (second_line(_noisy(seed, 10_001, 0.06, share, 0.0)) for share in (0.0, 0.2))
        assert alone < SEEN < beside
