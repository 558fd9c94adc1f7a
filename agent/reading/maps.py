"""Readings of qubit spectroscopy over drive power."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, has_curve, no_signal, success
from reson.records import Outcome, Reading, Status
from reson.tools.experiments.experiment import Analysis

SEEN = 7.0
"""Height of a line, three points averaged, in units of the map's noise from which it counts."""
BROADER = 1.6
"""Width of the faintest line over the narrowest possible one, a rotation by pi, from which the drive broadens it."""
NARROWEST = 2.6e6
"""Hz: full width at half maximum of the line of the spectroscopy pulse at low power."""


def read_power_map(analysis: Analysis) -> Reading:
    part, drawn = analysis.maps[0], has_curve(analysis.series)
    x, z = np.array(part.x), np.array(part.z)
    noise = 1.4826 * float(np.median(np.abs(np.diff(z, axis=1)))) / np.sqrt(2)
    smooth = np.apply_along_axis(lambda row: np.convolve(row - np.median(row), np.ones(3) / 3, mode="same"), 1, z)
    heights = smooth.max(axis=1)
    seen = np.flatnonzero(heights > SEEN * noise / np.sqrt(3))
    if not len(seen):
        return no_signal(analysis, "no line stands out at any power", Outcome.ANOMALOUS)
    clear = seen[heights[seen] >= heights.max() / 2]
    lowest = int(clear[0])
    width = _width(x, z[lowest] - np.median(z[lowest]))
    if lowest == 0 and (width > BROADER * NARROWEST or _dark_in_the_middle(smooth, int(clear[0]))):
        reason = "the line is broad or split already at the lowest power of the map"
        return answer(Status.AMP_TOO_HIGH, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    if not drawn:
        return answer(Status.NO_SIGNAL, Outcome.ANOMALOUS, "no line was found where one is to see", curve_drawn=False)
    place = float(x[int(np.argmax(smooth[lowest]))])
    if abs(analysis.series[0].fit_x[0] - place) > width:
        reason = "the frequency drawn lies beside the line at the lowest power"
        return answer(Status.AMP_TOO_HIGH, Outcome.SUBOPTIMAL, reason, curve_drawn=True)
    return success("a narrow line at low power, which the drive broadens higher up")


def _width(x: np.ndarray, row: np.ndarray) -> float:
    """Full width at half maximum, from the outermost points above half the height."""
    above = np.flatnonzero(row > row.max() / 2)
    return float(x[above[-1]] - x[above[0]]) + float(x[1] - x[0])


def _dark_in_the_middle(smooth: np.ndarray, row: int) -> bool:
    """Two lobes of similar height: a rotation by two pi leaves the qubit where it was on resonance."""
    line = smooth[row]
    inner = line[1:-1]
    peaks = np.flatnonzero((inner > line[:-2]) & (inner >= line[2:]) & (inner > 0.5 * line.max())) + 1
    return len(peaks) > 1
