"""The offline reader on fringes of a coupled qubit whose state is known."""

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.records import Status
from reson.tools.data import Analysis

from .synthetic_plots import plot, series


def _fringes(first: float, second: float, swing: float = 0.4, points: int = 41, curve: str = "right") -> Analysis:
    x = np.linspace(0, 1, points)
    return plot(
        "zz_ramsey",
        *(
            series(name, x, lambda t, n=turns: 0.5 - swing * np.exp(-t / 3) * np.cos(2 * np.pi * n * t), seed, curve)
            for seed, (name, turns) in enumerate((("neighbour in 0", first), ("neighbour in 1", second)))
        ),
    )


@pytest.mark.parametrize(
    ("analysis", "status"),
    [
        (_fringes(6.0, 9.0), Status.SUCCESS),
        (_fringes(8.0, 8.0), Status.SUCCESS),
        (_fringes(6.0, 9.0, swing=0.0), Status.NO_SIGNAL),
        (_fringes(0.6, 4.0), Status.TOO_FEW_OSC),
        (_fringes(12.0, 19.0), Status.TOO_MANY_OSC),
        (_fringes(6.0, 9.0, curve="flat"), Status.FIT_POOR),
    ],
)
def test_what_the_fringes_show(analysis: Analysis, status: Status) -> None:
    assert read_saved_data(analysis).status is status
