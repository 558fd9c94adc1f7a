"""Readings of Ramsey fringes over a long window, with their spectrum, and of the fine frequency."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success_if_fitted
from reson.agent.reading.features import strongest_oscillation, swing, visible
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis
from reson.tools.spectrum import amplitude_spectrum, even

SECOND_LINE = 0.35
"""Height of a second line of the spectrum, in units of the first, from which there are two."""
VALLEY = 0.7
"""Height of the valley between two lines, in units of the lower, up to which they are two."""
CLEAR = 6.0
"""Height of a line in standard deviations of the spectrum's noise from which it counts."""
UNDERSHOOT = 0.15
"""How far a trace passes the level at which it ends, in units of its fall, from which it is part of a fringe."""
STILL_SWINGING = 0.7
"""Amplitude of the second half over the first from which the decay is not seen."""
QUARTER = 0.11
"""Turns by which one wait may differ from a quarter turn before the drive is far off."""


def read_trace(analysis: Analysis) -> Reading:
    """One quadrature of Ramsey fringes: how many, do they decay, and is there one frequency?"""
    x, y, y_err = arrays(analysis.series[0])
    drawn, window = has_curve(analysis.series), float(x[-1])
    if not visible(y, y_err):
        return no_signal(analysis, "the points scatter like noise over the whole window")
    if _gone_at_once(y, float(np.mean(y_err))):
        reason = "the fringes are gone after the first few points"
        wanted = (0.0, window / 6)
        return answer(Status.SAMPLING_TOO_COARSE, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    cycles = strongest_oscillation(x, y).cycles
    if cycles < 1.0:
        status = Status.TOO_FEW_OSC if _undershoots(y) else Status.NO_DETUNING
        reason = "less than an oscillation" if status is Status.TOO_FEW_OSC else "a decay without a fringe"
        return answer(status, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    if cycles > 0.35 * len(x):
        reason = f"{len(x) / cycles:.1f} points to an oscillation"
        return answer(Status.TOO_MANY_OSC, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    lines = spectral_lines(x, y, y_err) if even(x) else []  # else side lobes look like lines; the fit tells them
    if len(lines) > 1:
        reason = f"two lines in the spectrum, {abs(lines[1] - lines[0]) * window:.1f} oscillations apart"
        return answer(Status.BEATING, Outcome.ANOMALOUS, reason, curve_drawn=drawn)
    left = swing(x, y, cycles)
    if cycles >= 2 and left > STILL_SWINGING:
        reason = f"the second half of the window keeps {left:.0%} of the swing of the first"
        return answer(
            Status.WINDOW_TOO_SHORT, Outcome.SUBOPTIMAL, reason, suggested_range=(0.0, 3 * window), curve_drawn=drawn
        )
    return success_if_fitted(analysis, f"one frequency, {cycles:.1f} oscillations that decay in the window")


def spectral_lines(x: np.ndarray, y: np.ndarray, y_err: np.ndarray) -> list[float]:
    """Frequencies of the lines that stand apart in the spectrum, the strongest first."""
    frequency, amplitude = amplitude_spectrum(x, y)
    noise = float(np.mean(y_err)) * np.sqrt(2 / len(y))
    inner = amplitude[1:-1]
    peaks = np.flatnonzero((inner > amplitude[:-2]) & (inner >= amplitude[2:])) + 1
    peaks = peaks[np.argsort(-amplitude[peaks])]
    found: list[int] = []
    for peak in peaks:
        height = amplitude[peak]
        if height < CLEAR * noise or (found and height < SECOND_LINE * amplitude[found[0]]):
            break
        if all(amplitude[slice(*sorted((peak, other)))].min() < VALLEY * height for other in found):
            found.append(int(peak))
    return [float(frequency[peak]) for peak in found]


def _gone_at_once(y: np.ndarray, noise: float) -> bool:
    """It starts far from where it ends, and between an eighth and a third of the window less than a sixth is left."""
    floor = float(y[len(y) // 2 :].mean())
    later = y[len(y) // 8 : len(y) // 3] - floor
    left = np.sqrt(max(2 * float(np.mean(later**2)) - 2 * noise**2, 0.0))
    return bool(abs(y[0] - floor) > max(0.15, 4 * noise) and left < abs(y[0] - floor) / 6)


def _undershoots(y: np.ndarray) -> bool:
    """On its way from where it starts it passes the level at which it ends, which a decay alone does not."""
    eighth = len(y) // 8
    smooth = np.convolve(y, np.ones(eighth) / eighth, mode="valid")
    fall = smooth - smooth[-1]
    return bool(np.min(fall * np.sign(fall[0])) < -UNDERSHOOT * abs(fall[0]))


def read_fine_frequency(analysis: Analysis) -> Reading:
    """Four points to an oscillation where the drive is right; more or fewer where it is off."""
    x, y, y_err = arrays(analysis.series[0])
    if not visible(y, y_err):
        return no_signal(analysis, "the points do not depend on the number of waits")
    found = strongest_oscillation(x, y)
    turn = found.cycles / float(x[-1] - x[0])
    if abs(turn - 0.25) > QUARTER:
        reason = f"each wait turns by {turn:.2f} of a circle where a quarter is meant"
        return answer(Status.LARGE_ERROR, Outcome.SUBOPTIMAL, reason, curve_drawn=has_curve(analysis.series))
    return success_if_fitted(analysis, "close to a quarter turn for each wait, as it is meant")
