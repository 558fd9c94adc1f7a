"""Generic numeric checks; every experiment's ``check`` is a list of them.

A check that cannot be computed fails: each asks for what it needs and says so when it is missing. Each kind has its
code; an experiment gives another where what is out of range has a remedy of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import Analysis, Past, Series
from reson.tools.verdicts.in_step import CERTAIN, break_of
from reson.tools.verdicts.residuals import chi2_with_tolerance, scatter_significance
from reson.wording import quantity as written

SIGNIFICANCE = 6.0
"""Standard deviations by which data must scatter more than its errors before it counts as a signal."""

LOWEST_CHI2 = 0.15
CHANCE = 5.0
"""Standard deviations that chance may move reduced chi2; one of them is sqrt(2 / degrees of freedom)."""


def fitted(analysis: Analysis, *names: str) -> Check:
    """A fit came out, and every named quantity has a value and an error."""
    missing = [name for name in names if name not in analysis.quantities or analysis.quantities[name].stderr is None]
    if analysis.error is not None:
        return asked("fitted", False, CheckCode.NO_FIT, f"no fit: {analysis.error}")
    return asked("fitted", not missing, CheckCode.NO_FIT, f"no value with an error for {', '.join(missing)}")


def off_bounds(analysis: Analysis) -> list[Check]:
    """Nothing where all parameters of the drawn curves are off their bounds, else one failed check that names them."""
    names = list(dict.fromkeys(name for part in analysis.series for name in part.held))
    message = f"at a bound of the fit: {', '.join(names)}"
    return [asked("parameters off their bounds", False, CheckCode.AT_BOUND, message, Verdict.REVIEW)] if names else []


def within(
    name: str,
    value: float,
    low: float,
    high: float,
    unit: str = "",
    severity: Verdict = Verdict.REJECT,
    code: CheckCode = CheckCode.OUT_OF_RANGE,
) -> Check:
    """low <= value <= high; NaN fails."""
    message = f"{name} = {value:.4g} {unit} is not within {low:.4g} to {high:.4g} {unit}"
    return asked(name, bool(low <= value <= high), code, message, severity)


def inside_sweep(name: str, value: float, low: float, high: float, margin: float, unit: str = "") -> Check:
    """The value lies inside the sweep, away from its edges by ``margin`` (a fraction of the range)."""
    edge = margin * (high - low)
    message = f"{name} = {value:.4g} {unit} lies at the edge of the sweep {low:.4g} to {high:.4g} {unit}"
    inside = bool(low + edge <= value <= high - edge)
    return asked(f"{name} inside the sweep", inside, CheckCode.AT_EDGE, message)


def wide_enough(name: str, value: float, least: float, high: float, unit: str = "") -> Check:
    """least <= value <= high, where ``least`` follows from the steps of the sweep: below, they are too coarse."""
    return within(
        name, value, least, high, unit, code=CheckCode.TOO_COARSE if value < least else CheckCode.OUT_OF_RANGE
    )


def signal(series: Series, name: str = "signal") -> Check:
    """The points scatter about their mean by far more than their errors explain."""
    significance = scatter_significance(np.array(series.y), np.array(series.y_err))
    message = f"no signal: the points scatter like noise ({significance:.1f} sigma, {SIGNIFICANCE:.0f} needed)"
    return asked(name, significance >= SIGNIFICANCE, CheckCode.NO_SIGNAL, message)


def resolved(name: str, quantity: Quantity, floor: float, severity: Verdict = Verdict.REJECT) -> Check:
    """The quantity exceeds ``floor`` times its standard error: a signal-to-noise ratio."""
    ratio = abs(quantity.value) / quantity.stderr if quantity.stderr else 0.0
    message = f"{name} is only {ratio:.1f} times its error, {floor:g} needed"
    return asked(f"{name} above noise", ratio >= floor, CheckCode.UNRESOLVED, message, severity)


def precise(name: str, quantity: Quantity, limit: float) -> Check:
    """The relative error is below ``limit``; above it the value wants a look before it is used."""
    relative = quantity.stderr / abs(quantity.value) if quantity.stderr is not None and quantity.value else np.inf
    message = f"{name} is known to {min(relative, 9.99):.0%} only"
    return asked(f"{name} precise", bool(relative <= limit), CheckCode.IMPRECISE, message, Verdict.REVIEW)


def narrow(name: str, quantity: Quantity, limit: float, unit: str = "", severity: Verdict = Verdict.REJECT) -> Check:
    """The standard error is below ``limit``, in the quantity's own unit."""
    stderr, of = quantity.stderr or np.inf, f" {unit}" if unit else ""
    message = f"{name} is known to {stderr:.2g}{of} only, {limit:.2g}{of} needed"
    return asked(f"error of {name}", stderr <= limit, CheckCode.IMPRECISE, message, severity)


