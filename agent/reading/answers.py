"""How the offline reader words its answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.records import SUPPORTS_THE_VALUE, FitReliability, Outcome, Reading, Seen, Status
from reson.tools.data import Analysis, Series
from reson.tools.verdicts.residuals import chi2_with_tolerance

READER = "offline: computed from the saved data, not from the picture"

MISSED = 6.0
"""Reduced chi2, with 5 % of the span allowed for, from which a drawn curve visibly misses its points."""


def answer(
    status: Status,
    outcome: Outcome,
    reason: str,
    *,
    confidence: float = 0.9,
    suggested_range: tuple[float, float] | None = None,
    curve_drawn: bool = True,
) -> Reading:
    """A reading that is not a success. The fit behind it is unreliable, or there is none; where the curve shows how
    large an error is, and follows the points, it may be relied on.
    """
    drawn = FitReliability.RELIABLE if status in SUPPORTS_THE_VALUE else FitReliability.UNRELIABLE
    return Reading(
        outcome=outcome,
        reliability=drawn if curve_drawn else FitReliability.NO_FIT,
        status=status,
        confidence=confidence,
        reason=reason,
        reader=READER,
        seen=Seen.SAVED_DATA,
        suggested_range=suggested_range,
    )


def success(reason: str, confidence: float = 0.9) -> Reading:
    return Reading(
        outcome=Outcome.EXPECTED,
        reliability=FitReliability.RELIABLE,
        status=Status.SUCCESS,
        confidence=confidence,
        reason=reason,
        reader=READER,
        seen=Seen.SAVED_DATA,
    )


def success_if_fitted(analysis: Analysis, reason: str, confidence: float = 0.9) -> Reading:
    """Success if the drawn curve goes through the points; a clear feature with a curve that misses it is FIT_POOR."""
    if fits(analysis):
        return success(reason, confidence)
    drawn = has_curve(analysis.series)
    problem = "the drawn curve misses the points" if drawn else "no curve is drawn"
    return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, f"{reason}, but {problem}", curve_drawn=drawn)


def fits(analysis: Analysis) -> bool:
    """Whether a curve is drawn and goes through the points."""
    return has_curve(analysis.series) and chi2_with_tolerance(analysis.series, 0, 0.05) <= MISSED


def no_signal(analysis: Analysis, reason: str, outcome: Outcome = Outcome.APPARATUS) -> Reading:
    return answer(Status.NO_SIGNAL, outcome, reason, curve_drawn=has_curve(analysis.series))


def has_curve(all_series: Sequence[Series]) -> bool:
    return any(series.fit_x for series in all_series)


def arrays(series: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and the errors of y as arrays of shape (points,)."""
    return np.array(series.x), np.array(series.y), np.array(series.y_err)
