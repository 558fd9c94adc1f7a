"""Where a coupler idles: the middle and the walls of the ZZ over the whole range of its flux, and the zero between.

Between the walls the phase moves little from bias to bias: that quiet stretch is found first, wherever the line's
offset has put it. What the pair turns between the pulses, as it rests at the bias in force, is one phase more at every
bias: nothing while it rests on the stretch, and a free parameter where it rests beyond a wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reson.tools.experiments.fits.lines import linear
from reson.tools.experiments.fits.phases import wrapped

WALL, LEAST = 220e3, 8e3
"""Hz of ZZ at which a wall stands, above the largest in the middle of an arc; and below which it is noise."""
STEP = 80e3
"""Hz between two points from which the outer one lies beyond, whatever its ZZ: the phase may have turned on."""
LOST = 0.5
"""Share of the usual contrast below which a ZZ says nothing."""
INSIDE, POWERS = 0.9, (0, 2, 4, 6)
"""Share of the way to a wall up to which the ZZ is a polynomial of these powers."""
CALM = 0.75
"""Share of the way to a wall up to which a coupler may rest where the ZZ is least but not zero: it is steep beyond."""
HALF_WIDTHS = (0.24, 0.38)
"""Half the distance of the walls in flux quanta on a sound line, by the usual ranges of couplers."""
LEAST_POINTS, LEAST_RUN, NEAREST = 9, 7, 3
TOUCHES, TOUCH_KNOWN = 2.0, 1.5e3
"""Standard errors of the curve within which it is zero, and Hz up to which they must be known to say so."""


class Swept(NamedTuple):
    """A sweep of the bias, ascending; arrays of one shape."""

    bias: np.ndarray
    phase: np.ndarray
    """2 pi ZZ hold, rad, from -pi to pi."""
    error: np.ndarray
    """rad."""
    contrast: np.ndarray
    hold: np.ndarray
    """Seconds."""
    rest: float
    """Bias in force, from which each pulse reaches out."""

    @property
    def unit(self) -> np.ndarray:
        """Hz of ZZ for one rad."""
        return 1 / (2 * np.pi * self.hold)


@dataclass(frozen=True)
class Quiet:
    """The longest stretch of a sweep on which the ZZ moves little from point to point."""

    first: int
    last: int
    """Places of its ends, both on it."""
    zz: np.ndarray
    """Hz, over the whole sweep, without what was turned at rest."""
    turned: bool
    """Whether the pair turns at rest, beyond the stretch."""
    level: bool
    """Whether that could be told from the ZZ, by pulses of two lengths."""
    left: float | None
    right: float | None
    """Biases of the walls at its ends; None where it reaches to the end of the sweep."""


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


def arc_of(swept: Swept, quiet: Quiet | None, beyond: float = 0.0) -> Arc | None:
    """The arc of ZZ on its quiet stretch; None where its middle cannot be told, by two walls or by one and the curve.

    ``beyond``: how far from the middle, in units of the bias, a zero has to lie to count.
    """
    placed = None if quiet is None else _placed(swept, quiet)
    if quiet is None or placed is None:
        return None
    centre, half, centre_error = placed
    u = (swept.bias - centre) / half
    kept = np.abs(u) < INSIDE
    kept[: quiet.first] = kept[quiet.last + 1 :] = False
    if np.count_nonzero(kept) < LEAST_POINTS:
        return None
    shapes = [u[kept] ** power for power in POWERS]
    if quiet.turned and len(set(swept.hold[kept])) > 1:
        shapes.append(swept.unit[kept])
    fit = linear(shapes, quiet.zz[kept], (swept.error * swept.unit)[kept])
    at = np.linspace(0, INSIDE, 400)
    shape = np.stack([at**power for power in POWERS], axis=1)
    fitted = shape @ fit.values[: len(POWERS)]
    covariance = fit.covariance[: len(POWERS), : len(POWERS)] * max(1.0, fit.reduced_chi2)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", shape, covariance, shape))
    zero, zero_error = _first_zero(at, fitted, spread, beyond / half)
    zeros = [] if zero is None or not quiet.level else [centre - half * zero, centre + half * zero]
    lowest = int(np.argmin(np.abs(fitted)[at < CALM]))
    return Arc(
        centre=centre,
        half_width=half,
        wall_error=centre_error,
        zeros=tuple(float(one) for one in zeros),
        zero_error=half * zero_error if quiet.level else half,
        floor=centre + half * float(at[lowest]),
        least=float(fitted[lowest]),
        least_error=float(spread[lowest]),
        curve=(centre + half * np.concatenate([-at[::-1], at]), np.concatenate([fitted[::-1], fitted])),
    )


def quiet_of(swept: Swept) -> Quiet | None:
    """The longest quiet stretch; None where no stretch has ``LEAST_RUN`` points."""
    run = _longest_run(swept)
    if run is None:
        return None
    first, last = run
    turned = not swept.bias[first] <= swept.rest <= swept.bias[last]
    level = not turned or len(set(swept.hold[first : last + 1])) > 1
    phase = wrapped(swept.phase - _turn(swept, first, last)) if turned else swept.phase
    zz = phase * swept.unit
    first, last = _below_the_walls(zz, first, last)
    left = None if first == 0 else _wall(swept.bias, zz, first, first - 1)
    right = None if last == len(zz) - 1 else _wall(swept.bias, zz, last, last + 1)
    return Quiet(first, last, zz, turned, level, left, right)


def _below_the_walls(zz: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """The stretch up to where its ZZ first passes the height of a wall: beyond, the phase may have turned on."""
    begin, end = _longest(np.abs(zz[first : last + 1]) <= WALL)
    return (first + begin, first + end - 1) if end - begin >= LEAST_RUN else (first, last)


def _longest(kept: np.ndarray) -> tuple[int, int]:
    """(first place, one behind the last) of the longest row of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]])))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return 0, 0
    longest = int(np.argmax(ends - begins))
    return int(begins[longest]), int(ends[longest])


