"""Where fits start: near the truth, also where the signal stands still or has died away."""

from __future__ import annotations

import numpy as np
import pytest

from reson.tools.experiments.fits.starts import (
    benchmarking_start,
    decay_start,
    fine_angle_start,
    rabi_start,
    ramsey_start,
)


@pytest.mark.parametrize("turns", [-9.0, -2.3, -0.4, 0.0, 0.3, 1.0, 6.7, 15.0])
@pytest.mark.parametrize("decay", [0.08, 1.0, 30.0])
@pytest.mark.parametrize("base", [0.42, 0.5])
def test_ramsey_starts_within_half_a_turn(turns: float, decay: float, base: float) -> None:
    x = np.linspace(0, 1, 41)
    both, part = np.tile(x, 2), np.repeat([0, 1], 41)
    rng = np.random.default_rng(3)
    y = base + 0.4 * np.exp(-both / decay) * np.cos(2 * np.pi * turns * both - np.pi / 2 * part)
    found = ramsey_start(both, y + rng.normal(0, 0.01, 82), part)
    assert abs(found["freq"] - turns) < 0.5 / min(decay, 1.0)


@pytest.mark.parametrize("periods", [0.3, 1.4, 7.0, 20.0])
def test_rabi_starts_at_its_frequency_and_sign(periods: float) -> None:
    x = np.linspace(0, 0.6, 51)
    found = rabi_start(x, 0.1 - 0.5 * np.cos(2 * np.pi * periods * x / 0.6))
    assert found["freq"] * 0.6 == pytest.approx(periods, abs=0.03)
    assert found["amp"] == pytest.approx(-0.5, rel=0.1)


@pytest.mark.parametrize("tau", [2.0, 20.0, 90.0])
def test_decays_start_at_their_time(tau: float) -> None:
    x = np.linspace(0, 100, 41)
    found = decay_start(x, 0.1 + 0.8 * np.exp(-x / tau))
    assert found["tau"] == pytest.approx(tau, rel=0.05)
    lengths = np.array([1.0, 300.0, 900.0, 2500.0])
    alpha = benchmarking_start(lengths, 0.5 + 0.45 * 0.9995**lengths, 0.5)["alpha"]
    assert 1 - alpha == pytest.approx(5e-4, rel=0.05)


@pytest.mark.parametrize("error", [-0.3, -0.01, 0.0, 0.08])
def test_fine_angle_starts_at_its_error(error: float) -> None:
    n = np.concatenate([[0, 1], np.arange(1, 14)])
    calibration = np.arange(15) < 2
    y = 0.5 + 0.45 * np.where(calibration, 2 * n - 1, np.cos((np.pi + error) * n - np.pi / 2))
    found = fine_angle_start(n, y, calibration, np.pi, np.pi / 2)
    assert found["d_theta"] == pytest.approx(error, abs=0.003)
    assert found["amp"] == pytest.approx(0.9, rel=0.02)
