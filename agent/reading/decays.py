"""Readings of T1, Hahn echo and randomised benchmarking: did a decay start, and did it end inside the window?"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success_if_fitted
from reson.agent.reading.features import visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

SHORTEST_WINDOW = 1.3
"""Decay times that a window has to hold, to show the floor that the decay runs into."""

SMALLEST_DROP = 0.1
"""Probability by which a decay has to fall to be one."""


def read_decay(analysis: Analysis) -> Reading:
    x, y, y_err = arrays(analysis.series[0])
    if not visible(y, y_err) or np.ptp(y) < SMALLEST_DROP:
        return no_signal(analysis, "the points scatter around one level")
    even = np.interp(np.linspace(x[0], x[-1], len(x)), x, y)  # delays may be spaced by their logarithm
    drawn, floor = has_curve(analysis.series), float(even[len(y) // 2 :].mean())
    if y[0] - floor > 0.1 and y[1] < floor + 0.4 * (y[0] - floor):
        reason = "the signal has dropped between the first two points"
        return answer(
            Status.SAMPLING_TOO_COARSE,
            Outcome.SUBOPTIMAL,
            reason,
            suggested_range=(0.0, float(x[1] - x[0]) * 1.5),
            curve_drawn=drawn,
        )
    lengths = _decay_lengths(even)
    if lengths is None:
        return no_signal(analysis, "the signal does not decay")
    if lengths < SHORTEST_WINDOW:
        wanted = (0.0, float(x[-1]) * 3.5 / max(lengths, 0.35))
        reason = f"the window holds about {lengths:.1f} decay times: the floor is not visible"
        return answer(Status.WINDOW_TOO_SHORT, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    return success_if_fitted(analysis, f"a decay to its floor within {min(lengths, 10):.1f} decay times")


def _decay_lengths(y: np.ndarray) -> float | None:
    """Window in decay times, from the means of its three thirds: their differences fall by exp(-window / 3 tau).

    ``y`` (points,) on even steps.
    """
    first, second, third = (part.mean() for part in np.array_split(y, 3))
    if first <= second:
        return None
    ratio = (second - third) / (first - second)
    return float(np.clip(-3 * np.log(max(ratio, 1e-3)), 0.0, 20.0))


def read_benchmarking(analysis: Analysis, smallest: float = SMALLEST_DROP) -> Reading:
    """``smallest``: height from which a survival is one, and not the level of a readout that tells nothing."""
    x, y, y_err = arrays(analysis.series[0])
    height = y - 0.5  # half of the sequences end in 1: the floor is one half
    if not visible(y, y_err) or height[0] < smallest:
        return no_signal(analysis, "the survival does not start high and decay")
    left = height[-1] / height[0]
    drawn = has_curve(analysis.series)
    if left > 0.6:
        wanted = (1.0, float(x[-1]) * 1.6 / max(-np.log(min(left, 0.98)), 0.1))
        reason = f"{left:.0%} of the height is left at the longest sequence"
        return answer(Status.WINDOW_TOO_SHORT, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    if height[1] < 0.15 * height[0]:
        reason = "the survival has dropped to its floor at the second length"
        return answer(
            Status.FIT_POOR, Outcome.SUBOPTIMAL, reason, suggested_range=(1.0, float(x[1])), curve_drawn=drawn
        )
    return success_if_fitted(analysis, f"the survival decays to {left:.0%} of its height")
