"""Dephasing that is exponential, Gaussian or both: fitted as each, averaged over what the data allow.

Fast noise dephases exponentially, slow noise (1/f, quasi-static) as a Gaussian (Ithier et al., PRB 72, 134519 (2005)).
Of the envelope exp(-s t/T - (1 - s) (t/T)^2), T is the time of 1/e and s the share that is exponential, whatever s is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from reson.records import Quantity
from reson.tools.experiments.fits.batch_fitting import Points
from reson.tools.experiments.fits.curve_models import (
    ECHO_DECAY,
    MIXED_DECAY,
    RAMSEY,
    RAMSEY_BEAT,
    RAMSEY_BEAT_MIXED,
    RAMSEY_GIVEN_BEAT,
    RAMSEY_MIXED,
    RAMSEY_SLOW,
    SLOW_DECAY,
    CurveModel,
)
from reson.tools.experiments.fits.drifting import prior
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.fits.remembering import fit_superpositions

EXPONENTIAL, GAUSSIAN = 0.75, 0.25
"""Shares from which a decay is called exponential, and below which Gaussian."""
BEATING = 0.25
"""How likely a qubit is to have two lines, against each shape of one: about a quarter of transmons split by more than
10 kHz with charge parity."""
EVEN = 12**-0.5
"""Standard deviation of a number that may lie anywhere between 0 and 1."""
ENDS = 1e-3
"""Distance of a share from 0 or 1 at which the decay is of one kind."""
BEATS = (0.2, *np.arange(0.4, 10.0, 0.4))
"""Beats in the window that a fit of two lines starts from."""
SLOW_BEATS = (0.2, 0.4, 0.8)
UNSEEN_BEATS = tuple(np.arange(0.1, 1.25, 0.1))
"""Beats in the window, that may hide in the decay of its fringes."""
ALLOWED = 9.0
"""By how much chi2 may rise for a beat that the points still allow."""
SIGMAS = 4.0
"""Errors of their distance from which two lines are seen."""
POOR = 1.3
"""Reduced chi2 of one line below which no beat can have returned within the window."""
BETTER = 20.0
"""By how much chi2 has to fall for one more parameter before there are two lines."""


@dataclass(frozen=True)
class Dephasing:
    """Fits of one qubit's data with the share s that each takes or finds."""

    fits: tuple[Fit, ...]
    unsure: float = 0.0
    """What a mixed fit that ends all fast or all slow leaves open of the share."""
    allowed: tuple[float, ...] = ()
    """Decay times, in the unit of the fit, that a beat which the window does not hold would leave possible."""

    @property
    def least(self) -> float:
        """chi2 of the curve that comes nearest to the points."""
        return min(_chi2(one) for one in self.fits)

    @property
    def scatter(self) -> float:
        """Square of the factor by which the points scatter beyond their errors about the nearest curve, 1 or more."""
        nearest = min(self.fits, key=_chi2)
        return max(1.0, nearest.reduced_chi2 or 1.0)

    def fringe_decay(self, factor: float, unit: str) -> Quantity:
        """The decay time of one line alone: in which what is seen falls to 1/e, whatever makes it."""
        one_line = tuple(one for one in self.fits if "gap" not in one.parameters) or self.fits
        return average(one_line, lambda one: one.scaled("tau", factor, unit))

    def decay_time(self, factor: float, unit: str) -> Quantity:
        """The decay time; its error reaches, doubled, to every time that a beat would leave possible."""
        tau = self.quantity("tau", factor, unit)
        if tau.stderr is None:
            return tau
        reach = max((abs(one * factor - tau.value) for one in self.allowed), default=0.0)
        return tau.model_copy(update={"stderr": max(tau.stderr, reach / 2)})

    @property
    def best(self) -> Fit:
        return likeliest(self.fits, self.priors)

    @property
    def priors(self) -> list[float]:
        """How likely each fit is before the data are asked."""
        return [(BEATING if "gap" in one.parameters else 1.0) * prior(one) for one in self.fits]

    def quantity(self, name: str, factor: float, unit: str) -> Quantity:
        """A parameter that all fits have, in SI units."""
        return average(self.fits, lambda one: one.scaled(name, factor, unit), self.priors)

    @property
    def share(self) -> Quantity:
        """Exponential share of the decay, 0 to 1."""
        found = average(self.fits, lambda one: _known(one.parameters["share"]), self.priors)
        return found.model_copy(update={"stderr": float(np.hypot(found.stderr or 0.0, self.unsure))})

    @property
    def named(self) -> str:
        share = self.share.value
        kind = "exponential" if share > EXPONENTIAL else "Gaussian" if share < GAUSSIAN else "mixed"
        return f"{kind} decay"


