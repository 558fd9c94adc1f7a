"""Readings of experiments that prepare states and read them: readout error, crosstalk, reset, tomography."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, no_signal, success
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

TOLD_APART = 0.3
"""Difference of P(1) from which two preparations look different."""
ALIKE = 0.2
"""The same of points with errors below a per cent."""
MISREAD = 0.1
"""Share of wrong answers from which a readout is bad."""
LEFT = 0.2
"""Share of the excitation from which a reset has visibly not worked."""

DEPENDS, DEPENDS_MUCH = 0.01, 0.05
"""Change of P(1) with another qubit's state from which there is crosstalk, and from which it is a fault."""
CERTAIN = 4.5
"""Standard errors from which one of many points is no longer a chance deviation."""

MISSED, MISSED_MUCH = 0.1, 0.3
"""Deviation of an expectation value from which a prepared state is visibly not the wanted one."""


def read_readout_error(analysis: Analysis) -> Reading:
    """Points after 0 and 2 pulses should lie at 0, those after 1 and 3 at 1."""
    ground, excited = (np.array(series.y) for series in analysis.series)
    if excited[0] - ground[0] < ALIKE:
        reason = "prepared 1 is read as 1 no more often than prepared 0"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=False)
    drift = max(abs(float(part[-1] - part[0])) for part in (ground, excited))
    if drift > MISREAD:
        reason = "two more pulses change what is read: they do not turn by half a turn"
        return answer(Status.OFF_RESONANCE, Outcome.ANOMALOUS, reason, curve_drawn=False)
    wrong = max(float(ground[0]), float(1 - excited[0]))
    if wrong > MISREAD:
        return answer(Status.LARGE_ERROR, Outcome.SUBOPTIMAL, f"{wrong:.0%} of one state are misread")
    return success(f"both states are read rightly but for {wrong:.1%} at most")


def read_crosstalk(analysis: Analysis) -> Reading:
    """Points should lie at zero: another qubit's state changes nothing."""
    changes = np.concatenate([series.y for series in analysis.series])
    errors = np.concatenate([series.y_err for series in analysis.series])
    if analysis.error is not None:
        return no_signal(analysis, analysis.error)
    certain = np.abs(changes) > CERTAIN * errors
    worst = float(np.max(np.abs(changes[certain]), initial=0.0))
    if worst > DEPENDS_MUCH:
        reason = f"another qubit's state changes what is read by {worst:.0%}"
        return answer(Status.LARGE_ERROR, Outcome.ANOMALOUS, reason, curve_drawn=False)
    if worst > DEPENDS:
        reason = f"another qubit's state changes what is read by {worst:.1%}"
        return answer(Status.MODERATE_ERROR, Outcome.SUBOPTIMAL, reason, curve_drawn=False)
    return success("no other qubit's state changes what is read by a per cent or more")


def read_reset(analysis: Analysis) -> Reading:
    ground, excited = (np.array(series.y) for series in analysis.series)
    contrast = float(excited[0] - ground[0])
    if contrast < TOLD_APART:
        reason = "prepared 1 is read as 1 no more often than prepared 0"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=False)
    left = float(excited[1] - ground[0]) / contrast
    if left > LEFT:
        return answer(Status.LARGE_ERROR, Outcome.SUBOPTIMAL, f"a reset leaves {left:.0%} of the excitation")
    return success("after a reset a prepared 1 reads like a prepared 0")


def read_tomography(analysis: Analysis) -> Reading:
    """The bars of the expectation values should fill their outlines."""
    found, ideal = (np.array(series.y) for series in analysis.series[:2])
    if np.ptp(found) < TOLD_APART:
        return no_signal(analysis, "all bases read the same: a mixed state, or a readout that says nothing")
    missed = float(np.max(np.abs(found - ideal)))
    if missed > MISSED_MUCH:
        reason = f"an expectation value misses the ideal one by {missed:.1f}"
        return answer(Status.LARGE_ERROR, Outcome.ANOMALOUS, reason, curve_drawn=False)
    if missed > MISSED:
        reason = f"an expectation value misses the ideal one by {missed:.2f}"
        return answer(Status.MODERATE_ERROR, Outcome.SUBOPTIMAL, reason, curve_drawn=False)
    return success("the measured bars fill the ideal outlines")
