"""Readings of T1 over time: steady, jumping between two values, or drifting?

Three descriptions of the trace compete by their likelihood, with a penalty for each parameter (Bayesian information
criterion): one value; two values and a rate of jumps (a hidden Markov model); a random walk (a Kalman filter).
"""

from __future__ import annotations

import numpy as np

from reson.agent.reading.answers import READER, answer, arrays, has_curve, no_signal
from reson.records import FitReliability, Outcome, Reading, Seen, Status
from reson.tools.data import Analysis

NATURAL = 0.03
"""Relative fluctuation of T1 that counts as none."""
CONVINCING = 10.0
"""Difference of the criterion from which the richer description is believed."""
JUMPS = (0.003, 0.01, 0.03, 0.1, 0.25)
"""Probabilities of a jump from one point to the next that are tried."""
STEPS = np.geomspace(0.002, 0.5, 24)
"""Steps of the random walk that are tried, in units of the median."""
APART = 0.25
"""Distance of the two values, in units of the higher, from which the eye sees two."""
BLURRED = 0.5
"""Error of a single value, in units of the median, from which nothing can be followed."""
OUTLIER = 4.0
"""Standard deviations beyond which a point speaks no further against a description: single points may fail."""


def read_wandering(analysis: Analysis) -> Reading:
    drawn = has_curve(analysis.series)
    if analysis.y_axis.label != "T1" or not drawn:
        return no_signal(analysis, "the signal does not decay: there is no T1 to follow")
    _, values, errors = arrays(analysis.series[0])
    middle = float(np.median(values))
    if np.median(errors) > BLURRED * middle:
        return no_signal(analysis, "the error bars are as long as the values: there is no T1 to follow")
    y, sigma = values / middle, np.hypot(errors / middle, NATURAL)
    steady = _steady(y, sigma)
    jumping, apart = _jumping(y, sigma)
    walking = _walking(y, sigma)
    penalty = float(np.log(len(y)))
    gains = {
        Status.TELEGRAPHIC: 2 * (jumping - steady) - 3 * penalty if apart > APART else -np.inf,
        Status.RANDOM_WALK: 2 * (walking - steady) - penalty,
    }
    status = max(gains, key=lambda code: gains[code])
    if gains[status] < CONVINCING:
        return Reading(
            outcome=Outcome.EXPECTED,
            reliability=FitReliability.RELIABLE,
            status=Status.STABLE,
            confidence=0.9,
            reason="the points scatter about one value, as their errors explain",
            reader=READER,
            seen=Seen.SAVED_DATA,
        )
    if status is Status.TELEGRAPHIC:
        reason = f"the points jump between two values, {apart:.0%} apart"
        return answer(status, Outcome.ANOMALOUS, reason, curve_drawn=drawn)
    return answer(status, Outcome.SUBOPTIMAL, "the points drift, and do not come back at once", curve_drawn=drawn)


def _cost(y: np.ndarray, level: np.ndarray | float, sigma: np.ndarray) -> np.ndarray:
    """Log-likelihood of each point about a level, outliers counted no further than ``OUTLIER``."""
    away = np.minimum(np.abs(y - level) / sigma, OUTLIER)
    return -(away**2) / 2 - np.log(sigma)


def _steady(y: np.ndarray, sigma: np.ndarray) -> float:
    return float(_cost(y, float(np.average(y, weights=sigma**-2)), sigma).sum())


def _jumping(y: np.ndarray, sigma: np.ndarray) -> tuple[float, float]:
    """Best log-likelihood of two levels with jumps between them, and their distance over the higher one."""
    low, high = (float(level) for level in _two_levels(y))
    costs = np.stack([_cost(y, level, sigma) for level in (low, high)], axis=1)
    best = max(_forward(costs, jump) for jump in JUMPS)
    return best, (high - low) / max(high, 1e-9)


def _two_levels(y: np.ndarray) -> np.ndarray:
    """Medians of the two groups, lower and higher, that scatter least about their means."""
    ordered = np.sort(y)
    sizes = np.arange(1, len(y))
    sums = np.cumsum(ordered)
    between = sums[:-1] ** 2 / sizes + (sums[-1] - sums[:-1]) ** 2 / (len(y) - sizes)
    split = int(np.argmax(between)) + 1
    return np.array([np.median(ordered[:split]), np.median(ordered[split:])])


def _forward(costs: np.ndarray, jump: float) -> float:
    """Log-likelihood of a hidden Markov chain of two states with equal rates; ``costs`` has shape (points, 2)."""
    stay, move = np.log(1 - jump), np.log(jump)
    state = costs[0] + np.log(0.5)
    for cost in costs[1:]:
        state = cost + np.logaddexp(state + stay, state[::-1] + move)
    return float(np.logaddexp(*state))


def _walking(y: np.ndarray, sigma: np.ndarray) -> float:
    """Best log-likelihood of a random walk seen through the errors of the points (local level model)."""
    return max(_filtered(y, sigma, float(step) ** 2) for step in STEPS)


def _filtered(y: np.ndarray, sigma: np.ndarray, walk: float) -> float:
    level, spread, total = float(y[0]), float(sigma[0] ** 2), float(-np.log(sigma[0]))
    for value, error in zip(y[1:], sigma[1:], strict=True):
        spread += walk
        variance = spread + error**2
        away = float(np.clip((value - level) / np.sqrt(variance), -OUTLIER, OUTLIER))
        total += -(away**2) / 2 - np.log(variance) / 2
        gain = spread / variance
        level, spread = level + gain * away * np.sqrt(variance), (1 - gain) * spread
    return float(total)