def contrast_at_rest(swept: Swept) -> float:
    """Of the points next to the bias in force."""
    nearest = np.argsort(np.abs(swept.bias - swept.rest), kind="stable")[:NEAREST]
    return float(np.median(swept.contrast[nearest]))


def seen_about_rest(swept: Swept) -> float:
    """Width in bias over which pulses from the bias in force leave the contrast."""
    lost = swept.contrast < LOST * contrast_at_rest(swept)
    below, above = (swept.bias[lost & side] for side in (swept.bias < swept.rest, swept.bias > swept.rest))
    return float(min(above, default=swept.bias[-1]) - max(below, default=swept.bias[0]))


def _longest_run(swept: Swept) -> tuple[int, int] | None:
    """Ends of the longest row of points of which each is seen, and follows the one before by a small step."""
    moved = np.abs(wrapped(np.diff(swept.phase)))
    longer = np.maximum(swept.hold[1:], swept.hold[:-1])
    apart = np.abs(np.diff(swept.hold))
    most = 2 * np.pi * np.where(apart > 0, WALL * apart, STEP * longer)
    seen = swept.contrast >= LOST * float(np.quantile(swept.contrast, 0.75))
    joined = (moved < most) & seen[1:] & seen[:-1]
    first, last = _longest(joined)  # of the steps: one point more
    return (first, last) if last - first + 1 >= LEAST_RUN else None


def _turn(swept: Swept, first: int, last: int) -> float:
    """rad that do not grow with the length of the pulses, by a smooth ZZ on the stretch; where all pulses of it are as
    long, the phase in its middle.
    """
    inner = slice(first + 1, last)
    whole = np.unwrap(swept.phase[inner])
    if len(set(swept.hold[inner])) == 1:
        return float(np.median(whole))
    u = (swept.bias[inner] - swept.bias[inner].mean()) / np.ptp(swept.bias[inner])
    columns = [swept.hold[inner] * 1e6 * u**power for power in range(5)]
    return float(linear([*columns, np.ones_like(u)], whole, swept.error[inner]).values[-1])


def _placed(swept: Swept, quiet: Quiet) -> tuple[float, float, float] | None:
    """(middle, half the distance of the walls, error of the middle); None where both are open."""
    step = float(np.median(np.diff(swept.bias)))
    if quiet.left is not None and quiet.right is not None:
        return (quiet.left + quiet.right) / 2, (quiet.right - quiet.left) / 2, step / 4
    wall, side = (quiet.left, 1) if quiet.left is not None else (quiet.right, -1)
    if wall is None or swept.bias[quiet.last] - swept.bias[quiet.first] > 2 * HALF_WIDTHS[1]:
        return None
    return _by_its_curve(swept, quiet, wall, side)


def _by_its_curve(swept: Swept, quiet: Quiet, wall: float, side: int) -> tuple[float, float, float]:
    """The middle of an arc with one wall in the range: where its curve is even, at a usual distance from the wall.

    ``side``: to which side of the wall the middle lies.
    """
    usual, spread = sum(HALF_WIDTHS) / 2, (HALF_WIDTHS[1] - HALF_WIDTHS[0]) / 4
    places = np.arange(quiet.first, quiet.last + 1)
    places = places[np.abs(swept.bias[places] - wall) > (1 - INSIDE) * usual]
    zz, error = quiet.zz[places], (swept.error * swept.unit)[places]
    tried = np.linspace(*HALF_WIDTHS, 141)
    chi2 = np.empty_like(tried)
    for n, half in enumerate(tried):
        u = (swept.bias[places] - wall - side * half) / half
        fit = linear([u**power for power in POWERS], zz, error)
        chi2[n] = fit.reduced_chi2 * (len(places) - len(POWERS)) + ((half - usual) / spread) ** 2
    likely = np.exp(-(chi2 - chi2.min()) / 2)
    likely /= likely.sum()
    half = float(likely @ tried)
    return wall + side * half, half, float(np.sqrt(likely @ (tried - half) ** 2)) + 1e-3


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
    if not len(crossings):
        falls = int(np.argmin(np.abs(fitted))) == len(fitted) - 1  # up to where the wall begins
        return ((INSIDE + 1) / 2, (1 - INSIDE) / 2) if falls and beyond < 1 else (None, 0.0)
    slope = (fitted[first + 1] - fitted[first]) / at[1]
    return float(at[first] - fitted[first] / slope), float(spread[first] / abs(slope))


def _wall(bias: np.ndarray, zz: np.ndarray, on: int, beyond: int) -> float:
    """Interpolated in the logarithm of the ZZ, which grows about threefold from point to point."""
    inner, outer = np.log(np.maximum(np.abs(zz[[on, beyond]]), LEAST))
    share = 0.5 if outer <= inner else float(np.clip((np.log(WALL) - inner) / (outer - inner), 0.0, 1.0))
    return float(bias[on] + share * (bias[beyond] - bias[on]))
