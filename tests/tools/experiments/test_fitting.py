"""Fits on synthetic data of known truth: right values, honest errors, and failed fits that keep their points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.records import Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import RawData
from reson.tools.experiments.processing import principal_axis, probability
from reson.tools.verdicts.judge import judge

CONTROLS = {
    "drive_frequency": 5e9,
    "anharmonicity": -3e8,
    "x_amplitude": 0.35,
    "sx_amplitude": 0.175,
    "drag_beta": 0.0,
    "pulse_duration": 32e-9,
    "readout_angle": 0.0,
    "readout_threshold": 0.0,
}
SHOTS = 1000


def counted(name: str, metadata: list[dict], p1: np.ndarray, parameters: dict[str, float], seed: int) -> RawData:
    ones = np.random.default_rng(seed).binomial(SHOTS, p1)
    return RawData(
        experiment=name,
        qubit=3,
        parameters=parameters,
        controls=CONTROLS,
        shots=SHOTS,
        circuits=metadata,
        arrays={"counts": np.stack([SHOTS - ones, ones], axis=1)},
        started=0.0,
        ended=1.0,
    )


def decay(seed: int) -> RawData:
    x = np.linspace(0, 200e-6, 31)
    return counted("t1", [{"xval": v} for v in x], 0.95 * np.exp(-x / 50e-6) + 0.02, {"max_delay": 200e-6}, seed)


def ramsey(seed: int) -> RawData:
    x = np.linspace(0, 20e-6, 41)
    wave = np.exp(-x / 30e-6)[:, None] * np.stack(
        [np.cos(2e6 * np.pi * 0.2 * x), np.sin(2e6 * np.pi * 0.2 * x)], axis=1
    )
    metadata = [{"xval": v, "series": s} for v in x for s in "XY"]
    return counted("ramsey_xy", metadata, (0.5 + 0.45 * wave).ravel(), {"max_delay": 20e-6, "detuning": 250e3}, seed)


def pairs(seed: int) -> RawData:
    n = np.arange(0, 21)
    metadata = [{"xval": 0, "series": "spam-cal"}, {"xval": 1, "series": "spam-cal"}]
    metadata += [{"xval": int(v), "series": 1} for v in n]
    p1 = np.concatenate([[0.03, 0.95], 0.49 + 0.46 * np.sin(0.011 * n)])
    return counted("fine_drag", metadata, p1, {"max_repetitions": 20}, seed)


def benchmark(seed: int) -> RawData:
    metadata = [
        {"xval": m, "target": t, "pulses": round(5 / 6 * (m + 1))} for m in (1, 500, 1000, 2000) for t in (0, 1) * 3
    ]
    height = np.array([0.47 * 0.9995 ** entry["xval"] for entry in metadata])
    target = np.array([entry["target"] for entry in metadata])
    # a lopsided readout: the floor of either kind of sequence is not one half, that of their mean is
    p1 = np.where(target == 1, 0.5 + height, 0.5 - height) + np.where(target == 1, 0.02, 0.02)
    return counted("standard_rb", metadata, p1, {"max_length": 2000, "coherence_limit": 2e-4}, seed)


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
    assert 0.35 < np.std(pulls) < 1.45


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
