"""Readings of plots that are about a qubit and its neighbour."""

from __future__ import annotations

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success_if_fitted
from reson.agent.reading.features import strongest_oscillation, visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

MOST = 0.4
"""Oscillations of a fringe for each of its points from which it may be folded back."""
UNLIKE = 0.3
"""Share of a fringe's variance below which no single oscillation is what it shows."""


def read_zz(analysis: Analysis) -> Reading:
    """Both fringes must be there, each with at least one oscillation and points enough for it."""
    drawn = has_curve(analysis.series)
    found = []
    for series in analysis.series:
        x, y, y_err = arrays(series)
        if not visible(y, y_err):
            return no_signal(analysis, f"{series.name}: the points scatter like noise")
        found.append((float(x[-1]), len(x), strongest_oscillation(x, y)))
    window, points = found[0][:2]
    slowest, fastest = (one(wave.cycles for *_, wave in found) for one in (min, max))
    if slowest < 1.0:
        status = Status.NO_DETUNING if slowest < 0.3 else Status.TOO_FEW_OSC
        reason = f"one fringe has only {slowest:.1f} oscillations: the virtual detuning does not exceed the coupling"
        return answer(status, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    if fastest > MOST * points or min(wave.explained for *_, wave in found) < UNLIKE:
        reason = f"{points / fastest:.1f} points to an oscillation"
        wanted = (0.0, window * 0.2 * points / fastest)
        return answer(Status.TOO_MANY_OSC, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    return success_if_fitted(analysis, f"two clear fringes of {slowest:.1f} and {fastest:.1f} oscillations")
