"""Readings of Rabi and Ramsey plots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.agent.reading.answers import answer, arrays, fits, has_curve, no_signal, success_if_fitted
from reson.agent.reading.features import envelope, strongest_oscillation, strongest_rotation, swing, visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

PERIOD_SEEN = 0.9
"""Periods from which a full one counts as visible, with the tolerance of the eye."""
CREST_SEEN = 0.58
"""Periods from which the points lie on both sides of the first crest: a curve that goes through them all tells its
place, also where no sweep holds a whole period, as below the level at which a generator clips."""
MOST_PERIODS = 10.0
FADED, SWOLLEN = 0.67, 1.7
"""Amplitude of the second half over the first: half lost over the whole window, or growing as it does off resonance."""
HIGHER, LOWER = 1.25, 0.45
"""Height of the last third over that of the first crest: above the one it grows, below the other it comes back."""
CERTAIN = 4.0
TWO_CRESTS = 1.8
"""Periods from which both halves of the sweep hold most of one."""
STRETCHES = 8
LEAST_RADIUS = 0.15
"""Root mean square of X + iY from which a fringe is told from its noise point by point."""


def read_rabi(analysis: Analysis) -> Reading:
    """Off resonance an oscillation over the amplitude grows: the stronger the drive, the less its detuning counts."""
    return _read_rabi(analysis, _grows, CREST_SEEN)


def read_rabi_time(analysis: Analysis) -> Reading:
    """Off resonance a longer pulse leaves the qubit where it was: it is too narrow. A decay ends half way up."""
    return _read_rabi(analysis, _comes_back)


def read_rx_sweep(analysis: Analysis) -> Reading:
    """Angles of a gate: every point has as many gates, and the device keeps their frequency."""
    return _read_rabi(analysis, lambda *_: False)


def _read_rabi(
    analysis: Analysis,
    off_resonance: Callable[[np.ndarray, np.ndarray, float, float], bool],
    least: float = PERIOD_SEEN,
) -> Reading:
    series = analysis.series[0]
    x, y, y_err = arrays(series)
    if not visible(y, y_err):
        return no_signal(analysis, "the points scatter like noise over the whole sweep")
    found, drawn = strongest_oscillation(x, y), has_curve(analysis.series)
    periods = found.cycles
    if off_resonance(x, y, float(np.median(y_err)), periods):
        reason = "the crests change from the first to the last as they do off resonance"
        return answer(Status.OFF_RESONANCE, Outcome.ANOMALOUS, reason, curve_drawn=drawn)
    if periods < (least if fits(analysis) else PERIOD_SEEN):
        wanted = (0.0, float(x[-1] * min(1.5 / max(periods, 0.1), 5.0)))
        reason = f"about {periods:.1f} of a period is visible"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    if periods > MOST_PERIODS or (len(x) - 1) / periods < 4 or found.explained < 0.3:
        wanted = (0.0, float(x[-1] * 2 / periods))
        reason = f"about {periods:.0f} periods on {len(x)} points"
        return answer(Status.UNDERSAMPLED, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    ratio = swing(x, y, periods) if periods >= TWO_CRESTS else 1.0
    if ratio < FADED:
        reason = f"the oscillation keeps {ratio:.0%} of its swing in the second half"
        return answer(Status.DAMPED, Outcome.ANOMALOUS, reason, curve_drawn=drawn)
    return success_if_fitted(analysis, f"a clear oscillation of {periods:.1f} periods")


def _grows(x: np.ndarray, y: np.ndarray, noise: float, periods: float) -> bool:
    """The swing grows, or after a crest and a valley the last third stands out above all before it."""
    if periods >= TWO_CRESTS:
        return swing(x, y, periods) > SWOLLEN
    place, height = _heights(x, y)
    crest = int(np.argmax(np.where(place < 0.6, height, -1.0)))
    first, last = float(height[crest]), float(height[place > 2 / 3].max())
    falls = height[crest:].min() < first / 2
    return bool(falls and last > HIGHER * first and last - first > CERTAIN * noise)


def _comes_back(x: np.ndarray, y: np.ndarray, noise: float, periods: float) -> bool:
    """The highest crest is so early that another would have to follow, and nothing like it does."""
    place, height = _heights(x, y)
    highest = int(np.argmax(height))
    return bool(place[highest] < 1 / 3 and height[place > 2 / 3].max() < LOWER * height[highest] - noise)


def _heights(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place in the sweep, 0 to 1, and height above the lowest point, three points averaged."""
    smooth = np.convolve(y, np.ones(3) / 3, mode="valid")
    return ((x - x[0]) / (x[-1] - x[0]))[1:-1], smooth - smooth.min()


