"""Where a coupler idles: the middle and the walls of the ZZ over the whole range of its flux, and the zero between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reson.tools.experiments.fits.lines import linear

WALL, LEAST = 220e3, 8e3
"""Hz of ZZ at which a wall stands, above the largest in the middle of an arc; and below which it is noise."""
STEP = 80e3
"""Hz between two points from which the outer one lies beyond, whatever its ZZ: the phase may have turned on."""
LOST = 0.5
"""Share of the middle's contrast below which a ZZ says nothing."""
INSIDE, POWERS = 0.9, (0, 2, 4, 6)
"""Share of the way to a wall up to which the ZZ is a polynomial of these powers."""
LEAST_POINTS = 9
TOUCHES, TOUCH_KNOWN = 2.0, 1.5e3
"""Standard errors of the curve within which it is zero, and Hz up to which they must be known to say so."""


@dataclass(frozen=True)
class Arc:
    """All in the units of the swept bias and in Hz of ZZ."""

    centre: float
    half_width: float
    wall_error: float
    zeros: tuple[float, ...]
    """Biases of zero ZZ between the walls, ascending."""
    zero_error: float
    floor: float
    """Bias at which the ZZ is least where it has no zero."""
    least: float
    """The ZZ there."""
    least_error: float
    curve: tuple[np.ndarray, np.ndarray]
    """Bias and fitted ZZ."""


def arc_of(
    bias: np.ndarray, zz: np.ndarray, error: np.ndarray, contrast: np.ndarray, beyond: float = 0.0
) -> Arc | None:
    """The arc of ZZ (Hz) at ascending biases; None where there are not two walls.

    ``beyond``: how far from the middle, in units of the bias, a zero has to lie to count.
    """
    walls = walls_of(bias, zz, contrast)
    if None in walls:
        return None
    left, right = float(walls[0] or 0.0), float(walls[1] or 0.0)
    centre, half = (left + right) / 2, (right - left) / 2
    u = (bias - centre) / half
    kept = np.abs(u) < INSIDE
    if np.count_nonzero(kept) < LEAST_POINTS:
        return None
    fit = linear([u[kept] ** power for power in POWERS], zz[kept], error[kept])
    at = np.linspace(0, INSIDE, 400)
    shape = np.stack([at**power for power in POWERS], axis=1)
    fitted = shape @ fit.values
    covariance = fit.covariance * max(1.0, fit.reduced_chi2)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", shape, covariance, shape))
    zero, zero_error = _first_zero(at, fitted, spread, beyond / half)
    zeros = [] if zero is None else [centre - half * zero, centre + half * zero]
    lowest = int(np.argmin(np.abs(fitted)))
    return Arc(
        centre=centre,
        half_width=half,
        wall_error=float(np.median(np.diff(bias))) / 4,
        zeros=tuple(float(one) for one in zeros),
        zero_error=half * zero_error,
        floor=centre + half * float(at[lowest]),
        least=float(fitted[lowest]),
        least_error=float(spread[lowest]),
        curve=(centre + half * np.concatenate([-at[::-1], at]), np.concatenate([fitted[::-1], fitted])),
    )


def _first_zero(at: np.ndarray, fitted: np.ndarray, spread: np.ndarray, beyond: float) -> tuple[float | None, float]:
    """(place, its error) of the zero nearest to the middle, where the coupler is highest; None where there is none.

    A ZZ that touches zero in the middle and crosses it near the walls only may have its zero in the middle, though the
    curve misses it by its error; that is also what a ZZ of a few kilohertz without a zero there looks like. So it
    counts where the curve is known well, and else the error reaches from the one to the other.
    """
    crossings = np.flatnonzero((fitted[1:] * fitted[:-1] <= 0) & (at[:-1] >= beyond))
    first = int(crossings[0]) if len(crossings) else len(at) - 1
    apart = np.flatnonzero(np.abs(fitted[: first + 1]) > TOUCHES * spread[: first + 1])
    before = slice(0, int(apart[-1]) if len(apart) else 0)
    touching = np.flatnonzero((np.abs(fitted[before]) < TOUCHES * spread[before]) & (at[before] >= beyond))
    if len(touching):
        place = int(touching[np.argmin(np.abs(fitted[touching]))])
        known = spread[place] < TOUCH_KNOWN
        return float(at[place]), float(np.ptp(at[touching]) if known else at[first] - at[touching[0]]) / 2
    if not len(crossings) and int(np.argmin(np.abs(fitted))) == len(fitted) - 1:  # it falls up to where the wall begins
        return (INSIDE + 1) / 2, (1 - INSIDE) / 2
    if not len(crossings):
        return None, 0.0
    slope = (fitted[first + 1] - fitted[first]) / at[1]
    return float(at[first] - fitted[first] / slope), float(spread[first] / abs(slope))


def walls_of(bias: np.ndarray, zz: np.ndarray, contrast: np.ndarray) -> tuple[float | None, float | None]:
    """Where the ZZ first passes ``WALL`` to the left and to the right of the middle of the sweep."""
    middle = len(bias) // 2
    level = float(np.median(contrast[np.abs(zz) < WALL])) if (np.abs(zz) < WALL).any() else 0.0
    beyond = (np.abs(zz) > WALL) | (contrast < LOST * level)
    places = np.flatnonzero(~beyond)
    if not len(places):
        return None, None
    start = int(places[np.argmin(np.abs(places - middle))])
    sides = (slice(start, None, -1), slice(start, None))
    left, right = (_wall(bias[side], zz[side], beyond[side]) for side in sides)
    return left, right


def _wall(bias: np.ndarray, zz: np.ndarray, beyond: np.ndarray) -> float | None:
    """Interpolated in the logarithm of the ZZ, which grows about threefold from point to point."""
    beyond = beyond | np.append(False, np.abs(np.diff(zz)) > STEP)
    if not beyond.any():
        return None
    first = int(np.argmax(beyond))
    inner, outer = np.log(np.maximum(np.abs(zz[[first - 1, first]]), LEAST))
    share = 0.5 if outer <= inner else float(np.clip((np.log(WALL) - inner) / (outer - inner), 0.0, 1.0))
    return float(bias[first - 1] + share * (bias[first] - bias[first - 1]))