def _known(share: Quantity) -> Quantity:
    """A share that a fit was given has no error of its own."""
    return share if share.stderr is not None else share.model_copy(update={"stderr": 0.0})


def echoes(
    points: Sequence[Points],
    starts: Sequence[Mapping[str, float]],
    x_unit: float,
    memory: Sequence[Sequence[float]],
    begins: int,
    ways: Sequence[Callable[[CurveModel], CurveModel]],
) -> list[Dephasing]:
    """Echo decays of all qubits of a job, which begin in the state ``begins``.

    ``memory``: what the shots of each qubit may remember (``memory.kept_over_rest``), in one way or several, all as
    likely; ``ways``: what may be added to a curve (``drifting``). The mean over all is taken.
    """
    mixed, columns = [dict(start) | {"share": 0.5} for start in starts], []
    for kept, way in itertools.product(memory if np.any(memory) else memory[:1], ways):
        exponential, gaussian, both = (
            fit_superpositions(way(model), points, begun, x_unit, kept, begins)
            for model, begun in ((ECHO_DECAY, starts), (SLOW_DECAY, starts), (MIXED_DECAY, mixed))
        )
        columns += [
            [_with_share(one, 1.0) for one in exponential],
            [_with_share(one, 0.0) for one in gaussian],
            both,
        ]
    return [_dephasing(fits) for fits in zip(*columns, strict=True)]


def fringes(
    points: Sequence[Points], starts: Sequence[Mapping[str, float]], x_unit: float, memory: Sequence[float]
) -> list[Dephasing]:
    """Fringes of all qubits of a job, in two quadratures; ``memory``: what each one's shots remember
    (``memory.kept_over_rest``).

    Two lines of equal strength, as charge parity makes of one, are tried too: before its first return a beat looks
    like a decay, and where the window does not tell them apart the mean over both says how little is known.
    """
    fitted = partial(fit_superpositions, x_unit=x_unit, memory=memory, begins=1)
    mixed = [dict(start) | {"share": 0.5} for start in starts]
    plain = fitted(RAMSEY, points, starts)
    beats = [_beat_start(*one) for one in zip(points, plain, starts, strict=True)]
    columns = [
        [_with_share(one, 1.0) for one in plain],
        [_with_share(one, 0.0) for one in fitted(RAMSEY_SLOW, points, starts)],
        fitted(RAMSEY_MIXED, points, mixed),
        *(fitted(RAMSEY_BEAT, points, beats, constants=[{"share": share}] * len(points)) for share in (1.0, 0.0)),
        fitted(RAMSEY_BEAT_MIXED, points, [start | {"share": 0.5} for start in beats]),
    ]
    found = [_dephasing(fits) for fits in zip(*columns, strict=True)]
    return [
        replace(one, allowed=allowed)
        for one, allowed in zip(found, _allowed(points, mixed, found, x_unit, memory), strict=True)
    ]


