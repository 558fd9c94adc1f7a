"""Readings of readout resonators: is there a dip in what the feedline transmits, whole and alone?"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success_if_fitted
from reson.agent.reading.lines import SEEN, region, roughness
from reson.records import Outcome, Reading, Status
from reson.tools.experiments.experiment import Analysis

BROAD = 0.5
"""Share of the sweep that a dip may fill at half its depth."""


def read_dip(analysis: Analysis) -> Reading:
    x, y, y_err = arrays(analysis.series[0])
    depth = np.quantile(y, 0.75) - y
    smooth = np.convolve(depth, np.ones(3) / 3, mode="same")[1:-1]
    noise = max(float(np.median(y_err)), roughness(y)) / np.sqrt(3)
    drawn, lowest = has_curve(analysis.series), 1 + int(np.argmax(smooth))
    if smooth[lowest - 1] < SEEN * noise:
        return no_signal(analysis, "no dip stands out of the noise", Outcome.ANOMALOUS)
    below = region(depth, lowest, depth[lowest - 1 : lowest + 2].max() / 2)
    centre, span = float(x[lowest]), float(x[-1] - x[0])
    if below[0] == 0 or below[-1] == len(x) - 1 or x[below[-1]] - x[below[0]] > BROAD * span:
        wanted = (centre - span / 2, centre + span / 2)
        reason = "a flank of the dip lies outside the sweep"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    return success_if_fitted(analysis, "one clear dip inside the sweep")
