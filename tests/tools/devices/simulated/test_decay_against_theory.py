"""Free evolution against the analytic decay."""

from dataclasses import replace

import numpy as np
import pytest

from reson.tools.devices.simulated.superoperators import Idle, superoperators, to_density, to_vector
from reson.tools.devices.simulated.truth import LEVELS

TIMES = np.array([0.0, 1e-9, 1e-6, 10e-6, 40e-6, 100e-6])


def _after_rest(state: np.ndarray, transmon, drive_frequency: float) -> np.ndarray:
    """Density operators (times, LEVELS, LEVELS) after each of the times."""
    gates = [Idle(round(time * 1e12)) for time in TIMES]
    return to_density(superoperators(gates, transmon, drive_frequency) @ to_vector(state))


def test_excited_state_decays_with_t1(transmon):
    cold = replace(transmon, thermal_population=0.0)
    found = _after_rest(np.diag([0, 1.0, 0, 0]).astype(complex), cold, cold.f01)
    assert np.real(found[:, 1, 1]) == pytest.approx(np.exp(-TIMES / cold.t1), abs=1e-10)


def test_level_two_decays_twice_as_fast_through_level_one(transmon):
    cold = replace(transmon, thermal_population=0.0)
    found = _after_rest(np.diag([0, 0, 1.0, 0]).astype(complex), cold, cold.f01)
    survival = np.exp(-TIMES / cold.t1)
    assert np.real(found[:, 2, 2]) == pytest.approx(survival**2, abs=1e-10)
    assert np.real(found[:, 1, 1]) == pytest.approx(2 * survival * (1 - survival), abs=1e-10)


def test_coherence_decays_with_t2_and_turns_with_the_detuning(transmon):
    cold = replace(transmon, thermal_population=0.0)
    plus = np.zeros((LEVELS, LEVELS), dtype=complex)
    plus[:2, :2] = 0.5
    found = _after_rest(plus, cold, cold.f01 - 37e3)
    expected = 0.5 * np.exp(-TIMES / cold.t2 - 2j * np.pi * 37e3 * TIMES)
    assert found[:, 1, 0] == pytest.approx(expected, abs=1e-9)


def test_two_halves_of_a_rest_make_the_whole(transmon):
    half, whole = superoperators([Idle(20_000_000), Idle(40_000_000)], transmon, transmon.f01 + 1e6)
    assert half @ half == pytest.approx(whole, abs=1e-8)
