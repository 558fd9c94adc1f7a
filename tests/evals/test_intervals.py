"""Intervals and tests against numbers that can be looked up or counted by hand."""

from __future__ import annotations

import pytest

from reson.evals.intervals import holm, mcnemar, mean_interval, pass_hat, proportion, signed_rank


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
    assert proportion(0, 0).value is None


def test_pass_hat_counts_draws_without_replacement() -> None:
    assert pass_hat(4, 4, 4) == 1.0
    assert pass_hat(3, 4, 4) == 0.0
    assert pass_hat(3, 4, 2) == pytest.approx(3 / 6), "of the six pairs of four runs three hold no failure"
    with pytest.raises(ValueError, match="needs 4 runs"):
        pass_hat(3, 3, 4)


def test_mcnemar_is_a_fair_coin() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 / 64)
    assert mcnemar(5, 5) == 1.0


def test_signed_rank_of_few_pairs_is_exact() -> None:
    assert signed_rank([0.0, 0.0]) == 1.0
    assert signed_rank([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(2 / 64)


def test_holm_is_never_below_the_single_test_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_the_interval_of_a_mean_is_student_s() -> None:
    mean, low, high = mean_interval([0.0, 1.0, 1.0, 1.0])
    assert (mean, high) == (0.75, 1.0)
    assert low == pytest.approx(max(0.0, 0.75 - 3.1824 * 0.25))
    assert mean_interval([1.0] * 20)[1] == pytest.approx(0.8389, abs=1e-4)
