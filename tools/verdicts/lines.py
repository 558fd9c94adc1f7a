"""Lines beside the tallest one of a spectrum, judged by the noise and not by their share of the tallest."""

from __future__ import annotations

import numpy as np

from reson.tools.data import Series

SEEN = 8.0
"""Standard deviations (of three points averaged) by which a line stands above the ground between it and the tallest."""


def roughness(y: np.ndarray) -> float:
    """Noise of one point from the differences of neighbours, which a smooth line hardly moves."""
    return float(np.median(np.abs(np.diff(y)))) * 1.4826 / np.sqrt(2)


def second_line(series: Series) -> float:
    """How far the clearest other line stands out, in standard deviations; near 0 where none does.

    From the tallest line outwards the points fall, whatever its shape and however strong its wings; what rises again
    is another line. It does so on level ground and with the slope taken off: the wing of a broad line away from the
    middle of the sweep looks like a slope, too, and without it the other side would rise.
    """
    x, y = np.array(series.x), np.array(series.y)
    noise = max(float(np.median(series.y_err)), roughness(y)) / np.sqrt(3) or 1e-300
    return min(_rise(y - tilt * (x - x.mean())) for tilt in (0.0, slope(x, y))) / noise


def _rise(level: np.ndarray) -> float:
    """The highest climb away from the tallest line, of three points averaged."""
    smooth = np.convolve(level, np.ones(3) / 3, mode="valid")
    peak = int(np.argmax(smooth))
    sides = (smooth[peak:], smooth[peak::-1])
    return max(float(np.max(side - np.minimum.accumulate(side))) for side in sides)


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """The median slope between points half of the sweep apart (Theil and Sen's), which lines move little."""
    half = len(x) // 2
    return float(np.median((y[half:] - y[: len(y) - half]) / (x[half:] - x[: len(x) - half])))
