"""The rule for pairs is that of the frequencies in the table, and says why."""

from __future__ import annotations

import pytest

from reson.agent.expert.pair_rule import PairFit, pair_fit, why_not

UPPER = {"drive_frequency": 5.1e9, "anharmonicity": -300e6}


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        (20e6, PairFit.TOO_CLOSE),
        (60e6, PairFit.TOO_CLOSE),
        (61e6, PairFit.INSIDE),
        (179e6, PairFit.INSIDE),
        (181e6, PairFit.COLLISION),
        (299e6, PairFit.COLLISION),
        (320e6, PairFit.BEYOND),
    ],
)
def test_by_the_distance_of_the_frequencies(apart: float, expected: PairFit) -> None:
    lower = {"drive_frequency": UPPER["drive_frequency"] - apart, "anharmonicity": -250e6}
    assert pair_fit(lower, UPPER) is pair_fit(UPPER, lower) is expected
    assert bool(why_not(lower, UPPER)) is (expected is not PairFit.INSIDE)


def test_the_anharmonicity_that_counts_is_the_upper_qubits() -> None:
    lower = {"drive_frequency": UPPER["drive_frequency"] - 170e6, "anharmonicity": -200e6}
    assert pair_fit(lower, UPPER) is PairFit.INSIDE


def test_what_is_not_known_forbids_nothing() -> None:
    assert pair_fit({}, UPPER) is PairFit.UNKNOWN
    assert why_not({}, UPPER) == ""
