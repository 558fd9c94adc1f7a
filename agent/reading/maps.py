"""Readings of qubit spectroscopy over drive power."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, has_curve, no_signal, success
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

SEEN = 7.0
"""Height of a line, three points averaged, in units of the map's noise from which it counts."""
BROADER = 1.5
"""Width of the line over the narrowest from which the drive has broadened it."""
NARROWEST = 3.3e6
"""Hz: full width at half maximum of the spectroscopy pulse's line at low power, three points averaged."""


def read_power_map(analysis: Analysis) -> Reading:
    part, drawn = analysis.maps[0], has_curve(analysis.series)
    x, z = np.array(part.x), np.array(part.z)
    noise = 1.4826 * float(np.median(np.abs(np.diff(z, axis=1)))) / np.sqrt(2)
    smooth = np.apply_along_axis(lambda row: np.convolve(row - np.median(row), np.ones(3) / 3, mode="same"), 1, z)
    heights = smooth.max(axis=1)
    seen = np.flatnonzero(heights > SEEN * noise / np.sqrt(3))
    if not len(seen):
        return no_signal(analysis, "no line stands out at any power", Outcome.ANOMALOUS)
    lowest = int(next(row for row in seen if heights[row] >= heights.max() / 2))
    width = _width(x, smooth[lowest])
    if lowest == 0 or width > BROADER * NARROWEST or _split(smooth[lowest]):
        reason = "the line is broad or split already at the lowest power that shows it"
        return answer(Status.AMP_TOO_HIGH, Outcome.SUBOPTIMAL, reason, curve_drawn=drawn)
    if not drawn:
        return answer(Status.NO_SIGNAL, Outcome.ANOMALOUS, "no line was found where one is to see", curve_drawn=False)
    place = float(x[int(np.argmax(smooth[lowest]))])
    if abs(analysis.series[0].fit_x[0] - place) > width:
        reason = "the frequency drawn lies beside the line at the lowest power"
        return answer(Status.AMP_TOO_HIGH, Outcome.SUBOPTIMAL, reason, curve_drawn=True)
    return success("a narrow line at low power, which the drive broadens higher up")


def _width(x: np.ndarray, line: np.ndarray) -> float:
    """Full width at half of the highest point, interpolated."""
    peak, half = int(np.argmax(line)), float(line.max()) / 2
    low = next((k for k in range(peak, 0, -1) if line[k - 1] < half), 0)
    high = next((k for k in range(peak, len(line) - 1) if line[k + 1] < half), len(line) - 1)
    edges = [float(x[low]), float(x[high])]
    if low > 0:
        edges[0] -= float((x[low] - x[low - 1]) * (line[low] - half) / (line[low] - line[low - 1]))
    if high < len(line) - 1:
        edges[1] += float((x[high + 1] - x[high]) * (line[high] - half) / (line[high] - line[high + 1]))
    return edges[1] - edges[0]


def _split(line: np.ndarray) -> bool:
    """Two lobes of similar height: a rotation by two pi leaves the qubit where it was on resonance."""
    inner = line[1:-1]
    peaks = np.flatnonzero((inner > line[:-2]) & (inner >= line[2:]) & (inner > 0.5 * line.max())) + 1
    return len(peaks) > 1
