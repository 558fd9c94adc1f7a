"""Arcs of ZZ with known zeros: the one nearest to the middle is found, also where the curve only just reaches it."""

from __future__ import annotations

import numpy as np
import pytest

from reson.tools.experiments.coupler_arc import MOST_ERROR, biases, hold_at
from reson.tools.experiments.fits.arc import Arc, Swept, arc_of, quiet_of

CENTRE, HALF = -0.008, 0.3


def measured(bias: np.ndarray, zz: np.ndarray, error: np.ndarray, rest: float = CENTRE) -> Swept:
    """The sweep in which a ZZ (Hz) would show."""
    hold = np.array([hold_at(one) for one in bias])
    turns = 2 * np.pi * hold
    return Swept(bias, np.angle(np.exp(1j * turns * zz)), turns * error, np.ones_like(bias), hold, rest)


def found_in(swept: Swept, beyond: float = 0.0) -> Arc | None:
    return arc_of(swept, quiet_of(swept), beyond)


def arc(zero: float, depth: float, seed: int) -> Arc | None:
    """ZZ with a zero at ``zero`` (in units of the walls), down to ``-depth`` Hz, and up again to the walls."""
    bias = biases(55)
    u = (bias - CENTRE) / HALF
    outer = 0.86
    shape = (u**2 - zero**2) * (u**2 - outer**2)
    zz = depth * shape / abs(((outer**2 - zero**2) / 2) ** 2) + np.where(
        np.abs(u) > 0.9, 2e5 * (np.abs(u) - 0.9) * 10, 0
    )
    error = np.array([2.7e3 if hold_at(one) > 2e-6 else 7.5e3 for one in bias])
    return found_in(measured(bias, zz + np.random.default_rng(seed).normal(0, error), error))


@pytest.mark.parametrize(("zero", "depth"), [(0.22, 28e3), (0.1, 28e3), (0.4, 20e3)])
def test_the_zero_nearest_to_the_middle_is_found(zero: float, depth: float) -> None:
    """Within the reach of the next measurement, 0.06, where an outer zero would lie 0.1 and more away."""
    missed = []
    for seed in range(40):
        found = arc(zero, depth, seed)
        assert found is not None and found.zeros
        missed.append(abs(found.zeros[1] - (CENTRE + HALF * zero)))
    assert max(missed) < 0.075, sorted(missed)[-5:]
    assert np.median(missed) < 0.03


def touching(left: float, seed: int, averaged: float = 1.0, beyond: float = 0.0) -> Arc | None:
    """A ZZ that comes to ``left`` Hz in the middle without a zero there, and crosses zero at 0.8 of the walls."""
    bias = biases(55)
    u = np.abs(bias - CENTRE) / HALF
    zz = (
        left * (1 - (u / 0.8) ** 4)
        - 60e3 * (u / 0.8) ** 4 * (1 - (u / 0.8) ** 2) * 4
        + np.where(u > 0.95, 4e6 * (u - 0.95), 0)
    )
    error = np.array([2.7e3 if hold_at(one) > 2e-6 else 7.5e3 for one in bias]) / np.sqrt(averaged)
    return found_in(measured(bias, zz + np.random.default_rng(seed).normal(0, error), error), beyond)


@pytest.mark.parametrize("left", [-3e3, -5e3, -8e3])
def test_a_middle_that_may_be_zero_or_not_is_no_known_zero(left: float) -> None:
    """The zero at the wall, or an error that reaches there; noise of two sigma may look like a zero."""
    found = [touching(left, seed) for seed in range(40)]
    near = [one for one in found if one is not None and abs(one.zeros[1] - (CENTRE + HALF * 0.8)) > MOST_ERROR]
    assert near and len(found) == 40
    assert sum(one.zero_error < MOST_ERROR for one in near) <= 1


def test_a_zero_that_was_looked_at_is_passed_over() -> None:
    for seed in range(40):
        found = touching(-1e3, seed, averaged=4, beyond=0.1)
        assert found is not None and abs(found.zeros[1] - (CENTRE + HALF * 0.8)) < 0.02


@pytest.mark.parametrize("middle", [20e3, 60e3, 165e3, 200e3])
def test_an_arc_is_found_whatever_the_zz_in_its_middle(middle: float) -> None:
    """It runs away towards half a flux quantum, threefold within a hundredth."""
    bias = biases(55)
    zz = middle - 6e3 * np.expm1((np.abs(bias) / 0.29) ** 2 * 6)
    found = found_in(measured(bias, zz, np.full(len(bias), 2e3)))
    assert found is not None
    zero = 0.29 * np.sqrt(np.log1p(middle / 6e3) / 6)
    assert found.zeros == pytest.approx((-zero, zero), abs=2 * found.zero_error + 0.002)
    assert found.zero_error < 0.02
