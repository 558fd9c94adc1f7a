"""What a run reads of its record for each measurement does not grow with the chip. Counted, not timed."""

from __future__ import annotations

import pytest

from reson.evals.bench_bookkeeping import Cost, runs_of

SIZES = (1, 3, 5)
FIXED = 0.1
"""By how much two equal steps may differ: a verdict that is a review is not written."""


@pytest.fixture(scope="module")
def costs() -> tuple[Cost, ...]:
    return tuple(runs_of(size, ("t1",)) for size in SIZES)


@pytest.mark.parametrize("counted", ["rows", "statements"])
def test_further_qubits_cost_what_the_first_ones_did(costs: tuple[Cost, ...], counted: str) -> None:
    small, middle, large = (getattr(cost, counted) for cost in costs)
    assert large - middle <= (1 + FIXED) * (middle - small), f"{counted} of {SIZES} qubits: {small}, {middle}, {large}"
