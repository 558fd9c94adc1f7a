"""Where a coupler idles: the middle and the walls of the ZZ over the whole range of its flux, and the zero between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WALL = 1.0
"""rad of phase at which a wall stands."""
LOST = 0.5
"""Share of the middle's contrast below which a phase says nothing."""
INSIDE = 0.75
"""Share of the way to a wall up to which the ZZ is a polynomial of fourth order."""
LEAST_POINTS = 7


@dataclass(frozen=True)
class Arc:
    """All in the units of the swept bias and of the phase, rad."""

    centre: float
    half_width: float
    wall_error: float
    zeros: tuple[float, ...]
    """Biases of zero phase between the walls, ascending."""
    zero_error: float
    floor: float
    """Bias at which the phase is least where it has no zero."""
    least: float
    """The phase there."""
    least_error: float
    curve: tuple[np.ndarray, np.ndarray]
    """Bias and fitted phase."""


def arc_of(bias: np.ndarray, phase: np.ndarray, error: np.ndarray, contrast: np.ndarray) -> Arc | None:
    """The arc of phases (rad, -pi to pi) at ascending biases; None where there are not two walls."""
    walls = walls_of(bias, phase, contrast)
    if None in walls:
        return None
    left, right = float(walls[0] or 0.0), float(walls[1] or 0.0)
    centre, half = (left + right) / 2, (right - left) / 2
    u = (bias - centre) / half
    kept = np.abs(u) < INSIDE
    if np.count_nonzero(kept) < LEAST_POINTS:
        return None
    rows = np.stack([np.ones(kept.sum()), u[kept] ** 2, u[kept] ** 4], axis=1) / error[kept, None]
    found, *_ = np.linalg.lstsq(rows, phase[kept] / error[kept], rcond=None)
    covariance = np.linalg.inv(rows.T @ rows)
    at = np.linspace(0, INSIDE, 400)
    shape = np.stack([np.ones_like(at), at**2, at**4], axis=1)
    fitted = shape @ found
    spread = np.sqrt(np.einsum("ij,jk,ik->i", shape, covariance, shape))
    crossings = np.flatnonzero(fitted[1:] * fitted[:-1] <= 0)
    zeros, zero_error, step = [], 0.0, at[1]
    for place in crossings[:1]:  # the nearest to the middle, where the coupler is highest
        slope = (fitted[place + 1] - fitted[place]) / step
        zero = at[place] - fitted[place] / slope
        zeros, zero_error = [centre - half * zero, centre + half * zero], half * spread[place] / abs(slope)
    lowest = int(np.argmin(np.abs(fitted)))
    return Arc(
        centre=centre,
        half_width=half,
        wall_error=float(np.median(np.diff(bias))) / 4,
        zeros=tuple(float(one) for one in zeros),
        zero_error=float(zero_error),
        floor=centre + half * float(at[lowest]),
        least=float(fitted[lowest]),
        least_error=float(spread[lowest]),
        curve=(centre + half * np.concatenate([-at[::-1], at]), np.concatenate([fitted[::-1], fitted])),
    )


def walls_of(bias: np.ndarray, phase: np.ndarray, contrast: np.ndarray) -> tuple[float | None, float | None]:
    """Where the phase first passes ``WALL`` to the left and to the right of the middle of the sweep."""
    middle = len(bias) // 2
    level = float(np.median(contrast[np.abs(phase) < WALL])) if (np.abs(phase) < WALL).any() else 0.0
    beyond = (np.abs(phase) > WALL) | (contrast < LOST * level)
    places = np.flatnonzero(~beyond)
    if not len(places):
        return None, None
    start = int(places[np.argmin(np.abs(places - middle))])
    return (
        _wall(bias[start::-1], phase[start::-1], beyond[start::-1]),
        _wall(bias[start:], phase[start:], beyond[start:]),
    )


def _wall(bias: np.ndarray, phase: np.ndarray, beyond: np.ndarray) -> float | None:
    """Interpolated in the logarithm of the phase, which grows about threefold from point to point."""
    if not beyond.any():
        return None
    first = int(np.argmax(beyond))
    inner, outer = np.log(np.maximum(np.abs(phase[[first - 1, first]]), 0.05))
    share = 0.5 if outer <= inner else float(np.clip((np.log(WALL) - inner) / (outer - inner), 0.0, 1.0))
    return float(bias[first - 1] + share * (bias[first] - bias[first - 1]))
