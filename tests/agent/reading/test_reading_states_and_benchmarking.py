"""The offline reader on synthetic plots of benchmarking, readout error, crosstalk, reset and tomography."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.records import GOOD, SUPPORTS_THE_VALUE, FitReliability, Outcome, Status
from reson.tools.data import Analysis, Axis, Series

LENGTHS = (1.0, 120.0, 300.0, 600.0, 1000.0)
TARGET = (1.0, 0.0, 0.0)


def series(
    name: str, x: tuple[float, ...], y: np.ndarray | tuple[float, ...], error: float = 0.003, curve: float | None = None
) -> Series:
    """Points with their error; ``curve``: a line through them, shifted by that much."""
    fine = np.linspace(x[0], x[-1], 201)
    drawn = () if curve is None else tuple(float(value) for value in np.interp(fine, x, y) + curve)
    return Series(
        name=name,
        x=x,
        y=tuple(float(value) for value in y),
        y_err=(error,) * len(x),
        fit_x=() if curve is None else tuple(fine.tolist()),
        fit_y=drawn,
    )


def plot(experiment: str, *parts: Series, error: str | None = None) -> Analysis:
    axis = Axis(label="x", unit="")
    return Analysis(
        experiment=experiment, component=Qubit(0), series=parts, x_axis=axis, y_axis=axis, quantities={}, error=error
    )


def decays(experiment: str, first: float, second: float, curve: float = 0.0) -> Analysis:
    shape = lambda rate: 0.5 + 0.47 * np.exp(-rate * np.array(LENGTHS) / 1000)  # noqa: E731
    return plot(
        experiment,
        series("standard", LENGTHS, shape(first), curve=0.0),
        series("interleaved", LENGTHS, shape(second), curve=curve),
    )


def leakage(*levels: float, error: float = 0.002, curve: float = 0.0) -> Analysis:
    return plot("leakage_rb", series("level 2", LENGTHS, levels, error, curve))


def readout_error(ground: tuple[float, float], excited: tuple[float, float]) -> Analysis:
    return plot("readout_error", series("prepared 0", (0.0, 2.0), ground), series("prepared 1", (1.0, 3.0), excited))


def reset(ground: tuple[float, ...], excited: tuple[float, ...]) -> Analysis:
    x = (0.0, 1.0, 2.0)
    return plot("reset_error", series("prepared 0", x, ground), series("prepared 1", x, excited))


def crosstalk(*changes: float, error: str | None = None) -> Analysis:
    x = tuple(float(n) for n in range(len(changes)))
    zero = (0.0,) * len(changes)
    parts = series("prepared 0", x, changes, 0.002), series("prepared 1", x, zero, 0.002)
    return plot("correlated_readout_error", *parts, error=error)


def tomography(*values: float) -> Analysis:
    x, rho = (0.0, 1.0, 2.0), (0.0, 1.0, 2.0, 3.0)
    elements = (0.5, 0.5, 0.5, 0.0)
    return plot(
        "state_tomography",
        series("measured expectation values", x, values, 0.01),
        series("ideal expectation values", x, TARGET, 0.0),
        series("measured density matrix", rho, elements, 0.0),
        series("ideal density matrix", rho, elements, 0.0),
    )


CASES: list[tuple[str, Analysis, Status]] = [
    ("interleaved", decays("interleaved_rb_x", 1.3, 2.6), Status.SUCCESS),
    ("interleaved, short", decays("interleaved_rb_sx", 0.2, 0.5), Status.WINDOW_TOO_SHORT),
    ("interleaved, one is dead", decays("interleaved_rb_x", 1.3, 60.0), Status.FIT_POOR),
    ("interleaved, bad curve", decays("interleaved_rb_x", 1.3, 2.6, curve=0.15), Status.FIT_POOR),
    ("purity", decays("purity_rb", 1.0, 2.0), Status.SUCCESS),
    ("leakage", leakage(0.0, 0.004, 0.007, 0.009, 0.01), Status.SUCCESS),
    ("no leakage", leakage(0.001, -0.001, 0.001, -0.001, 0.001), Status.SUCCESS),
    ("much leakage", leakage(0.0, 0.1, 0.2, 0.3, 0.35), Status.LARGE_ERROR),
    ("leakage, bad curve", leakage(0.0, 0.02, 0.03, 0.04, 0.04, curve=0.03), Status.FIT_POOR),
    ("leakage, blurred", leakage(0.0, 0.4, -0.3, 0.2, 0.1, error=0.2), Status.NO_SIGNAL),
    ("readout error", readout_error((0.02, 0.021), (0.96, 0.958)), Status.SUCCESS),
    ("readout error, large", readout_error((0.02, 0.02), (0.8, 0.79)), Status.LARGE_ERROR),
    ("readout error, no drive", readout_error((0.02, 0.021), (0.02, 0.02)), Status.NO_EXCITATION),
    ("readout error, quarter turns", readout_error((0.02, 0.5), (0.85, 0.15)), Status.OFF_RESONANCE),
    ("crosstalk, none", crosstalk(0.001, -0.002, 0.004), Status.SUCCESS),
    ("crosstalk, some", crosstalk(0.001, -0.025, 0.002), Status.MODERATE_ERROR),
    ("crosstalk, much", crosstalk(0.001, 0.09), Status.LARGE_ERROR),
    ("crosstalk, alone", crosstalk(0.5, error="alone"), Status.NO_SIGNAL),
    ("reset", reset((0.02, 0.02, 0.02), (0.97, 0.025, 0.02)), Status.SUCCESS),
    ("reset, idle", reset((0.02, 0.02, 0.02), (0.97, 0.95, 0.94)), Status.LARGE_ERROR),
    ("reset, no drive", reset((0.02, 0.02, 0.02), (0.03, 0.02, 0.02)), Status.NO_EXCITATION),
    ("tomography", tomography(0.97, 0.02, -0.03), Status.SUCCESS),
    ("tomography, turned too far", tomography(0.98, 0.0, -0.2), Status.MODERATE_ERROR),
    ("tomography, the opposite", tomography(-0.98, 0.0, 0.0), Status.LARGE_ERROR),
    ("tomography, mixed", tomography(0.05, 0.0, 0.01), Status.NO_SIGNAL),
    ("tomography, readout stuck", tomography(0.99, 0.99, 0.98), Status.NO_SIGNAL),
]


@pytest.mark.parametrize(("analysis", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_status_of_a_known_plot(analysis: Analysis, status: Status) -> None:
    reading = read_saved_data(analysis)
    assert (reading.status, reading.reason) == (status, reading.reason)
    assert reading.reliability is not (
        FitReliability.UNRELIABLE if status in GOOD | SUPPORTS_THE_VALUE else FitReliability.RELIABLE
    )
    assert (reading.outcome is Outcome.EXPECTED) == (status is Status.SUCCESS)
