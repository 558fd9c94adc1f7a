"""Readings of AllXY: how far the points are from the staircase, and in which pattern."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, fits, has_curve, success_if_fitted
from reson.records import Outcome, Reading, Status
from reson.tools.allxy_pairs import ERRORS, IDEAL, syndromes
from reson.tools.data import Analysis

SMALLEST = 0.25
"""Height of the staircase below which there is none."""
MODERATE, LARGE = 0.02, 0.1
"""Root mean square deviation from the staircase, in units of its height."""
USUAL_PULSE = 32e-9


def read_staircase(analysis: Analysis) -> Reading:
    _, y, y_err = arrays(analysis.series[0])
    drawn = has_curve(analysis.series)
    low, high = float(np.median(y[IDEAL == 0])), float(np.median(y[IDEAL == 1]))
    if high - low < SMALLEST:
        reason = "the pairs that should end in 1 are not read as 1 more often than those that should end in 0"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=drawn)
    away = (y - low) / (high - low) - IDEAL
    noise = y_err / (high - low)
    deviation = float(np.sqrt(max(np.mean(away**2) - np.mean(noise**2), 0.0)))
    if deviation < MODERATE:
        return success_if_fitted(analysis, "the points lie on the staircase")
    status = Status.LARGE_ERROR if deviation > LARGE else Status.MODERATE_ERROR
    if drawn and not fits(analysis):
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "a bent staircase, and the drawn curve misses the points")
    reason = f"the staircase is bent by {deviation:.0%} of its height, as an error of {_pattern(away)} does"
    return answer(status, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)


def _pattern(away: np.ndarray) -> str:
    """The error whose pattern explains most of the deviations."""
    patterns = syndromes(USUAL_PULSE)
    explained = (patterns.T @ away) ** 2 / np.sum(patterns**2, axis=0)
    return {"amplitude": "the amplitude", "detuning": "the frequency", "drag": "DRAG"}[
        ERRORS[int(np.argmax(explained))]
    ]
