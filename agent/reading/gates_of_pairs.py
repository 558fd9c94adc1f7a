"""Readings of plots about a pair and its coupler: the arc, phases of flux pulses, what they lose, how the line settles,
the state that a gate makes.

Where phases are read, the series named contrast says with how much trust.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success, success_if_fitted
from reson.agent.reading.benchmarking import read_pairs
from reson.agent.reading.features import visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import CONTRAST, Analysis, Series
from reson.tools.verdicts.residuals import fitted_values

LEAST, KEPT = 0.25, 0.7
"""Contrast below which a phase says nothing, and share of it that is left of a sound gate."""
EDGE = 0.1
"""Share of a sweep at either end of which a curve has not yet turned around."""
STEP = 2.5
"""rad between two points from which a phase cannot be followed."""
ASTRAY = 1.0
"""rad by which a point lies visibly off its line."""
LOSS = 2.5e-3
"""Of one pulse, from which it is visibly bad."""
MISSED = 0.2
"""By which a bar of an expectation value visibly misses its outline."""
FAINT, PURE, BEYOND = 0.15, 0.8, 1.5
"""Sum of squares of the expectation values, over that of a pure state."""
BLURRED = 0.2
"""Error of a bar from which it says nothing."""


def _phases(analysis: Analysis) -> tuple[list[Series], np.ndarray]:
    """The series of phases, and the contrast in the order of x."""
    contrast = next(part for part in analysis.series if part.name.startswith(CONTRAST))
    return [part for part in analysis.series if part is not contrast], np.array(contrast.y)


def _blind(analysis: Analysis) -> Reading | None:
    phases, contrast = _phases(analysis)
    if float(np.quantile(contrast, 0.75)) < LEAST:
        return no_signal(analysis, "hardly any contrast: the phases are noise")
    if not any(visible(*arrays(part)[1:]) for part in phases):
        return no_signal(analysis, "the phase does not move beyond its noise")
    return None


def read_arc(analysis: Analysis) -> Reading:
    """Calm in the middle and running away to both sides."""
    if blind := _blind(analysis):
        return blind
    (phase,), _ = _phases(analysis)
    if not phase.fit_x:
        reason = "the ZZ does not run away on both sides of the range"
        return answer(Status.RANGE_TOO_NARROW, Outcome.ANOMALOUS, reason, curve_drawn=False)
    x, y, error = arrays(phase)
    calm = (x >= min(phase.fit_x)) & (x <= max(phase.fit_x))
    missed = (y[calm] - np.interp(x[calm], phase.fit_x, phase.fit_y)) / error[calm]
    if float(np.median(np.abs(missed))) > 4.0:
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "the drawn curve misses the calm middle")
    return success("calm in the middle, and the ZZ runs away on both sides")


def read_idle(analysis: Analysis) -> Reading:
    if blind := _blind(analysis):
        return blind
    (phase,), _ = _phases(analysis)
    y = np.array(phase.y)
    if y.min() < 0 < y.max():
        return _curves(analysis, [phase], "a smooth line through zero")
    if _turns_around(phase):
        return _curves(analysis, [phase], "a smooth line that turns around before it reaches zero")
    reason = "the ZZ does not cross zero inside the sweep"
    return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, curve_drawn=has_curve(analysis.series))


def _turns_around(zz: Series) -> bool:
    """Whether the drawn curve comes nearest to zero well inside the sweep, and leaves it again on both sides."""
    if not zz.fit_x:
        return False
    x, y = np.array(zz.fit_x), np.abs(np.array(zz.fit_y))
    place = (x[int(np.argmin(y))] - x.min()) / np.ptp(x)
    return bool(EDGE < place < 1 - EDGE)


def read_rise(analysis: Analysis) -> Reading:
    """The conditional phase rises from nothing through pi while the contrast stays."""
    if blind := _blind(analysis):
        return blind
    (phase,), contrast = _phases(analysis)
    y = np.abs(np.array(phase.y))
    drawn = has_curve(analysis.series)
    if y.max() < np.pi or y[:3].mean() > 1.0:
        reason = "the phase does not reach pi" if y.max() < np.pi else "the phase has begun to rise before the sweep"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    crossing = int(np.argmax(y >= np.pi))
    if np.max(np.abs(np.diff(np.array(phase.y)[: crossing + 1]))) > STEP:
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "the phase jumps from point to point", curve_drawn=drawn)
    if np.median(contrast[max(0, crossing - 2) : crossing + 1]) < KEPT * np.median(contrast[:5]):
        return answer(Status.DAMPED, Outcome.ANOMALOUS, "the contrast is lost where the phase reaches pi")
    return success("the phase rises from nothing through pi, and the contrast stays")


def read_lines(analysis: Analysis) -> Reading:
    """Phases that grow straight with the number of gates, or stay where they are: nothing is left of a gate kept up."""
    if float(_phases(analysis)[1].min()) < LEAST:
        return no_signal(analysis, "the contrast is gone at some number of gates")
    return _curves(analysis, _phases(analysis)[0], "phases on straight lines")


def read_settling(analysis: Analysis) -> Reading:
    """Flat, or dying away with the wait; either is a good plot."""
    _, contrast = _phases(analysis)
    if float(np.median(contrast)) < LEAST:
        return no_signal(analysis, "hardly any contrast: the phases are noise")
    return _curves(analysis, _phases(analysis)[0], "phases that follow one curve")


def read_losses(analysis: Analysis) -> Reading:
    """Both losses of at least one length lie low."""
    if analysis.error is not None:
        return no_signal(analysis, analysis.error)
    rows = np.array([part.y for part in analysis.series])
    best = float(rows.max(axis=0).min())
    if best > LOSS:
        reason = f"every length loses more than {LOSS:.2%} to each pulse"
        return answer(Status.LARGE_ERROR, Outcome.ANOMALOUS, reason, curve_drawn=False)
    return success("the losses of one pulse are small")


def read_bell(analysis: Analysis) -> Reading:
    """The bars of XX, YY and ZZ should fill their outlines; what they lack stands in other bars, or is lost."""
    (_, found, error), (_, ideal, _) = map(arrays, analysis.series[:2])
    share = float(found @ found / (ideal @ ideal))
    if not FAINT < share < BEYOND or float(np.median(error)) > BLURRED:
        return no_signal(analysis, "no bar rises, or bars beyond what a state can have: nothing was prepared or read")
    missed = float(np.max(np.abs(found - ideal) - 3 * error))
    if missed < MISSED:
        return success("the bars of XX, YY and ZZ fill their outlines, and the others stay flat")
    if share > PURE:
        reason = f"bars miss their outlines by {missed:.1f} and are no shorter in all: a pure state with wrong phases"
        return answer(Status.MISCALIBRATED, Outcome.ANOMALOUS, reason, curve_drawn=False)
    reason = f"bars fall short of their outlines by {missed:.1f} and no other stands up for it: coherence is lost"
    return answer(Status.LOW_CONTRAST, Outcome.ANOMALOUS, reason, curve_drawn=False)


def _curves(analysis: Analysis, phases: list[Series], reason: str) -> Reading:
    """As ``success_if_fitted``, but that phases which are unwrapped may span any range: none may lie far astray."""
    straight = max(float(np.max(np.abs(fitted_values(part) - part.y))) for part in phases)
    if analysis.y_axis.unit == "" and not straight < ASTRAY:
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, "points lie far from the drawn curves")
    return success_if_fitted(analysis.model_copy(update={"series": tuple(phases)}), reason)


PAIR_READERS: dict[str, Callable[[Analysis], Reading]] = {
    "coupler_arc": read_arc,
    "coupler_idle": read_idle,
    "cz_amplitude": read_rise,
    "cz_duration": read_losses,
    "cz_phase": read_lines,
    "cz_settling": read_settling,
    "cz_frames": read_lines,
    "cz_interleaved_rb": read_pairs,
    "bell_state": read_bell,
}
