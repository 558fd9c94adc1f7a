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
    is another line. A slope of the ground is taken off first.
    """
    x, y = np.array(series.x), np.array(series.y)
    level = y - slope(x, y) * (x - x.mean())
    smooth = np.convolve(level, np.ones(3) / 3, mode="valid")
    noise = max(float(np.median(series.y_err)), roughness(y)) / np.sqrt(3) or 1e-300
    peak = int(np.argmax(smooth))
    sides = (smooth[peak:], smooth[peak::-1])
    return max(float(np.max(side - np.minimum.accumulate(side))) for side in sides) / noise


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """The median slope between points half of the sweep apart (Theil and Sen's), which lines move little."""
    half = len(x) // 2
    return float(np.median((y[half:] - y[: len(y) - half]) / (x[half:] - x[: len(x) - half])))
