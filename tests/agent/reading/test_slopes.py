"""A line on a ground that slopes reads as on a level one; a line that is too broad still reads so."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading.lines import read_spectroscopy
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
