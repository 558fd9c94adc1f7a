"""Fits on synthetic data of known truth: right values, honest errors, and failed fits that keep their points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.fitting import fit
from reson.tools.experiments.fits.processing import principal_axis, probability
from reson.tools.verdicts.judge import judge

from .synthetic_data import SHOTS, benchmark, decay, pairs, ramsey


@pytest.mark.parametrize(
    ("make", "name", "truth"),
    [
        (decay, "t1", 50e-6),
        (ramsey, "offset", 50e3),
        (ramsey, "t2_star", 30e-6),
        (pairs, "phase_error", 0.011),
        (benchmark, "epc", 2.5e-4),
    ],
)
def test_values_are_right_and_errors_honest(make: Callable[[int], RawData], name: str, truth: float) -> None:
    pulls = []
    for seed in range(25):
        raw = make(seed)
        found = get(raw.experiment).analyse(raw).quantities[name]
        assert found.stderr is not None
        pulls.append((found.value - truth) / found.stderr)
    # 25 pulls of a unit normal: their mean scatters by 0.2, their standard deviation by 0.14
    assert abs(np.mean(pulls)) < 0.7
    # the error of T2* also reaches to what a beat too slow for the window would leave possible, and here is none
    assert (0.2 if name == "t2_star" else 0.35) < np.std(pulls) < 1.45


def test_data_without_any_decay_keeps_its_points_and_is_rejected() -> None:
    raw = decay(0)
    flat = RawData(**{**raw.__dict__, "arrays": {"counts": np.tile([SHOTS, 0], (31, 1))}})
    analysis = get("t1").analyse(flat)
    assert len(analysis.series[0].x) == 31
    assert judge(get("t1").check(analysis, flat.parameters | {"points": 31}, {})).verdict is Verdict.REJECT


@pytest.mark.parametrize("tau", [0.5e-6, 2e-6, 20e-6, 60e-6])
def test_a_decay_that_is_short_or_long_against_the_window_is_still_fitted(tau: float) -> None:
    """The stock start takes a logarithm and finds nothing where most points lie on the floor."""
    raw = decay(0)
    x = np.array([metadata["xval"] for metadata in raw.circuits]) * 30e-6 / raw.circuits[-1]["xval"]
    ones = np.rint(SHOTS * (0.03 + 0.74 * np.exp(-x / tau))).astype(int)
    circuits = [metadata | {"xval": float(value)} for metadata, value in zip(raw.circuits, x, strict=True)]
    counts = np.stack([SHOTS - ones, ones], axis=1)
    analysis = get("t1").analyse(RawData(**{**raw.__dict__, "circuits": circuits, "arrays": {"counts": counts}}))
    assert analysis.quantities["t1"].value == pytest.approx(tau, rel=0.05)


def test_an_analysis_that_raises_is_reported_with_its_points() -> None:
    raw = decay(0)
    broken = RawData(**{**raw.__dict__, "circuits": [{"xval": 0.0}] * 31})
    analysis = get("t1").analyse(broken)
    assert analysis.error is not None
    assert sum(len(series.x) for series in analysis.series) > 0


def test_a_failed_analysis_leaves_no_traceback_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    from qiskit_experiments.curve_analysis import DecayAnalysis

    class Broken(DecayAnalysis):
        def _run_curve_fit(self, curve_data: object) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
            raise ValueError("no such luck")

    found = fit(Broken(), decay(0))
    assert found.error is not None and "no such luck" in found.error
    assert "Traceback" not in caplog.text


def test_probability_and_its_error() -> None:
    value, error = probability(np.array([[75, 25], [100, 0]]))
    assert value == pytest.approx([0.25, 0.0])
    assert error[0] == pytest.approx(np.sqrt(0.25 * 0.75 / 100), rel=0.02)
    assert error[1] > 0


@pytest.mark.parametrize("angle", [0.0, 1.0, 2.5, -2.0])
def test_principal_axis_does_not_depend_on_the_readout_angle(angle: float) -> None:
    rng = np.random.default_rng(1)
    line = np.exp(-(((np.arange(41) - 25) / 3) ** 2))
    iq = (line * 3 + rng.normal(0, 0.02, 41) + 1j * rng.normal(0, 0.02, 41)) * np.exp(1j * angle) + (4 - 2j)
    value, error = principal_axis(iq, np.full((41, 2), 0.02))
    assert np.argmax(value) == 25  # a peak, not a dip
    assert np.ptp(value) == pytest.approx(3, rel=0.05)
    assert error == pytest.approx(0.02)


def test_principal_axis_starts_a_rabi_oscillation_low() -> None:
    oscillation = np.cos(np.linspace(0, 9, 41)) * np.exp(2j)
    value = principal_axis(oscillation, np.full((41, 2), 0.01))[0]
    assert value[0] == pytest.approx(value.min(), abs=1e-9)
