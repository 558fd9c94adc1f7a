"""The checks that T1 and T2 share: an exponential decay, seen from its top to its floor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reson.records import Check, CheckCode, Verdict
from reson.tools.data import Analysis, Past, Values
from reson.tools.experiments.fits.processing import SHARE
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

SURE = 2.5
"""Standard errors of a drift from which it is one."""
OF_ITS_RANGE = (0.6, 1.1)
"""Height of a decay in units of the range of its points: noise widens the range, a short window narrows it."""


def decay_checks(
    analysis: Analysis,
    name: str,
    parameters: Values,
    history: Mapping[str, Past],
    contrast: tuple[float, float],
    full: float,
) -> list[Check]:
    """``name`` is the decay time's quantity, ``contrast`` the band in which the decay's height raises no question
    unless the readout is known to be bad, ``full`` its height through a readout without errors.
    """
    fitted = checks.fitted(analysis, name, "contrast", "floor")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found, window = analysis.quantities, parameters["max_delay"]
    low, high = contrast
    if analysis.y_axis == SHARE:
        low, high = OF_ITS_RANGE
    else:
        low = least_height(low, full, history)
    step = window / (parameters["points"] - 1)
    tau = found[name]
    return [
        fitted,
        checks.signal(analysis.series[0]),
        checks.within(name, tau.value, 1e-7, 1e-2, "s"),
        checks.within(f"{name} over the step of the sweep", tau.value / step, 1.5, np.inf),
        checks.within(f"{name} over the window", tau.value / window, 0.0, 1.5),
        checks.within(f"{name} over the window", tau.value / window, 0.0, 1.0, severity=Verdict.REVIEW),
        checks.within("height of the decay", found["contrast"].value, low / 2, 1.2),
        checks.within("height of the decay", found["contrast"].value, low, high, severity=Verdict.REVIEW),
        checks.resolved("height of the decay", found["contrast"], 8.0),
        checks.resolved(name, tau, 3.0),
        checks.precise(name, tau, 0.15),
        checks.goodness(analysis, parameters=3, tolerance=0.01),
        checks.one_curve(analysis, tolerance=0.0 if analysis.y_axis == SHARE else 0.01),
        checks.history(name, tau, history, natural=0.25),
        *_level(analysis),
    ]


def _level(analysis: Analysis) -> list[Check]:
    """That the level of averaged IQ stood still, where the data ask for a slope of it; nothing where they do not."""
    drift = analysis.quantities.get("drift")
    if drift is None:
        return []
    stood = abs(drift.value) <= SURE * (drift.stderr or 0.0)
    message = f"the level of the signal moved during the sweep, by {abs(drift.value):.0%} of its range: what it did is"
    message += " not known beyond a straight line"
    return [checks.asked("level along the sweep", stood, CheckCode.UNSTEADY, message, Verdict.REVIEW)]


def against_twice_t1(analysis: Analysis, name: str, history: Mapping[str, Past]) -> list[Check]:
    """That a decay of a superposition takes no longer than 2 T1, where T1 is known; it fluctuates by tens of per cent
    between the two measurements.
    """
    if name not in analysis.quantities or "t1" not in history:
        return []
    found = analysis.quantities[name]
    limit = 2 * history["t1"].value * 1.3 + 3 * (found.stderr or 0.0)
    return [checks.within(f"{name} against 2 T1", found.value, 0.0, limit, "s", Verdict.REVIEW, CheckCode.BEYOND_T1)]
