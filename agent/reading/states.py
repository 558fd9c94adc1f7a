"""Readings of experiments that prepare states and read them: readout error, crosstalk, reset, tomography."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, success
from reson.records import Outcome, Reading, Status
from reson.tools.experiments.experiment import Analysis

TOLD_APART = 0.3
"""Difference of P(1) from which two preparations look different."""
MISREAD = 0.1
"""Share of wrong answers from which a readout is bad."""
LEFT = 0.2
"""Share of the excitation from which a reset has visibly not worked."""


def read_readout_error(analysis: Analysis) -> Reading:
    """Points after 0 and 2 pulses should lie at 0, those after 1 and 3 at 1."""
    ground, excited = (np.array(series.y) for series in analysis.series)
    if excited.mean() - ground.mean() < TOLD_APART:
        reason = "prepared 0 and prepared 1 are read alike"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=False)
    drift = max(abs(float(part[-1] - part[0])) for part in (ground, excited))
    if drift > MISREAD:
        reason = "two more pulses change what is read: they do not turn by half a turn"
        return answer(Status.OFF_RESONANCE, Outcome.ANOMALOUS, reason, curve_drawn=False)
    wrong = max(float(ground[0]), float(1 - excited[0]))
    if wrong > MISREAD:
        return answer(Status.LARGE_ERROR, Outcome.SUBOPTIMAL, f"{wrong:.0%} of one state are misread")
    return success(f"both states are read rightly but for {wrong:.1%} at most")


def read_reset(analysis: Analysis) -> Reading:
    ground, excited = (np.array(series.y) for series in analysis.series)
    contrast = float(excited[0] - ground[0])
    if contrast < TOLD_APART:
        reason = "prepared 0 and prepared 1 are read alike"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=False)
    left = float(excited[1] - ground[0]) / contrast
    if left > LEFT:
        return answer(Status.LARGE_ERROR, Outcome.SUBOPTIMAL, f"a reset leaves {left:.0%} of the excitation")
    return success("after a reset a prepared 1 reads like a prepared 0")
