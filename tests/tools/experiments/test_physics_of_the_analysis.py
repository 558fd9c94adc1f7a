"""The formulas of the analysis against independent calculations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from reson.components import Qubit
from reson.evals.best_readout import best_readout
from reson.evals.verdicts.pulses import best_amplitude
from reson.tools.data import RawData
from reson.tools.devices.envelope import area, envelope, envelope_derivative
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.drag import design_beta, phase_rate
from reson.tools.experiments.fits.clouds import discriminate
from reson.tools.experiments.standard_rb import coherence_limit

X, Y, Z = (np.array(m, dtype=complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]))


@pytest.mark.parametrize("duration", [16e-9, 32e-9])
def test_phase_rate_against_a_two_level_propagation(duration: float) -> None:
    """A small quadrature on an ideal two-level qubit; the pair X, Z, X, Z turns by twice the angle of one pulse."""
    beta, steps = 1e-12, 4000
    time = (np.arange(steps) + 0.5) * duration / steps
    pulse = np.eye(2, dtype=complex)
    scale = np.pi / area(duration)
    for g, slope in zip(envelope(time, duration), envelope_derivative(time, duration), strict=True):
        pulse = expm(-0.5j * scale * (g * X + beta * slope * Y) * duration / steps) @ pulse
    pair = Z @ pulse @ Z @ pulse
    angle = 2 * np.arccos(np.clip(abs(np.trace(pair)) / 2, 0, 1))
    assert angle == pytest.approx(2 * beta * phase_rate(duration), rel=1e-3)


def test_design_beta_is_theory_s() -> None:
    assert design_beta(-300e6) == pytest.approx(0.2653e-9, rel=1e-3)


def test_coherence_limit_of_a_short_gate() -> None:
    """To first order in t the formula is t (2 / T2 + 1 / T1) / 6."""
    assert coherence_limit(100e-6, 80e-6, 32e-9) == pytest.approx(32e-9 * (2 / 80e-6 + 1 / 100e-6) / 6, rel=1e-3)


def test_discrimination_of_two_gaussians() -> None:
    centres, sigma, shots = (3 - 1j, 0.5 + 2j), 0.8, 4000
    angle = np.angle(centres[1] - centres[0])
    threshold = (np.mean(centres) * np.exp(-1j * angle)).real
    pulls = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        noise = sigma * (rng.normal(size=(2, shots)) + 1j * rng.normal(size=(2, shots)))
        found = discriminate(np.array(centres)[:, None] + noise)
        pulls.append([(found.angle - angle) / found.angle_err, (found.threshold - threshold) / found.threshold_err])
    assert np.abs(np.mean(pulls, axis=0)).max() < 0.6
    assert np.std(pulls, axis=0) == pytest.approx([1, 1], abs=0.35)


@pytest.mark.parametrize("decayed", [0.0, 0.3])
def test_shots_that_decay_during_the_readout_move_no_threshold(decayed: float) -> None:
    """Two clouds 5 widths apart and, from preparation 1, shots spread evenly between them."""
    rng, shots, found = np.random.default_rng(7), 5000, []
    for _ in range(8):
        centre = np.where(rng.random(shots) < decayed, rng.random(shots), 1.0)
        iq = 5 * np.stack([np.zeros(shots), centre]) + rng.standard_normal((2, shots, 2)).view(complex)[..., 0]
        found.append(discriminate(iq))
    spread = found[0].threshold_err
    assert np.mean([one.threshold for one in found]) == pytest.approx(2.5, abs=2 * spread)
    assert np.mean([one.mixture.shares[1][1] for one in found]) == pytest.approx(decayed, abs=0.02)
    assert np.mean([one.mixture.preparation_error for one in found]) == pytest.approx(0.0, abs=0.01)


def test_a_pulse_that_falls_short_shows_as_a_failed_preparation() -> None:
    rng, shots = np.random.default_rng(8), 5000
    centre = np.stack([np.zeros(shots), 5.0 * (rng.random(shots) < 0.9)])
    found = discriminate(centre + rng.standard_normal((2, shots, 2)).view(complex)[..., 0])
    assert found.mixture.preparation_error == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("duration", [24e-9, 32e-9])
def test_rabi_is_right_in_spite_of_the_third_level(duration: float) -> None:
    """Against the amplitude at which the true Hamiltonian turns the qubit by pi."""
    device = open_simulated(31, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    device.load({"q0": {"drive_frequency": truth.f01, "pulse_duration": duration} | best_readout(truth)})
    best = best_amplitude(truth, "x", 0.0, duration)
    row = get("rabi")
    arguments = row.arguments({"max_amplitude": min(1.0, 2.8 * best), "shots": 10_000}, device.controls()["q0"])
    found = row.analyse(row.acquire(device, {0: arguments})[0]).quantities["x_amplitude"]
    # the third level has a cloud of its own, which bends the curve: chi2 scales the error up
    assert found.stderr is not None and found.stderr < 5e-3 * best
    assert abs(found.value - best) < 3 * found.stderr


def test_an_error_of_the_sx_before_is_not_taken_for_the_x_gates() -> None:
    """P(1) after an SX that turns 50 mrad too far and n X gates that turn 4 mrad too far."""
    n = np.arange(1, 26)
    p1 = np.concatenate([[0.02, 0.98], 0.5 + 0.48 * np.cos((np.pi + 0.004) * n - np.pi / 2 + 0.05)])
    metadata = [{"xval": k, "series": "spam-cal"} for k in (0, 1)] + [{"xval": int(k), "series": 1} for k in n]
    ones = np.rint(1500 * p1).astype(int)
    counts = np.stack([1500 - ones, ones], axis=1)
    controls = {"x_amplitude": 0.35}
    raw = RawData("fine_x_amplitude", Qubit(0), {}, controls, 1500, metadata, {"counts": counts}, 0.0, 1.0)
    found = get("fine_x_amplitude").analyse(raw).quantities["x_angle_error"]
    assert found.value == pytest.approx(0.004, abs=0.5e-3)
    assert found.stderr is not None and found.stderr < 2e-3
