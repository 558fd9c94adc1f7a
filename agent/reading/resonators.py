"""Readings of readout resonators: is there a dip, whole and alone; does it move with the qubit and with the power?"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import MISSED, answer, arrays, has_curve, no_signal, success, success_if_fitted
from reson.agent.reading.lines import SEEN, region, roughness
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis
from reson.tools.verdicts.residuals import chi2_with_tolerance

LEAST_DISTANCE = 0.15
"""Distance of the signals of 0 and 1, in depths of the dip, below which they are the same."""
LEAST_FIDELITY = 0.65
SMALL_MISS = 0.02
"""Share of its span by which a fidelity curve may miss its points: its top is flat, and the place of it is asked."""
FLANK = 4.0
"""Errors of a point by which the fidelity must fall towards both ends of a sweep that holds its maximum."""
WHOLE = 0.6
"""Share of what a sweep falls that a dip falls below the lower of its shoulders, if all of it is there."""
CLIPPED = 4
"""Fits of the feedline's own course, each without the points that lie far below the last."""
BROAD = 0.5
"""Share of the sweep that a dip may fill at half its depth."""


def read_dip(analysis: Analysis) -> Reading:
    x, y, y_err = arrays(analysis.series[0])
    depth = np.quantile(y, 0.75) - y
    smooth = np.convolve(depth, np.ones(3) / 3, mode="same")[1:-1]
    noise = max(float(np.median(y_err)), roughness(y)) / np.sqrt(3)
    drawn, lowest = has_curve(analysis.series), 1 + int(np.argmax(smooth))
    if smooth[lowest - 1] < SEEN * noise:
        return no_signal(analysis, "no dip stands out of the noise", Outcome.ANOMALOUS)
    half = depth[lowest - 1 : lowest + 2].max() / 2
    if whole := _between_shoulders(_off_the_feedline(x[1:-1], smooth), noise):
        lowest, height = whole
        half = depth[lowest - 1 : lowest + 2].max() - height / 2
    below = region(depth, lowest, half)
    centre, span = float(x[lowest]), float(x[-1] - x[0])
    if below[0] == 0 or below[-1] == len(x) - 1 or x[below[-1]] - x[below[0]] > BROAD * span:
        wanted = (centre - span / 2, centre + span / 2)
        reason = "a flank of the dip lies outside the sweep"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    return success_if_fitted(analysis, "one clear dip inside the sweep")


def _off_the_feedline(x: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Depth below a cubic through the points that lie highest: what a feedline bends and slopes is taken off."""
    at, high, left = (x - x.mean()) / np.ptp(x), np.ones(len(x), dtype=bool), depth
    for _ in range(CLIPPED):
        left = depth - np.polyval(np.polyfit(at[high], depth[high], 3), at)
        high = left <= np.median(left) + 1.4826 * np.median(np.abs(left - np.median(left)))
    return left


def _between_shoulders(depth: np.ndarray, noise: float) -> tuple[int, float] | None:
    """(point of the sweep, height) of the dip that falls farthest below both its sides; None where that is much less
    than what the whole sweep falls: then a flank is missing."""
    from scipy.signal import find_peaks

    peaks, found = find_peaks(depth, prominence=SEEN * noise)
    if not len(peaks):
        return None
    best = int(np.argmax(found["prominences"]))
    height = float(found["prominences"][best])
    return (1 + int(peaks[best]), height) if height > WHOLE * float(np.ptp(depth)) else None


def read_two_dips(analysis: Analysis) -> Reading:
    """Dips with 0 and 1 prepared, and the distance of the two signals."""
    zero, one, distance = analysis.series
    dips = [read_dip(analysis.model_copy(update={"series": (part,)})) for part in (zero, one)]
    missing = [reading for reading in dips if reading.status in (Status.NO_SIGNAL, Status.RANGE_TOO_NARROW)]
    if missing:
        return missing[0]
    _, apart, errors = arrays(distance)
    smooth = np.convolve(apart, np.ones(3) / 3, mode="same")
    depth = float(np.quantile(zero.y, 0.75) - min(zero.y))
    if smooth.max() < max(SEEN * float(np.median(errors)), LEAST_DISTANCE * depth):
        reason = "both preparations give the same dip: the qubit is not excited, or does not shift its resonator"
        return answer(Status.NO_EXCITATION, Outcome.ANOMALOUS, reason, curve_drawn=has_curve(analysis.series))
    return success_if_fitted(analysis, "two dips, one for each preparation")


def read_power(analysis: Analysis) -> Reading:
    """Fidelity over the amplitude of the readout: a maximum inside the sweep."""
    x, y, y_err = (np.concatenate(parts) for parts in zip(*map(arrays, analysis.series), strict=True))
    drawn = has_curve(analysis.series)
    smooth = np.convolve(np.pad(y, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    best, noise = int(np.argmax(smooth)), float(np.median(y_err))
    if smooth[best] < LEAST_FIDELITY:
        return no_signal(analysis, "0 and 1 are not told apart at any amplitude")
    risen, fallen = smooth[best] - y[0], smooth[best] - y[-1]
    if risen < FLANK * noise or best == 0:
        reason = "the fidelity only falls: every amplitude of the sweep is too strong"
        wanted = (float(x[0]) / 4, float(x[0]) * 2)
        return answer(Status.HIGH_POWER, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    if fallen < FLANK * noise or best == len(y) - 1:
        reason = "the fidelity still rises at the end of the sweep"
        wanted = (float(x[-1]) / 3, min(1.0, float(x[-1]) * 4))
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, suggested_range=wanted, curve_drawn=drawn)
    reason = "the fidelity rises to a maximum and falls again"
    if drawn and chi2_with_tolerance(analysis.series, 0, SMALL_MISS) > MISSED:
        reason = f"{reason}, but the drawn curve misses the points"
        return answer(Status.FIT_POOR, Outcome.SUBOPTIMAL, reason, curve_drawn=True)
    return success_if_fitted(analysis, reason)


def read_punch_out(analysis: Analysis) -> Reading:
    """A dip whose place moves between the weakest and the strongest tones."""
    (part,) = analysis.maps
    x, rows = np.array(part.x), np.array(part.z)
    floor = np.median(rows, axis=1)
    depth, place = floor - rows.min(axis=1), x[np.argmin(rows, axis=1)]
    noise = np.median(np.abs(np.diff(rows, axis=1)), axis=1) * 1.4826 / np.sqrt(2)
    seen = depth > SEEN * noise
    third = len(rows) // 3
    if not seen[:third].any() and not seen[-third:].any():
        return no_signal(analysis, "no dip stands out of the noise", Outcome.ANOMALOUS)
    if not seen[:third].any() or seen.sum() <= third:
        reason = "the dip is there at one end of the powers only"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason)
    weak, strong = float(np.median(place[:third][seen[:third]])), float(np.median(place[seen][-2:]))
    edge = 2 * float(x[1] - x[0])
    if any(not x[0] + edge <= end <= x[-1] - edge for end in (weak, strong)):
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, "the dip leaves the sweep")
    stays = abs(weak - strong) < 1.5 * float(x[1] - x[0])
    if stays and not seen[-third:].any():
        reason = "the dip stays where it is up to the strongest tone that shows it, and others show none"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason)
    if stays:
        reason = "the dip stays where it is at every power: there is no qubit behind this resonator"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason)
    return success("the dip moves from one place at low power to another at high power")
