"""Readings of drive line maps: does one line alone stand out?"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, success
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

SEEN = 7.0
"""Response in units of its error from which it is seen."""
RIVAL = 0.4
"""Share of the largest response from which another one counts beside it."""


def read_drive_lines(analysis: Analysis) -> Reading:
    _, change, error = arrays(analysis.series[0])
    largest, *rest = sorted(change, reverse=True)
    if largest < SEEN * np.median(error):
        return answer(Status.NO_SIGNAL, Outcome.ANOMALOUS, "no line moves the signal", curve_drawn=False)
    if rest and rest[0] > RIVAL * largest:
        reason = "more than one line moves the signal"
        return answer(Status.MULTIPLE_PEAKS, Outcome.ANOMALOUS, reason, curve_drawn=False)
    return success("one line alone moves the signal")