def read_ramsey(analysis: Analysis) -> Reading:
    parts = {series.name: series for series in analysis.series}
    (x, real, real_err), (_, imaginary, imaginary_err) = arrays(parts["X"]), arrays(parts["Y"])
    drawn, window = has_curve(analysis.series), float(x[-1])
    together, errors = np.concatenate([real, imaginary]), np.concatenate([real_err, imaginary_err])
    if not visible(together, errors):
        return no_signal(analysis, "both quadratures scatter like noise")
    # both quadratures share one offset, that of the readout; what is left at zero frequency is no detuning
    signal = (real + 1j * imaginary) - (1 + 1j) * together.mean()
    found = strongest_rotation(x, signal)
    cycles = abs(found.cycles)
    strength = envelope(x, signal, found.cycles, STRETCHES)
    noise = float(np.mean(errors))
    if _gone_at_once(signal, noise):
        reason = "the oscillation is gone after the first few points"
        return answer(
            Status.SAMPLING_TOO_COARSE, Outcome.SUBOPTIMAL, reason, suggested_range=(0.0, window / 6), curve_drawn=drawn
        )
    if _follows_no_rotation(signal, strength, noise):
        reason = "the points lie on a circle but follow no frequency that their spacing can tell"
        return answer(
            Status.SAMPLING_TOO_COARSE,
            Outcome.SUBOPTIMAL,
            reason,
            suggested_range=(0.0, window / 10),
            curve_drawn=drawn,
        )
    if cycles < 1.0:
        status = Status.NO_DETUNING if cycles < 0.3 else Status.TOO_FEW_OSC
        wanted = (0.0, window * min(5.0, 4 / max(cycles, 0.5)))
        reason = f"only {cycles:.1f} oscillations in the window"
        return answer(status, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    if cycles > 0.35 * len(x):
        reason = f"{len(x) / cycles:.1f} points to an oscillation"
        return answer(
            Status.TOO_MANY_OSC,
            Outcome.SUBOPTIMAL,
            reason,
            suggested_range=(0.0, window * 6 / cycles),
            curve_drawn=drawn,
        )
    if _beats(strength, noise / np.sqrt(len(x) / STRETCHES)):
        return answer(Status.BEATING, Outcome.ANOMALOUS, "the oscillation fades and comes back", curve_drawn=drawn)
    return success_if_fitted(analysis, f"a clear oscillation of {cycles:.1f} turns in both quadratures")


def _gone_at_once(signal: np.ndarray, noise: float) -> bool:
    """It starts with a visible length, of which less than a quarter is left after an eighth of the window."""
    later = signal[len(signal) // STRETCHES :]
    left = np.sqrt(max(float(np.mean(np.abs(later) ** 2)) - 2 * noise**2, 0.0))
    return bool(abs(signal[0]) > max(0.15, 4 * noise) and left < abs(signal[0]) / 4)


def _follows_no_rotation(signal: np.ndarray, strength: np.ndarray, noise: float) -> bool:
    """Of a visible signal less than half the power turns together, within stretches of a few points each."""
    power = float(np.mean(np.abs(signal) ** 2)) - 2 * noise**2
    together = float(np.mean(strength**2)) - 2 * noise**2 * len(strength) / len(signal)
    return bool(power > max(LEAST_RADIUS, 3 * noise) ** 2 and together < power / 2)


def _beats(strength: np.ndarray, noise: float) -> bool:
    """The envelope has a waist: it falls below half of what it was and of what it becomes again."""
    waist = int(np.argmin(strength[:-1]))
    if waist == 0:
        return False
    before, after = strength[:waist].max(), strength[waist + 1 :].max()
    return bool(after > 2 * strength[waist] + 6 * noise and before > 2 * strength[waist] and after > 0.3 * before)
