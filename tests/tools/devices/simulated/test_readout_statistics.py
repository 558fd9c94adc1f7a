"""Readout against the distributions it is drawn from."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from reson.tools.devices.simulated.readout import READOUT_TIME, draw_levels, integrate, readout_of
from reson.tools.devices.simulated.truth import draw_truth

SHOTS = 100_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_levels_are_drawn_with_their_populations(rng):
    populations = np.array([[0.5, 0.3, 0.15, 0.05], [0, 1.0, 0, 0]])
    levels = draw_levels(populations, SHOTS, rng)
    shares = np.stack([(levels == level).mean(axis=1) for level in range(4)], axis=1)
    assert shares == pytest.approx(populations, abs=5 * math.sqrt(0.25 / SHOTS))


def test_a_level_that_lasts_gives_a_gaussian_cloud_at_its_centre(rng, transmon):
    lasting = replace(transmon, t1=1e6, t2=1e6)
    signal = integrate(readout_of([lasting]), np.full((1, SHOTS), 2), 1, rng)[0, :, 0]
    centre = lasting.readout.centres[2]
    assert signal.mean() == pytest.approx(centre, abs=6 / math.sqrt(SHOTS))
    assert [np.real(signal).std(), np.imag(signal).std()] == pytest.approx([1, 1], abs=0.02)
    assert abs(np.mean((signal - centre) ** 2)) < 0.03  # I and Q are independent and equal


def test_decay_during_readout_pulls_the_mean_as_the_formula_says(rng, transmon):
    """Mean share of time in level 1 that decays with rate g: (1 - exp(-g T)) / (g T)."""
    decaying = replace(transmon, t1=1e-6, t2=1e-6, thermal_population=0.0)
    signal = integrate(readout_of([decaying]), np.full((1, SHOTS), 1), 1, rng)[0, :, 0]
    ground, excited = decaying.readout.centres[:2]
    gone = READOUT_TIME / decaying.t1
    share = (1 - math.exp(-gone)) / gone
    assert signal.mean() == pytest.approx(ground + share * (excited - ground), abs=0.03)
    # second moment: variance of min(t, 1) for an exponential t with mean 1, along the g-e axis
    variance = (2 - 2 * (1 + gone) * math.exp(-gone)) / gone**2 - share**2
    assert np.real(signal).var() == pytest.approx(1 + abs(excited - ground) ** 2 * variance, rel=0.02)


def test_jumps_up_and_down_agree_with_the_rate_equation(rng, transmon):
    """Mean signal = sum over levels of centre x mean occupation, which the rate equation of the ladder gives."""
    hot = replace(transmon, t1=1e-6, t2=1e-6, thermal_population=0.3)
    rates = np.zeros((4, 4))
    for level in range(1, 4):
        rates[level - 1, level] = hot.down_rate * level
        rates[level, level - 1] = hot.up_rate * level
    rates -= np.diag(rates.sum(axis=0))
    times = np.linspace(0, READOUT_TIME, 201)
    occupations = np.array([expm(rates * time)[:, 1] for time in times])
    expected = np.trapezoid(occupations @ np.array(hot.readout.centres), times) / READOUT_TIME
    signal = integrate(readout_of([hot]), np.full((1, SHOTS), 1), 1, rng)[0, :, 0]
    assert signal.mean() == pytest.approx(expected, abs=0.05)


def test_a_trace_ends_at_the_iq_point_and_grows_linearly(rng, transmon):
    lasting = replace(transmon, t1=1e6, t2=1e6)
    traces = integrate(readout_of([lasting]), np.ones((1, 20_000), dtype=int), 50, rng)[0]
    steps = np.arange(1, 51) / 50
    assert traces.mean(axis=0) == pytest.approx(lasting.readout.centres[1] * steps, abs=0.05)
    assert np.real(traces).var(axis=0) == pytest.approx(steps, rel=0.06)


@pytest.mark.parametrize("seed", range(5))
def test_drawn_readout_assigns_with_the_intended_fidelity(seed, rng):
    """0.96 to 0.99 with the decay during readout, for perfectly prepared states and the best threshold."""
    for truth in draw_truth(seed, 4).transmons:
        ground, excited = truth.readout.centres[:2]
        readout = readout_of([truth])
        axis = (excited - ground) / abs(excited - ground)
        projected = [
            np.real((integrate(readout, np.full((1, 20_000), level), 1, rng) - ground) * axis.conjugate())
            for level in (0, 1)
        ]
        middle = abs(excited - ground) / 2
        errors = (np.mean(projected[0] > middle) + np.mean(projected[1] < middle)) / 2
        assert 0.96 < 1 - errors - truth.thermal_population < 0.996
