"""Lines beside the tallest one of a spectrum, judged by the noise and not by their share of the tallest."""

from __future__ import annotations

import numpy as np

from reson.tools.data import Series

SEEN = 7.0
"""Standard deviations (of the points averaged) by which a line stands above the ground between it and the tallest."""
FEWEST = 8
"""Points away from the tallest line that tell a slope."""
WIDEST = 15
"""Most points that are averaged: half a line's width, where that is more than three."""


def roughness(y: np.ndarray) -> float:
    """Noise of one point from the differences of neighbours, which a smooth line hardly moves."""
    return float(np.median(np.abs(np.diff(y)))) * 1.4826 / np.sqrt(2)


def second_line(series: Series) -> float:
    """How far the clearest other line stands out, in standard deviations; near 0 where none does.

    From the tallest line outwards the points fall, whatever its shape and however strong its wings; what rises again
    is another line. It does so on level ground and with the slope taken off, of all points and of those away from the
    line: the wing of a broad line away from the middle of the sweep looks like a slope, too, and without it the other
    side would rise. Averaged are three points, and as many as half the tallest line's width holds.
    """
    x, y = np.array(series.x), np.array(series.y)
    noise = max(float(np.median(series.y_err)), roughness(y)) or 1e-300
    all_over = slope(x, y)
    width, away = _beside(x, y - all_over * x)
    tilts = (0.0, all_over, all_over + away)
    return max(
        min(_rise(y - tilt * (x - x.mean()), points) for tilt in tilts) * np.sqrt(points) / noise
        for points in {3, int(np.clip(width // 2, 3, WIDEST))}
    )


def _rise(level: np.ndarray, points: int) -> float:
    """The highest climb away from the tallest line, of so many points averaged."""
    smooth = np.convolve(level, np.ones(points) / points, mode="valid")
    peak = int(np.argmax(smooth))
    sides = (smooth[peak:], smooth[peak::-1])
    return max(float(np.max(side - np.minimum.accumulate(side))) for side in sides)


def _beside(x: np.ndarray, level: np.ndarray) -> tuple[int, float]:
    """Full width at half maximum of the tallest line in points, and the slope of what lies two such widths from it."""
    height = level - np.quantile(level, 0.25)
    smooth = np.convolve(height, np.ones(3) / 3, mode="same")
    peak = int(np.argmax(smooth))
    below = np.flatnonzero(height <= smooth[peak] / 2)
    width = int(np.min(below[below > peak], initial=len(x) - 1) - np.max(below[below < peak], initial=0))
    far = np.abs(np.arange(len(x)) - peak) > 2 * width
    if np.count_nonzero(far) < FEWEST:
        return width, 0.0
    x, level = x[far], level[far]
    one, other = np.triu_indices(len(x), k=len(x) // 3)
    return width, float(np.median((level[other] - level[one]) / (x[other] - x[one])))


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """The median slope between points half of the sweep apart (Theil and Sen's), which lines move little."""
    half = len(x) // 2
    return float(np.median((y[half:] - y[: len(y) - half]) / (x[half:] - x[: len(x) - half])))
