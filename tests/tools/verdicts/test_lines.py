"""Lines beside the tallest one, on spectra drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reson.tools.data import Series
from reson.tools.verdicts.lines import second_line, slope

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
