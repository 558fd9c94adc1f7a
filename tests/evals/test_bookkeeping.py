"""What a run reads of its record for each measurement does not grow with the chip. Counted, not timed."""

from __future__ import annotations

import itertools
import time

import pytest

from reson.evals.benches.bookkeeping import Cost, runs_of, timed
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import get

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


def test_work_behind_the_fence_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fence asks the row itself: counted twice, work took more than there was and left nothing to bookkeeping."""
    device = open_simulated(5, 1, {}, 1.8e9)
    row = get("t1")
    raw = row.acquire(device, {0: row.arguments({}, device.controls()["q0"])})[0]
    cost, ticks = Cost(), itertools.count()
    with timed(cost):
        monkeypatch.setattr(time, "process_time", lambda: float(next(ticks)))
        row.analyses([raw])
    assert cost.work == 1.0