def agrees(name: str, quantity: Quantity, other_name: str, other: Quantity, sigmas: float = 4.0) -> Check:
    """Two ways to the same number lie within ``sigmas`` of their combined errors."""
    spread = float(np.hypot(quantity.stderr or 0.0, other.stderr or 0.0))
    apart = abs(quantity.value - other.value) / spread if spread else np.inf
    message = f"{name} = {quantity.value:.4g} is {apart:.1f} sigma from the {other_name} at {other.value:.4g}"
    return asked(f"{name} at the {other_name}", bool(apart <= sigmas), CheckCode.MISFIT, message, Verdict.REVIEW)


def goodness(analysis: Analysis, parameters: int, tolerance: float, highest: float = 2.5) -> Check:
    """Reduced chi2 within its band: a reason to look, not to reject, because it also judges the error bars.

    The upper end allows for a known model misfit of ``tolerance`` (a fraction of the signal's span), and for chance
    where few degrees of freedom are left; the lower end, asked only of many points, catches errors far too large.
    """
    freedom = max(1, sum(len(part.x) for part in analysis.series if part.fit_x) - parameters)
    high = chi2_with_tolerance(analysis.series, parameters, tolerance)
    low = chi2_with_tolerance(analysis.series, parameters, 0.0)
    too_quiet = freedom >= 10 and low < 1 - CHANCE * (2 / freedom) ** 0.5 and low < LOWEST_CHI2
    code, message = CheckCode.MISFIT, f"the curve misses the data: reduced chi2 = {high:.2f}"
    if too_quiet:
        code, message = CheckCode.TOO_QUIET, f"the data scatter less than their errors: reduced chi2 = {low:.2f}"
    limit = max(highest, 1 + CHANCE * (2 / freedom) ** 0.5)
    return asked("reduced chi2", high <= limit and not too_quiet, code, message, Verdict.REVIEW)


def one_curve(analysis: Analysis, tolerance: float) -> Check:
    """The curve holds from the first point of the sweep to the last, measured one after the other (``in_step``).

    ``tolerance`` as for ``goodness``. What changed is not told apart from a curve of another shape, so it is a review.
    """
    significance, at = break_of(analysis.series, tolerance)
    where = written(float(f"{at:.3g}"), None, analysis.x_axis.unit)
    message = (
        f"what is measured changed during the sweep: from {where} on the points follow another curve"
        f" ({significance:.1f} sigma)"
    )
    return asked("one curve all along", significance <= CERTAIN, CheckCode.UNSTEADY, message, Verdict.REVIEW)


def history(
    name: str, quantity: Quantity, past: Mapping[str, Past], natural: float, sigmas: float = 5.0, relative: bool = True
) -> Check:
    """No jump beyond ``sigmas`` from the last accepted value.

    ``natural`` is the fluctuation that the quantity has without any fault: relative to its value, or in its own unit.
    Of an upper limit only what lies above it jumped.
    """
    last = past.get(name)
    if last is None:
        return asked(f"{name} within history", True, CheckCode.JUMP, "no history", Verdict.REVIEW)
    allowed = natural * abs(last.value) if relative else natural
    spread = float(np.hypot(np.hypot(quantity.stderr or 0.0, last.stderr or 0.0), allowed))
    apart = quantity.value - last.value if last.confidence else abs(quantity.value - last.value)
    jump = max(apart, 0.0) / spread if spread else np.inf
    message = f"{name} jumped from {last.value:.4g} to {quantity.value:.4g} {quantity.unit} ({jump:.1f} sigma)"
    return asked(f"{name} within history", bool(jump <= sigmas), CheckCode.JUMP, message, Verdict.REVIEW)


def asked(name: str, passed: bool, code: CheckCode, message: str, severity: Verdict = Verdict.REJECT) -> Check:
    """A check whose answer is known; ``message``: what is wrong where it fails."""
    told = "ok" if passed else message.strip()
    return Check(name=name, code=code, passed=bool(passed), severity=severity, message=told)
