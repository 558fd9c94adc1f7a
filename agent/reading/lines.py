"""Readings of spectroscopy: one line, none, several, or one that the drive has broadened."""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, arrays, has_curve, no_signal, success_if_fitted
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis
from reson.tools.verdicts.lines import SEEN as SEEN_BESIDE
from reson.tools.verdicts.lines import roughness, second_line, slope

SEEN = 8.0
"""Height in standard deviations (of three points averaged) from which a line counts."""
BROAD = 0.3


def read_spectroscopy(analysis: Analysis) -> Reading:
    x, y, y_err = arrays(analysis.series[0])
    height = _height(x, y)
    smooth = np.convolve(height, np.ones(3) / 3, mode="same")
    noise = max(float(np.median(y_err)), roughness(y)) / np.sqrt(3)
    drawn, peak = has_curve(analysis.series), int(np.argmax(smooth))
    if smooth[peak] < SEEN * noise:
        return no_signal(analysis, "no line stands out of the noise", Outcome.ANOMALOUS)
    half = height[peak - 1 : peak + 2].max() / 2
    above = region(height, peak, half)
    width, centre, span = float(x[above[-1]] - x[above[0]]), float(x[peak]), float(x[-1] - x[0])
    moved, narrower = ((centre - reach, centre + reach) for reach in (span / 2, span / 10))
    if width > BROAD * span:
        return answer(
            Status.AMP_TOO_HIGH,
            Outcome.SUBOPTIMAL,
            f"the line is {width / span:.0%} of the sweep wide",
            curve_drawn=drawn,
        )
    if above[0] == 0 or above[-1] == len(x) - 1:
        reason = "the line is cut by the edge of the sweep"
        return answer(Status.RANGE_TOO_NARROW, Outcome.SUBOPTIMAL, reason, suggested_range=moved, curve_drawn=drawn)
    if np.count_nonzero(height[above] > half) == 1:
        reason = f"the line rests on a single point: steps of {(x[1] - x[0]) / 1e6:.1f} MHz are too coarse"
        return answer(Status.UNDERSAMPLED, Outcome.SUBOPTIMAL, reason, suggested_range=narrower, curve_drawn=drawn)
    if second_line(analysis.series[0]) > SEEN_BESIDE:
        reason = "a second line stands out of the noise beside the tallest"
        return answer(Status.MULTIPLE_PEAKS, Outcome.ANOMALOUS, reason, curve_drawn=drawn)
    return success_if_fitted(analysis, "one clear line inside the sweep")


def _height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Over the floor, also where a broad line fills half of the sweep; where only a slope of the ground makes it look
    broad, over that slope.
    """
    plain, level = (one - np.quantile(one, 0.25) for one in (y, y - slope(x, y) * (x - x.mean())))
    broad, broad_still = (_width(x, one) > BROAD * (x[-1] - x[0]) for one in (plain, level))
    return level if broad and not broad_still else plain


def _width(x: np.ndarray, height: np.ndarray) -> float:
    """Full width at half of its height of the tallest line."""
    peak = int(np.argmax(np.convolve(height, np.ones(3) / 3, mode="same")))
    above = region(height, peak, height[max(0, peak - 1) : peak + 2].max() / 2)
    return float(x[above[-1]] - x[above[0]])


def region(height: np.ndarray, peak: int, level: float) -> np.ndarray:
    """Indices around ``peak`` that stay above ``level`` without a gap."""
    low = high = peak
    while low > 0 and height[low - 1] > level:
        low -= 1
    while high < len(height) - 1 and height[high + 1] > level:
        high += 1
    return np.arange(low, high + 1)
