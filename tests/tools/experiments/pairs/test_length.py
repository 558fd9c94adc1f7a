"""The length of a CZ: swaps that whole nanoseconds of wait nearly step over are found, and another length taken."""

from __future__ import annotations

import numpy as np

from reson.evals.true_pair import load_best_cz, lost_by_a_pulse
from reson.tools.experiments.cz_duration import EXPERIMENT
from reson.tools.experiments.fenced import fenced
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
