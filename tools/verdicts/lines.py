"""Lines beside the tallest one of a spectrum, judged by the noise and not by their share of the tallest."""

from __future__ import annotations

import numpy as np

from reson.tools.data import Series

SEEN = 7.0
"""Standard deviations (of the points averaged) by which a line stands above the ground between it and the tallest."""
FEWEST = 8
"""Points away from the tallest line that tell a slope."""
ENOUGH = 500
"""Points of a sweep; of many more neighbours are averaged, as far as lines stay as wide as ``WIDEST``: the largest of
very many points stands out by chance."""
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
    x, y, error = _fewer(np.array(series.x), np.array(series.y), float(np.median(series.y_err)))
    noise = max(error, roughness(y)) or 1e-300
    all_over = slope(x, y)
    width, away = _beside(x, y - all_over * x)
    tilts = (0.0, all_over, all_over + away)
    return max(
        min(_rise(y - tilt * (x - x.mean()), points) for tilt in tilts) * np.sqrt(points) / noise
        for points in {3, int(np.clip(width // 2, 3, WIDEST))}
    )


def _fewer(x: np.ndarray, y: np.ndarray, error: float) -> tuple[np.ndarray, np.ndarray, float]:
    """The sweep and the error of a point, neighbours averaged where there are very many."""
    if len(x) < 2 * ENOUGH:
        return x, y, error
    together = max(1, min(len(x) // ENOUGH, _width(y - slope(x, y) * x)[1] // WIDEST))
    kept = len(x) // together * together
    means = [one[:kept].reshape(-1, together).mean(axis=1) for one in (x, y)]
    return means[0], means[1], error / np.sqrt(together)


def _rise(level: np.ndarray, points: int) -> float:
    """The highest climb away from the tallest line, of so many points averaged."""
    smooth = np.convolve(level, np.ones(points) / points, mode="valid")
    peak = int(np.argmax(smooth))
    sides = (smooth[peak:], smooth[peak::-1])
    return max(float(np.max(side - np.minimum.accumulate(side))) for side in sides)


def _beside(x: np.ndarray, level: np.ndarray) -> tuple[int, float]:
    """Full width at half maximum of the tallest line in points, and the slope of what lies two such widths from it."""
    peak, width = _width(level)
    far = np.abs(np.arange(len(x)) - peak) > 2 * width
    if np.count_nonzero(far) < FEWEST:
        return width, 0.0
    x, level = x[far], level[far]
    one, other = np.triu_indices(len(x), k=len(x) // 3)
    return width, float(np.median((level[other] - level[one]) / (x[other] - x[one])))


def _width(level: np.ndarray) -> tuple[int, int]:
    """(number of the tallest point, full width at half maximum of its line in points)."""
    height = level - np.quantile(level, 0.25)
    smooth = np.convolve(height, np.ones(3) / 3, mode="same")
    peak = int(np.argmax(smooth))
    below = np.flatnonzero(height <= smooth[peak] / 2)
    return peak, int(np.min(below[below > peak], initial=len(level) - 1) - np.max(below[below < peak], initial=0))


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """The median slope between points half of the sweep apart (Theil and Sen's), which lines move little."""
    half = len(x) // 2
    return float(np.median((y[half:] - y[: len(y) - half]) / (x[half:] - x[: len(x) - half])))
