"""The formulas of the analysis against independent calculations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from reson.tools.devices.envelope import area, envelope, envelope_derivative
from reson.tools.experiments.clouds import discriminate
from reson.tools.experiments.drag import design_beta, phase_rate
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
