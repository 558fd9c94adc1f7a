"""Reading of IQ clouds: are there two, and does each preparation fill its own?"""

from __future__ import annotations

import itertools

import numpy as np

from reson.agent.reading.answers import answer, no_signal, success
from reson.records import Outcome, Reading, Status
from reson.tools.data import Analysis

APART = 1.5
"""Distance of the centres, in widths of a cloud, from which two clouds are visible."""
AT_ORIGIN = 0.4
"""Distance from the origin, in widths of a cloud, below which no carrier came back at all."""
SHAPELESS = 1.3
"""The same below which noise hides what came back."""
STRAY = 0.12
"""Share of the shots of 0 beyond the reach of its cloud from which the readout itself moves the qubit."""
UNEVEN = 2.0
"""Width of one cloud in units of the other from which it is no single cloud."""
REACH = 3.5
"""Widths of a cloud within which all but two in a thousand of its shots lie."""


def read_clouds(analysis: Analysis) -> Reading:
    clouds = [_complex(points) for points in analysis.points.values()]
    if len(clouds) < 2 or min(map(len, clouds)) < 50:
        return no_signal(analysis, "there are not two clouds of points")
    # the median is where most shots are; decay during readout moves the mean
    centres = [complex(np.median(np.real(cloud)), np.median(np.imag(cloud))) for cloud in clouds]
    widths = [float(np.median(np.abs(cloud - centre)) / 1.1774) for cloud, centre in zip(clouds, centres, strict=True)]
    width = max(widths[0], 1e-300)
    nearest = min(abs(two - one) for one, two in itertools.combinations(centres, 2)) / width
    if nearest < APART:
        return _one_cloud(analysis, max(abs(centre) for centre in centres) / width)
    stray = float(np.mean(np.abs(clouds[0] - centres[0]) > REACH * width))
    uneven = max(widths) / max(min(widths), 1e-300)
    if uneven > UNEVEN or stray > STRAY:
        seen = f"{stray:.0%} of the shots of 0 lie off its cloud"
        if stray <= STRAY:
            seen = f"one cloud is {uneven:.1f} times as wide as the other"
        reason = f"{seen}: the clouds are spread out or split"
        return answer(Status.HIGH_POWER, Outcome.SUBOPTIMAL, reason, confidence=0.7)
    wrong = max(
        float(np.mean(np.argmin([np.abs(cloud - centre) for centre in centres], axis=0) != state))
        for state, cloud in enumerate(clouds)
    )
    reason = f"{len(clouds)} clouds {nearest:.1f} widths apart, {wrong:.0%} of the shots nearer to another at most"
    return success(reason, confidence=0.9 if wrong < 0.12 else 0.6)


def _one_cloud(analysis: Analysis, distance: float) -> Reading:
    """What preparations that fill the same place show; ``distance`` from the origin is in widths of a cloud."""
    if distance < AT_ORIGIN:
        reason = "all shots lie about the origin: nothing comes back from the resonator"
        return answer(Status.NO_RES_RESPONSE, Outcome.APPARATUS, reason, curve_drawn=True)
    if distance < SHAPELESS:
        return no_signal(analysis, "one cloud as wide as its distance from the origin: noise hides the readout")
    return answer(Status.NO_EXCITATION, Outcome.APPARATUS, "two preparations fill the same place", curve_drawn=True)


def _complex(points: tuple[tuple[float, float], ...]) -> np.ndarray:
    plane = np.array(points, dtype=float).reshape(-1, 2)
    return plane[:, 0] + 1j * plane[:, 1]
