"""A line on a ground that slopes reads as on a level one; a line that is too broad still reads so."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading.lines import read_spectroscopy
from reson.agent.reading.resonators import read_dip
from reson.records import Status
from tests.agent.reading.synthetic_plots import plot, series


@pytest.mark.parametrize("slope", [-0.03, -0.01, 0.0, 0.01, 0.03])
@pytest.mark.parametrize(
    ("place", "sigma", "status"),
    [(0.0, 1.5, Status.SUCCESS), (8.0, 1.5, Status.SUCCESS), (0.0, 8.0, Status.AMP_TOO_HIGH)],
)
def test_a_slope_under_a_line_is_no_drive_that_is_too_strong(
    slope: float, place: float, sigma: float, status: Status
) -> None:
    seen = []
    for seed in range(5):
        line = series(
            "line", np.linspace(-20, 20, 61), lambda x: slope * x + np.exp(-(((x - place) / sigma) ** 2) / 2), seed
        )
        seen.append(read_spectroscopy(plot("qubit_spectroscopy", line)).status)
    assert seen == [status] * 5


@pytest.mark.parametrize("slope", [-0.03, 0.01, 0.03])
def test_a_slope_alone_is_no_line(slope: float) -> None:
    ground = series("line", np.linspace(-20, 20, 61), lambda x: slope * x, 1, "none")
    assert read_spectroscopy(plot("qubit_spectroscopy", ground)).status is Status.NO_SIGNAL


def feedline(
    x: np.ndarray, place: float, kappa: float, depth: float, ripple: float, phase: float, slope: float
) -> np.ndarray:
    """Magnitude of a dip on a standing wave of 64 MHz and a slope."""
    ground = 1 + ripple * np.sin(2 * np.pi * x / 64 + phase) + slope * x / 30
    return ground * (1 - depth / (1 + (2 * (x - place) / kappa) ** 2))


@pytest.mark.parametrize("phase", [0.0, 1.6, 3.1, 4.7])
@pytest.mark.parametrize(("ripple", "slope"), [(0.0, 0.3), (0.3, 0.0), (0.3, -0.2)])
@pytest.mark.parametrize(
    ("place", "kappa", "depth", "status"),
    [
        (12.5, 0.8, 0.45, Status.SUCCESS),
        (12.5, 0.8, 0.85, Status.SUCCESS),
        (-14.0, 3.0, 0.6, Status.SUCCESS),
        (0.0, 5.0, 0.85, Status.SUCCESS),
        (30.0, 6.0, 0.85, Status.RANGE_TOO_NARROW),
        (-30.2, 3.0, 0.85, Status.RANGE_TOO_NARROW),
    ],
)
def test_a_feedline_that_bends_is_no_flank_of_a_dip(
    ripple: float, slope: float, phase: float, place: float, kappa: float, depth: float, status: Status
) -> None:
    x, seen = np.linspace(-30, 30, 401), []
    for seed in range(3):
        dip = series("dip", x, lambda x: feedline(x, place, kappa, depth, ripple, phase, slope), seed)
        seen.append(read_dip(plot("resonator_spectroscopy", dip)).status)
    assert seen == [status] * 3
