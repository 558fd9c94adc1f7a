"""Reading of IQ clouds: are there two, and does each preparation fill its own?"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import answer, no_signal, success
from reson.records import Outcome, Reading, Status
from reson.tools.experiments.experiment import Analysis

APART = 1.5
"""Distance of the centres, in widths of a cloud, from which two clouds are visible."""


def read_clouds(analysis: Analysis) -> Reading:
    clouds = [_complex(points) for points in analysis.points.values()]
    if len(clouds) != 2 or min(map(len, clouds)) < 50:
        return no_signal(analysis, "there are not two clouds of points")
    ground, excited = clouds
    # the median is where most shots are; decay during readout moves the mean
    centres = [complex(np.median(np.real(cloud)), np.median(np.imag(cloud))) for cloud in clouds]
    widths = [float(np.median(np.abs(cloud - centre)) / 1.1774) for cloud, centre in zip(clouds, centres, strict=True)]
    distance = abs(centres[1] - centres[0]) / max(widths[0], 1e-300)
    if distance < APART:
        reason = "both preparations fill the same place"
        return answer(Status.NO_EXCITATION, Outcome.APPARATUS, reason, curve_drawn=True)
    axis = (centres[1] - centres[0]) / abs(centres[1] - centres[0])
    middle = (centres[0] + centres[1]) / 2
    wrong = (_beyond(ground, middle, axis), 1 - _beyond(excited, middle, axis))
    if widths[1] > 2 * widths[0] or widths[0] > 2 * widths[1]:
        return answer(Status.HIGH_POWER, Outcome.SUBOPTIMAL, "one cloud is spread out or split", confidence=0.6)
    reason = f"two clouds {distance:.1f} widths apart, {max(wrong):.0%} of the shots on the wrong side at most"
    return success(reason, confidence=0.9 if max(wrong) < 0.1 else 0.6)


def _complex(points: tuple[tuple[float, float], ...]) -> np.ndarray:
    plane = np.array(points, dtype=float).reshape(-1, 2)
    return plane[:, 0] + 1j * plane[:, 1]


def _beyond(cloud: np.ndarray, middle: complex, axis: complex) -> float:
    """Share of a cloud that lies on the far side of the middle."""
    return float(np.mean(((cloud - middle) * np.conj(axis)).real > 0))
