"""The length of a CZ: swaps that whole nanoseconds of wait nearly step over are found, and another length taken."""

from __future__ import annotations

import numpy as np
import pytest

from reson.evals.true_pair import load_best_cz, lost_by_a_pulse
from reson.records import Quantity
from reson.tools.data import Analysis, Axis
from reson.tools.experiments.cz_duration import EXPERIMENT, durations
from reson.tools.experiments.fenced import fenced
from reson.tools.experiments.proposals import changes
from tests.tools.experiments.pairs.bringing_up import PAIR, opened

SWAPPING = 405
"""Seed of a pair 84 MHz apart that swaps 9.5e-4 at 60 ns and 1e-5 at 56."""


def test_a_length_that_swaps_is_left_for_one_that_does_not() -> None:
    device = opened(SWAPPING).device
    load_best_cz(device, (0, 1))
    assert lost_by_a_pulse(device, (0, 1)) > 8e-4
    row = fenced(EXPERIMENT)
    raw = row.measure(device, {PAIR: row.arguments({}, device.controls()[PAIR])})[PAIR]
    analysis = row.analyse(raw)
    swaps = dict(zip(np.rint(1e9 * np.array(analysis.series[0].x)).tolist(), analysis.series[0].y, strict=True))
    assert swaps[60.0] > 6e-4
    load_best_cz(device, (0, 1), analysis.quantities["cz_duration"].value)
    assert lost_by_a_pulse(device, (0, 1)) < 5e-5


@pytest.mark.parametrize("nanoseconds", range(20, 201))
def test_a_length_in_force_is_tried_as_it_is(nanoseconds: int) -> None:
    """And no other one a rounding away from it."""
    in_force = float(f"{nanoseconds}e-9")
    assert in_force in durations({"middle": in_force, "steps": 2.0, "step": 4e-9})


def test_another_way_to_write_the_value_in_force_is_no_change() -> None:
    axis = Axis(label="x", unit="")
    found = Analysis(
        experiment="cz_duration",
        component=PAIR,
        series=(),
        x_axis=axis,
        y_axis=axis,
        quantities={"cz_duration": Quantity(value=60 * 1e-9, stderr=0.0, unit="s")},
    )
    assert 60 * 1e-9 != 60e-9
    (one,) = changes(found, {"cz_duration": 60e-9}, "cz_duration")
    assert one.new == one.old
    (other,) = changes(found, {"cz_duration": 61e-9}, "cz_duration")
    assert other.new == 60 * 1e-9
