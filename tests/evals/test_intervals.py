"""Intervals and tests against numbers that can be looked up or counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reson.evals.intervals import DRAWS, Proportion, Share, holm, mean_interval, pass_hat, proportion, sign_flip


def test_wilson_s_interval_is_that_of_the_textbooks() -> None:
    """Newcombe, Stat. Med. 17, 857 (1998), table I, method 3: 81 of 263 and 15 of 148."""
    many, few = proportion(81, 263), proportion(15, 148)
    assert (many.low, many.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert (few.low, few.high) == pytest.approx((0.0624, 0.1605), abs=1e-4)


def test_an_interval_says_something_at_its_ends() -> None:
    none, every = proportion(0, 20), proportion(20, 20)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(0.1611, abs=1e-4)
    assert every.low == pytest.approx(1 - 0.1611, abs=1e-4)
    nothing = proportion(0, 0)
    assert nothing == Proportion(hits=0, total=0, value=None, low=None, high=None)
    assert str(nothing) == "none counted"
    assert str(proportion(1, 2)) == "1 of 2 (50.0 %, 9.5 to 90.5)"


def test_pass_hat_counts_draws_without_replacement() -> None:
    assert pass_hat(4, 4, 4) == 1.0
    assert pass_hat(3, 4, 4) == 0.0
    assert pass_hat(3, 4, 2) == pytest.approx(3 / 6), "of the six pairs of four runs three hold no failure"
    with pytest.raises(ValueError, match="needs 4 runs"):
        pass_hat(3, 3, 4)


def test_flipping_signs_counts_by_hand() -> None:
    assert sign_flip([0.0, 0.0]) == 1.0
    assert sign_flip([1.0] * 6) == pytest.approx(2 / 64)
    assert sign_flip([1.0, 2.0, -3.0]) == 1.0
    assert sign_flip([1.0, 1.0, -1.0]) == 1.0, "of eight sums six are one away from zero, two are three"
    assert sign_flip([3.0, 1.0]) == pytest.approx(2 / 4), "4 and -4 of 4, 2, -2, -4"
    assert sign_flip([1.0] * 40) == 1 / (DRAWS + 1), "too many to count: drawn, and none is as far"
    assert sign_flip([1.0] * 14) == 2 / 2**14, "fourteen are counted"


def test_repeats_of_a_case_are_no_further_evidence() -> None:
    """Ten cases of four equal repeats, no difference in truth: at 5 % no more than one study in twenty is alarmed."""
    rng = np.random.default_rng(3)
    by_case = rng.choice([-1.0, 0.0, 1.0], (200, 10))
    assert np.mean([sign_flip(list(one)) < 0.05 for one in by_case]) <= 0.06
    assert np.mean([sign_flip(list(np.repeat(one, 4))) < 0.05 for one in by_case]) > 0.15, "which pairing by run does"


def test_holm_is_never_below_the_single_test_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.6, 0.5]) == [1.0, 1.0], "no p-value is above 1"


def test_the_interval_of_a_mean_is_student_s() -> None:
    """0.975 quantile of t with 3 degrees of freedom: 3.1824 (tables)."""
    mean, low, high = mean_interval([0.4, 0.5, 0.5, 0.6])
    half = 3.1824 * math.sqrt(0.02 / 3 / 4)
    assert (mean, low, high) == pytest.approx((0.5, 0.5 - half, 0.5 + half), abs=1e-5)
    assert 0 < low < high < 1, "neither end is cut, so both are Student's"
    assert mean_interval([0.0, 1.0, 1.0, 1.0])[2] == 1.0, "a share cannot exceed 1"
    assert mean_interval([0.5, 0.5, -3.0])[1] == 0.0, "nor lie below 0"
    assert mean_interval([1.0] * 20) == pytest.approx((1.0, 0.8389, 1.0), abs=1e-4)
    assert mean_interval([0.0] * 20) == pytest.approx((0.0, 0.0, 0.1611), abs=1e-4)
    assert mean_interval([0.5]) == pytest.approx((0.5, 0.0, 0.7935), abs=1e-4), "of one value no spread is known"
    assert str(Share.of([0.4, 0.5, 0.5, 0.6])) == "50.0 % (37 to 63)"


def test_student_s_interval_holds_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    held = [low < 0.5 < high for _, low, high in (mean_interval(list(rng.normal(0.5, 0.05, 6))) for _ in range(2000))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
