"""Drift: a function of seed and time, with the variance and correlation it claims."""

import time

import numpy as np
import pytest

from reson.tools.devices.simulated.drift import CORRELATION_TIMES, fluctuations, truth_at
from reson.tools.devices.simulated.truth import draw_truth
from reson.tools.devices.simulated.wander import GRID

START = 1.7e9


def test_a_value_depends_on_seed_and_time_only():
    later = fluctuations(5, 3, START + 1e6)
    for moment in (START, START + 5e6, START + 3.0):
        fluctuations(5, 3, moment)
    assert np.array_equal(fluctuations(5, 3, START + 1e6), later)
    assert np.array_equal(fluctuations(5, 8, START + 1e6)[:3], later)
    assert not np.array_equal(fluctuations(6, 3, START + 1e6), later)


def test_fluctuations_are_stationary_with_unit_variance():
    """400 independent chips of 5 qubits at two times: the variance of each process is 1 within 5 standard errors."""
    for moment in (START, START + 7.7e6):
        values = np.concatenate([fluctuations(seed, 5, moment) for seed in range(400)])
        assert values.var(axis=0) == pytest.approx(np.ones(3), abs=5 * np.sqrt(2 / 2000))
        assert values.mean(axis=0) == pytest.approx(np.zeros(3), abs=5 / np.sqrt(2000))


@pytest.mark.parametrize("lag", [20 * 60.0, 2 * 3600.0, 6 * 3600.0, 24 * 3600.0])
def test_correlation_falls_off_exponentially(lag):
    pairs = [(fluctuations(seed, 5, START), fluctuations(seed, 5, START + lag)) for seed in range(400)]
    found = np.mean([early * late for early, late in pairs], axis=(0, 1))
    assert found == pytest.approx(np.exp(-lag / CORRELATION_TIMES), abs=5 * np.sqrt(2 / 2000))


def test_paths_are_continuous():
    times = START + np.linspace(0, 4 * GRID, 400)
    path = np.array([fluctuations(1, 1, moment)[0] for moment in times])
    assert np.abs(np.diff(path, axis=0)).max() < 0.05


def test_a_year_later_costs_no_more_than_now():
    started = time.perf_counter()
    for day in range(365):
        fluctuations(1, 5, START + 86400.0 * day)
    assert time.perf_counter() - started < 5  # 365 evaluations; one alone must stay far below a second


def test_t2_follows_t1_and_stays_physical():
    truth = draw_truth(11, 5)
    for hour in range(48):
        for now, drawn in zip(truth_at(truth, START + 3600 * hour).transmons, truth.transmons, strict=True):
            assert now.t2 <= 2 * now.t1
            assert now.dephasing_rate == pytest.approx(drawn.dephasing_rate, abs=1e-3)
            assert abs(now.f01 - drawn.f01) < 60e3
            assert now.anharmonicity == drawn.anharmonicity


def test_a_time_outside_the_chips_life_is_a_bug_and_says_so():
    with pytest.raises(ValueError, match="clock"):
        fluctuations(1, 1, -1.0)
