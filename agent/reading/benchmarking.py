"""Readings of the variants of randomised benchmarking: every curve must decay, and far enough to be told."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import MISSED, answer, arrays, has_curve, no_signal, success, success_if_fitted
from reson.agent.reading.decays import SMALLEST_DROP, read_benchmarking
from reson.agent.reading.features import visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis
from reson.tools.verdicts.residuals import chi2_with_tolerance

LEAKS = 0.1
"""Population of level 2 from which a pulse leaks badly: relaxation keeps a good one's at a per cent."""
PAIR_FLOOR = 0.25
TOO_LITTLE = 0.85
"""Share of a pair's height that may be left: its floor is known, so that it need not be seen."""
BLURRED = 0.05
"""Error of a population from which the three levels are not told apart."""


def read_each_decay(analysis: Analysis) -> Reading:
    """Interleaved and purity benchmarking: the worst of the curves speaks for all."""
    for series in analysis.series:
        smallest = 2 * SMALLEST_DROP**2 if series.name == "purity" else SMALLEST_DROP  # that of a survival, squared
        reading = read_benchmarking(analysis.model_copy(update={"series": (series,)}), smallest)
        if reading.status is not Status.SUCCESS:
            return reading.model_copy(update={"reason": f"{series.name}: {reading.reason}"})
    return success_if_fitted(analysis, "every curve decays towards one half")


def read_leakage(analysis: Analysis) -> Reading:
    _, population, error = arrays(analysis.series[0])
    if not has_curve(analysis.series) or float(np.median(error)) > BLURRED:
        return no_signal(analysis, "the population of level 2 cannot be told")
    if chi2_with_tolerance(analysis.series, 0, 0.05) > MISSED:
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "the drawn curve misses the points")
    highest = float(np.max(population))
    if highest > LEAKS:
        return answer(Status.LARGE_ERROR, Outcome.ANOMALOUS, f"level 2 fills up to {highest:.0%}")
    return success(f"level 2 holds {max(highest, 0.0):.1%} at most, and the curve follows")


def read_pairs(analysis: Analysis) -> Reading:
    """Layer fidelity: the survival of every pair starts high and falls, further than its noise."""
    for series in analysis.series:
        x, survival, error = arrays(series)
        height = survival - PAIR_FLOOR
        if not visible(survival, error) or height[0] < SMALLEST_DROP:
            return no_signal(analysis, f"{series.name}: the survival does not start high and decay")
        left = float(height[-1] / height[0])
        if left > TOO_LITTLE:
            wanted = (1.0, float(x[-1]) / max(-np.log(min(left, 0.98)), 0.1))
            reason = f"{series.name}: {left:.0%} of the height is left at the longest sequence"
            return answer(Status.WINDOW_TOO_SHORT, Outcome.SUBOPTIMAL, reason, suggested_range=wanted)
    return success_if_fitted(analysis, "the survival of every pair decays")
