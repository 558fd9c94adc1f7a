"""How far a pulse of a given amplitude turns: linear but for the third level, or bent by the electronics.

A mixer or amplifier that compresses, or adds a constant to every amplitude, bends the angle over the amplitude. One
number frees it at a time, two where no one does, and all that the data allow are averaged over (``model_average``).
Where none does, shots may remember (``memory``): that flattens the curve where it excites, and turns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reson.records import Quantity
from reson.tools.data import Series
from reson.tools.experiments.fits.batch_fitting import Points, fit_many
from reson.tools.experiments.fits.curve_models import RABI, CurveModel, Parameters
from reson.tools.experiments.fits.drifting import drifting, level
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.memory import MEMORY, remembered
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.fits.starts import rabi_start

AROUND = 0.35
"""How far about a pi pulse its extremum is looked at, relative: a polynomial of fourth order follows a cosine there."""
LEAST_POINTS = 8

HALF, QUARTER = 0.5, 0.25
"""Turns of the X and of the SX pulse."""
FORM = {HALF: 0.1, QUARTER: 0.3}
"""Share of a bend that counts as an error of the amplitude, because the form of the bend is not known: the points hold
the pi pulse, and the pulse half way to it less. From tanh and Rapp amplifiers that lose 1 to 10 % at a pi pulse."""
MISSED = 1.5
"""Reduced chi2 of the plain curve from which a bent one starts from a grid of its own."""
MISSED_YET = 1.3
"""The same of the best curve with one term, from which freer ones are tried."""
STEPS = 8
"""Fixed-point steps from an angle to its amplitude; each gains a digit at least."""

_TERMS = {
    "slowing": (-0.05, 0.15),
    "bend": (-0.1, 0.1),
    "lead": (-0.05, 0.05),
    "memory": MEMORY,
    "fading": (-0.3, 3.0),
}
"""What may be freed, and its bounds: by how much a pi pulse is slowed by a term of third order in the amplitude, by one
of second order, both relative; what is turned at amplitude zero, in turns; what shots remember; and how fast the
oscillation fades, in e-folds a turn."""
_NONE = {"bend": 0.0, "lead": 0.0, "memory": 0.0, "fading": 0.0}


def _bent(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    turns = p["freq"] * x + p["lead"]
    size = turns * np.sign(np.real(turns))
    left = 1 - p["slowing"] * (2 * turns) ** 2 - p["bend"] * 2 * size
    excited = (1 - np.cos(2 * np.pi * turns * left)) / 2
    return p["base"] + p["amp"] * (1 - 2 * remembered(excited, p["memory"])) * np.exp(-p["fading"] * np.real(size))


def _freed(*terms: str) -> CurveModel:
    bounds = {"freq": (0, np.inf)} | {term: _TERMS[term] for term in terms}
    fixed = tuple(name for name in _TERMS if name not in terms)
    return CurveModel(("freq", "amp", "base", *terms), _bent, {"data": "cos"}, bounds, fixed)


BENT = {term: _freed(term) for term in ("slowing", "bend", "lead", "fading")}
FREER = [
    *(_freed("slowing", term) for term in ("bend", "lead", "memory")),
    _freed("memory"),
    _freed("slowing", "fading"),
    drifting(_freed(), np.inf),
    drifting(_freed("slowing"), np.inf),
]


@dataclass(frozen=True)
class Turning:
    """The plain fit and the bent ones, of one qubit."""

    fits: tuple[Fit, ...]

    @property
    def best(self) -> Fit:
        return likeliest(self.fits)

    @property
    def error(self) -> str | None:
        return self.best.error

    def amplitude(self, turns: float) -> Quantity:
        """The amplitude that turns so far, ``HALF`` or ``QUARTER``, in the unit of x."""
        found = average(self.fits, lambda one: one.derived(lambda p: _amplitude(p, turns)))
        if found.stderr is None:
            return found
        unknown = FORM[turns] * max(0.0, abs(self.bent.value) - 2 * (self.bent.stderr or 0.0))
        return found.model_copy(update={"stderr": float(np.hypot(found.stderr, unknown * found.value))})

    @property
    def bent(self) -> Quantity:
        """By how much a pi pulse turns less than a weak pulse promises, relative."""
        return average(self.fits, lambda one: one.derived(_missing))


def turnings(points: Sequence[Points], slowings: Sequence[float]) -> list[Turning]:
    """Fits of all qubits of a job; ``slowings``: by how much the third level slows a pi pulse of each, relative."""
    starts = [rabi_start(one.x, one.y) for one in points]
    plain = fit_many(RABI, points, starts, constants=[{"slowing": slowing} for slowing in slowings])
    fixed = [{"slowing": slowing, **_NONE} for slowing in slowings]
    bent = []
    for term, model in BENT.items():
        begin = [_start(term, *one) for one in zip(points, plain, fixed, starts, strict=True)]
        bent.append(fit_many(model, points, begin, constants=fixed))
    found = [Turning((one, *_sound(others))) for one, *others in zip(plain, *bent, strict=True)]
    return [_freer(*one) for one in zip(points, fixed, found, strict=True)]


def _freer(points: Points, fixed: Mapping[str, float], found: Turning) -> Turning:
    """With more freedom, where the best curve of one term misses the points or has it at its bound."""
    best = found.best
    meets = best.reduced_chi2 is None or best.reduced_chi2 < MISSED_YET
    if best.error or (meets and not any(part.held for part in best.series)):
        return found
    (begin,) = level([dict(fixed) | {name: quantity.value for name, quantity in best.parameters.items()}])
    more = [fit_many(model, [points], [begin], constants=[fixed])[0] for model in FREER]
    return Turning((*found.fits, *_sound(more)))


def _sound(fits: Sequence[Fit]) -> list[Fit]:
    return [one for one in fits if one.error is None]


def _start(
    term: str, points: Points, plain: Fit, fixed: Mapping[str, float], start: Mapping[str, float]
) -> dict[str, float]:
    """From the plain fit; where that misses the points, from the best of a few values of the term."""
    found = dict(start) if plain.error else {name: plain[name].value for name in RABI.free}
    found[term] = fixed[term]
    if plain.reduced_chi2 is None or plain.reduced_chi2 < MISSED:
        return found
    low, high = _TERMS[term]
    best, least = found, np.inf
    for value in np.linspace(low, high, 9)[1:-1].tolist():
        for freq in found["freq"] * np.linspace(0.8, 1.4, 61):
            shape = _bent(points.x, points.part, {**fixed, term: value, "freq": freq, "amp": 1.0, "base": 0.0})
            basis = np.stack([np.ones_like(shape), shape], axis=1)
            (base, amp), *_ = np.linalg.lstsq(basis, points.y, rcond=None)
            misses = float(np.sum((points.y - basis @ (base, amp)) ** 2))
            if misses < least:
                least, best = misses, {"freq": float(freq), "amp": float(amp), "base": float(base), term: value}
    return best


def _amplitude(p: Mapping[str, float], turns: float) -> float:
    drawn = turns
    for _ in range(STEPS):
        drawn = turns / _left(p, drawn)
    return (drawn - p.get("lead", 0.0)) / max(p["freq"], 1e-9)


def _left(p: Mapping[str, float], turns: float) -> float:
    """What a bent curve leaves of the turns."""
    return 1 - p["slowing"] * (2 * turns) ** 2 - p.get("bend", 0.0) * 2 * turns


def _missing(p: Mapping[str, float]) -> float:
    return 1 - HALF / (max(p["freq"], 1e-9) * _amplitude(p, HALF))


def extremum(series: Series, pi: float) -> Quantity | None:
    """Where the points themselves turn near the amplitude ``pi``; None where they do not show it on both sides.

    A pi pulse brings the qubit farthest, however the angle bends over the amplitude.
    """
    x, y, error = (np.array(values) for values in (series.x, series.y, series.y_err))
    away = x / max(pi, 1e-12) - 1
    near = np.abs(away) <= AROUND
    if near.sum() < LEAST_POINTS or away.max() < AROUND / 2:
        return None
    # in tenths, so that all orders are of one size
    powers = (away[near, None] * 10) ** np.arange(5)
    design = powers / error[near, None]
    covariance = np.linalg.pinv(design.T @ design)
    curve = np.polynomial.Polynomial(covariance @ design.T @ (y[near] / error[near]))
    turns = [float(root.real) for root in curve.deriv().roots() if abs(root.imag) < 1e-9 and abs(root) < 10 * AROUND]
    if not turns:
        return None
    place = min(turns, key=abs)
    slope = np.arange(5) * place ** np.maximum(np.arange(5) - 1, 0)
    bend = abs(float(curve.deriv(2)(place)))
    stderr = float(np.sqrt(slope @ covariance @ slope)) / max(bend, 1e-12)
    return Quantity(value=pi * (1 + place / 10), stderr=pi * stderr / 10)
