"""All qubits fitted at once come out as each would from the stock analysis, whatever its neighbours look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reson.components import Qubit
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.batch_fitting import Points, fit_many
from reson.tools.experiments.fits.curve_models import DECAY, RAMSEY
from reson.tools.experiments.fits.least_squares import least_squares

from .stock_analyses import errors_apart, reference
from .synthetic_data import CONTROLS, SHOTS, benchmark, counted, decay, pairs, ramsey

TENTH = 0.1


def echo(seed: int) -> RawData:
    x = np.linspace(0, 150e-6, 31)
    p1 = 0.5 - 0.45 * np.exp(-x / 60e-6)
    return counted("t2_hahn", [{"xval": v} for v in x], p1, {"max_delay": 150e-6}, seed)


def rabi(seed: int) -> RawData:
    rng = np.random.default_rng(seed)
    x = np.linspace(0, rng.uniform(0.2, 1.0), 51)
    turns = rng.uniform(0.4, 9.0) * x / x[-1]
    line = np.cos(2 * np.pi * turns * (1 - 0.0006 * (2 * turns) ** 2)) * np.exp(1j * rng.uniform(0, 6))
    iq = 0.6 * line + 0.04 * rng.standard_normal((51, 2)).view(complex)[:, 0]
    arrays = {"iq_mean": iq, "iq_stderr": np.full((51, 2), 0.04)}
    metadata = [{"xval": float(v)} for v in x]
    return RawData("rabi", Qubit(3), {"max_amplitude": float(x[-1])}, CONTROLS, SHOTS, metadata, arrays, 0.0, 1.0)


def fine(gate: str, seed: int) -> RawData:
    error, offset = 0.02, 0.05
    n = np.arange(1, 14) if gate == "x" else np.array([0, 1, 2, *range(3, 14, 2)])
    turn, before = (np.pi, np.pi / 2 + offset) if gate == "x" else (np.pi / 2, 0.0)
    p1 = 0.5 - 0.46 * np.cos((turn + error) * n + before)
    metadata: list[dict] = [{"xval": int(v), "series": 1} for v in n]
    if gate == "x":
        metadata = [{"xval": v, "series": "spam-cal"} for v in (0, 1)] + metadata
        p1 = np.concatenate([[0.04, 0.96], p1])
    return counted(f"fine_{gate}_amplitude", metadata, p1, {"max_repetitions": 13}, seed)


def fine_x(seed: int) -> RawData:
    return fine("x", seed)


def fine_sx(seed: int) -> RawData:
    return fine("sx", seed)


MAKERS = (decay, echo, ramsey, rabi, benchmark, pairs, fine_x, fine_sx)


def worse(raw: RawData, kind: str, seed: int) -> RawData:
    """The same measurement, spoilt as real ones are."""
    rng = np.random.default_rng(seed)
    if "counts" in raw.arrays:
        share = raw.arrays["counts"][:, 1] / raw.shots
        shots = 60 if kind == "few shots" else raw.shots
        share = 0.5 + 0.4 * (share - 0.5) if kind == "low contrast" else share
        ones = rng.binomial(shots, share)
        if kind == "outlier":
            ones[len(ones) // 3] = shots - ones[len(ones) // 3]
        return replace(raw, shots=shots, arrays={"counts": np.stack([shots - ones, ones], axis=1)})
    iq, error = raw.arrays["iq_mean"], raw.arrays["iq_stderr"]
    size = {"few shots": 4.0, "low contrast": 1.0, "outlier": 1.0}[kind]
    noise = 0.04 * np.sqrt(size**2 - 1) * rng.standard_normal((len(iq), 2)).view(complex)[:, 0]
    iq = iq * (0.4 if kind == "low contrast" else 1.0) + noise
    if kind == "outlier":
        iq[len(iq) // 3] *= -1
    return replace(raw, arrays={"iq_mean": iq, "iq_stderr": error * size})


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("kind", ["healthy", "few shots", "low contrast", "outlier"])
def test_values_and_errors_are_the_stock_ones(
    make: Callable[[int], RawData], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = [make(seed) if kind == "healthy" else worse(make(seed), kind, seed) for seed in range(2)]
    row = get(data[0].experiment)
    caught = []

    def spy(*arguments: object, **options: object) -> list:
        found = fit_many(*arguments, **options)  # pyright: ignore
        caught.extend(found)
        return found

    monkeypatch.setattr(f"reson.tools.experiments.{module_of(row.name)}.fit_many", spy)
    row.analyses(data)
    # where several curves are tried, the stock one is the first
    for raw, found in zip(data, caught[: len(data)], strict=True):
        expected = reference(raw)
        assert found.error is None and expected.error is None
        assert errors_apart(found, expected) < TENTH
        assert found.reduced_chi2 == pytest.approx(expected.reduced_chi2, rel=1e-3)
        for mine, theirs in zip(found.series, expected.series, strict=True):
            assert (mine.name, mine.x, mine.y) == (theirs.name, pytest.approx(theirs.x), pytest.approx(theirs.y))
            assert mine.fit_y == pytest.approx(theirs.fit_y, abs=0.1 * float(np.median(mine.y_err)))


def module_of(name: str) -> str:
    elsewhere = {
        "rabi": "fits.rabi_turning",
        "t1": "plain_decay",
        "t2_hahn": "fits.remembering",
        "ramsey_xy": "fits.remembering",
    }
    return elsewhere.get(name, "fits.remembering" if name.startswith("fine") else name)


@pytest.mark.parametrize("make", MAKERS)
def test_a_neighbour_without_a_signal_changes_nothing(make: Callable[[int], RawData]) -> None:
    """Alone or between a flat line, pure noise and values that are no numbers, a qubit's result is the same."""
    good = make(0)
    row = get(good.experiment)
    rng = np.random.default_rng(5)
    if "counts" in good.arrays:
        noise = rng.integers(0, good.shots, len(good.circuits))
        flat, noisy = (np.stack([good.shots - ones, ones], axis=1) for ones in (np.zeros_like(noise), noise))
        bad = [replace(good, arrays={"counts": counts}) for counts in (flat, noisy)]
    else:
        noise = rng.standard_normal((len(good.circuits), 2)).view(complex)[:, 0]
        bad = [replace(good, arrays=good.arrays | {"iq_mean": iq}) for iq in (0 * noise, noise)]
    alone, *_ = row.analyses([good])
    among = row.analyses([bad[0], good, bad[1]])[1]
    assert among.quantities.keys() == alone.quantities.keys()
    for name, quantity in alone.quantities.items():
        assert among.quantities[name].value == pytest.approx(quantity.value, rel=1e-9, abs=1e-12)
        assert (among.quantities[name].stderr or 0) == pytest.approx(quantity.stderr or 0, rel=1e-6)