def _allowed(
    points: Sequence[Points],
    starts: Sequence[Mapping[str, float]],
    found: Sequence[Dephasing],
    x_unit: float,
    memory: Sequence[float],
) -> list[tuple[float, ...]]:
    """Decay times that the points allow with a beat too slow to return within the window: chi2 over the splitting."""
    gaps = [{"gap": beats / (float(one.x.max()) or 1.0)} for one in points for beats in UNSEEN_BEATS]
    repeated = [one for one in points for _ in UNSEEN_BEATS]
    begins = [one for one in starts for _ in UNSEEN_BEATS]
    kept = [one for one in memory for _ in UNSEEN_BEATS]
    fits = fit_superpositions(RAMSEY_GIVEN_BEAT, repeated, begins, x_unit, kept, 1, gaps)
    of_each = zip(*[iter(fits)] * len(UNSEEN_BEATS), strict=True)
    return [
        tuple(
            one["tau"].value for one in mine if one.error is None and _chi2(one) - least.least < ALLOWED * least.scatter
        )
        for mine, least in zip(of_each, found, strict=True)
    ]


def _chi2(one: Fit) -> float:
    return np.inf if one.reduced_chi2 is None else one.reduced_chi2 * one.freedom


def splitting(found: Dephasing) -> Quantity | None:
    """Distance of the two lines in the unit of the fit, where the data ask for them; else None."""
    two = min((one for one in found.fits if "gap" in one.parameters), key=_chi2, default=None)
    plain = min((_chi2(one) for one in found.fits if "gap" not in one.parameters), default=np.inf)
    return None if two is None or _chi2(two) > plain - BETTER else two["gap"]


def _with_share(one: Fit, share: float) -> Fit:
    return one if one.error else replace(one, parameters=one.parameters | {"share": Quantity(value=share)})


def _dephasing(fits: Sequence[Fit]) -> Dephasing:
    """The first fit stands for all where none came out. A mixed one that ends all fast or all slow says no more."""
    found = [one for one in fits if one.error is None and not _unseen(one)]
    ended = [one.parameters["share"].stderr or 0.0 for one in found if _one_kind(one)]
    kept = tuple(one for one in found if not _one_kind(one))
    return Dephasing(kept or (fits[0],), min(max(ended, default=0.0), EVEN))


def _unseen(beating: Fit) -> bool:
    """Two lines whose distance is not known, of a decay that is slow: no beat was seen, and their error is no error.

    ``allowed`` says what a beat would change.
    """
    apart = beating.parameters.get("gap")
    fast = "share" in beating.parameters and beating.parameters["share"] == Quantity(value=1.0)
    return apart is not None and not fast and (apart.stderr is None or apart.value < SIGMAS * apart.stderr)


def _one_kind(mixed: Fit) -> bool:
    share = mixed.parameters["share"]
    return share.stderr is not None and not ENDS < share.value < 1 - ENDS


def _beat_start(points: Points, plain: Fit, start: Mapping[str, float]) -> dict[str, float]:
    """The best of a grid of beats about the strongest line, which may be either of the two or their middle."""
    x, window = points.x, float(points.x.max()) or 1.0
    best, found = np.inf, dict(start) | {"gap": 0.5 / window}
    poor = plain.reduced_chi2 is None or plain.reduced_chi2 > POOR
    for gap in np.array(BEATS if poor else SLOW_BEATS) / window:
        for middle in start["freq"] + gap * np.array((0.0, 0.5, -0.5) if poor else (0.0,)):
            angle = 2 * np.pi * middle * x - np.pi / 2 * points.part
            for tau in (window, 10 * window):
                fading = np.exp(-x / tau) * np.cos(np.pi * gap * x)
                basis = np.stack([fading * np.cos(angle), -fading * np.sin(angle), np.ones_like(x)], axis=1)
                parts = np.linalg.lstsq(basis, points.y, rcond=None)[0]
                misses = float(np.sum((points.y - basis @ parts) ** 2))
                if misses < best:
                    best = misses
                    found = dict(start) | {"gap": float(gap), "freq": float(middle), "tau": tau}
    return found