def test_qubits_with_different_numbers_of_points_are_fitted_together() -> None:
    long, short = decay(0), decay(1)
    short = replace(short, circuits=short.circuits[:17], arrays={"counts": short.arrays["counts"][:17]})
    both = get("t1").analyses([long, short])
    for raw, together in zip((long, short), both, strict=True):
        assert together.quantities == get("t1").analyse(raw).quantities
        assert len(together.series[0].x) == len(raw.circuits)


def test_points_that_are_no_numbers_give_no_fit_and_are_left_out() -> None:
    y = np.exp(-np.arange(12.0))
    y[3] = np.nan
    points = Points(np.arange(12.0), y, np.full(12, 0.1), np.zeros(12, dtype=int))
    sound = replace(points, y=np.exp(-np.arange(12.0)))
    start = {"amp": 1.0, "tau": 1.0, "base": 0.0}
    broken, fitted = fit_many(DECAY, [points, sound], [start, start])
    assert broken.error is not None and len(broken.series[0].x) == 11
    assert fitted.error is None and fitted["tau"].value == pytest.approx(1.0, rel=1e-3)


def test_a_decay_that_is_not_seen_leaves_the_frequency_right() -> None:
    x = np.linspace(0, 4, 41)
    both, part = np.tile(x, 2), np.repeat([0, 1], 41)
    y = 0.5 + 0.45 * np.cos(2 * np.pi * 1.3 * both - np.pi / 2 * part)
    fits = [
        Points(both, y + np.random.default_rng(seed).normal(0, 0.02, 82), np.full(82, 0.02), part) for seed in range(60)
    ]
    start = {"amp": 0.4, "tau": 4.0, "freq": 1.25, "phase": 0.0, "base": 0.5}
    found = fit_many(RAMSEY, fits, [start] * len(fits))
    assert [one.error for one in found] == [None] * len(fits)
    pulls = [(one["freq"].value - 1.3) / (one["freq"].stderr or 0) for one in found]
    assert 0.8 < np.std(pulls) < 1.25


def test_least_squares_of_a_line_is_the_closed_solution() -> None:
    rng = np.random.default_rng(0)
    x, weight = np.linspace(-1, 2, 20), rng.uniform(5, 20, (3, 20))
    y = np.array([[1.0], [-2.0], [0.5]]) * x + 3 + rng.normal(size=(3, 20)) / weight
    free = np.full((3, 2), np.inf)
    found = least_squares(lambda p, _: p[:, :1] * x + p[:, 1:], y, weight, np.zeros((3, 2)), -free, free)
    for row in range(3):
        design = np.stack([x, np.ones(20)], axis=1) * weight[row, :, None]
        covariance = np.linalg.inv(design.T @ design)
        apart = found.parameters[row] - covariance @ design.T @ (weight[row] * y[row])
        assert np.abs(apart / np.sqrt(np.diag(covariance))).max() < 1e-3
        assert found.covariance[row] == pytest.approx(covariance, rel=1e-8)
    assert found.found.all()


def test_bounds_hold_and_what_is_not_determined_is_not_found() -> None:
    x = np.linspace(0, 1, 10)
    y = np.stack([2 * x, 2 * x])

    def curve(p: np.ndarray, sets: np.ndarray) -> np.ndarray:
        return p[:, :1] * x + 0 * p[:, 1:]

    low, high = np.array([[-1.0, -1.0], [-1.0, -1.0]]), np.array([[1.5, 1.0], [5.0, 1.0]])
    found = least_squares(curve, y, np.ones((2, 10)), np.zeros((2, 2)), low, high)
    assert found.parameters[:, 0] == pytest.approx([1.5, 2.0])
    assert not found.found.any()
