"""The line that a drive of swept frequency excites, on a background that need not be flat.

A Gaussian pulse draws a nearly Gaussian line, a long weak one a Lorentzian (Abragam, Principles of Nuclear Magnetism
(1961), III), a rectangular one of angle pi the line of Rabi with its side lobes (Rabi, Phys. Rev. 51, 652 (1937)). The
readout that looks at it drifts along the sweep, or hears the drive: a slope, a bend. Where a Gaussian on level ground
meets the points it is taken; where it misses them, all three shapes are tried on backgrounds of up to second order, and
what the data allow is averaged over (``model_average``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from reson.records import Quantity
from reson.tools.data import RawData, Series
from reson.tools.experiments.fits.batch_fitting import Points, fit_many
from reson.tools.experiments.fits.curve_models import CurveModel, Parameters
from reson.tools.experiments.fits.fitting import Fit, averaged, fit_signal
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.fits.processing import measured
from reson.tools.verdicts.residuals import scatter_significance

MHZ = 1e6
FWHM = float(np.sqrt(8 * np.log(2)))
"""Full width at half maximum of a Gaussian, in its standard deviations."""
MISSED = 1.5
"""Reduced chi2 of a Gaussian on level ground from which other lines and backgrounds are tried."""
SIGNIFICANT = 6.0
"""Standard deviations by which the points have to scatter about a constant."""
PLACES, WIDTHS = 61, np.geomspace(0.01, 0.6, 10)
"""Where a fit may start, and its full widths at half maximum in units of half a sweep."""
BACKGROUND = ("b", "slope", "curve")
GAUSS = float(4 * np.log(2))
HALF_RABI = 0.7987
"""Half width at half maximum of a pi pulse's line, in units of its Rabi frequency."""


@dataclass(frozen=True)
class Line:
    """The fits of one line, frequencies in MHz; the first is a Gaussian on level ground."""

    fits: tuple[Fit, ...]

    @property
    def best(self) -> Fit:
        return likeliest(self.fits)

    def quantity(self, name: str, unit: str = "") -> Quantity:
        """``freq`` and ``fwhm`` in Hz, ``a``: the height in the unit of the signal."""
        return average(self.fits, lambda one: one.scaled(name, MHZ if name != "a" else 1.0, unit))


def line_of(raw: RawData) -> Line:
    """The line in the signal of ``raw``, whose circuits say the frequency as ``xval`` in Hz."""
    from qiskit_experiments.curve_analysis import GaussianAnalysis

    plain = fit_signal(GaussianAnalysis(), raw, MHZ, ("a", "b"))
    if plain.error is None:
        plain = replace(plain, parameters=plain.parameters | {"fwhm": plain.scaled("sigma", FWHM, "")})
    met = plain.reduced_chi2 is not None and plain.reduced_chi2 < MISSED
    if met or not _stands_out(plain):
        return Line((plain,))
    return Line((plain, *(one for one in _freer(raw) if one.error is None)))


def _stands_out(plain: Fit) -> bool:
    """Whether the points scatter beyond their noise: else there is no line, of whatever shape."""
    points = plain.series[0]
    return scatter_significance(np.array(points.y), np.array(points.y_err)) > SIGNIFICANT


def _gaussian(away: np.ndarray) -> np.ndarray:
    return np.exp(-GAUSS * away**2)


def _lorentzian(away: np.ndarray) -> np.ndarray:
    return 1 / (1 + (2 * away) ** 2)


def _rabi(away: np.ndarray) -> np.ndarray:
    """sin^2 of half the turn about the tilted axis, over its tilt; 1 on resonance."""
    faster = 1 + (2 * HALF_RABI * away) ** 2
    return np.sin(np.pi / 2 * np.sqrt(faster)) ** 2 / faster


SHAPES: tuple[Callable[[np.ndarray], np.ndarray], ...] = (_gaussian, _lorentzian, _rabi)


def _model(shape: Callable[[np.ndarray], np.ndarray], order: int) -> CurveModel:
    def curve(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
        ground = sum(p[name] * x**power for power, name in enumerate(BACKGROUND[: order + 1]))
        return p["a"] * shape((x - p["freq"]) / p["fwhm"]) + ground

    bounds = {"freq": (-1.0, 1.0), "fwhm": (1e-3, 2.0)}
    return CurveModel(("a", "freq", "fwhm", *BACKGROUND[: order + 1]), curve, {"data": "line"}, bounds)


MODELS = [(shape, order, _model(shape, order)) for shape in SHAPES for order in range(len(BACKGROUND))]


def _freer(raw: RawData) -> list[Fit]:
    """All shapes on all backgrounds, fitted over a sweep from -1 to 1 in units of the largest signal."""
    values, errors = measured(raw)
    x = np.array([circuit["xval"] for circuit in raw.circuits], dtype=float)
    middle, half = (x.max() + x.min()) / 2, float(np.ptp(x)) / 2
    unit = float(np.max(np.abs(values), initial=0.0))
    if not half or not unit:
        return []
    at, y, y_err = averaged((x - middle) / half, values / unit, errors / unit)
    points = Points(at, y, y_err, np.zeros(len(at), dtype=int))
    found = []
    for shape, order, model in MODELS:
        one = fit_many(model, [points], [_start(points, shape, order)])[0]
        found.append(_in_hertz(one.in_units(unit, ("a", "b")), middle, half))
    return found


def _start(points: Points, shape: Callable[[np.ndarray], np.ndarray], order: int) -> dict[str, float]:
    """The best of a grid of places and widths; height and background are linear."""
    weight = 1 / np.maximum(points.y_err, np.finfo(float).tiny)
    ground, y = points.x[:, None] ** np.arange(order + 1) * weight[:, None], points.y * weight
    widths, places = (one.ravel()[:, None] for one in np.meshgrid(WIDTHS, np.linspace(-1, 1, PLACES), indexing="ij"))
    shapes, base = shape((points.x - places) / widths) * weight, np.linalg.qr(ground)[0]
    beside = shapes - (shapes @ base) @ base.T
    best = int(np.argmax((beside @ y) ** 2 / (np.sum(beside**2, axis=1) + np.finfo(float).tiny)))
    parts = np.linalg.lstsq(np.column_stack([shapes[best], ground]), y, rcond=None)[0]
    named = dict(zip(("a", *BACKGROUND[: order + 1]), parts.tolist(), strict=True))
    return {"freq": float(places[best, 0]), "fwhm": float(widths[best, 0])} | named


def _in_hertz(one: Fit, middle: float, half: float) -> Fit:
    """Of a fit over -1 to 1: its series in Hz, its frequencies in MHz."""
    if one.error is None:
        freq, fwhm = (one.scaled(name, half / MHZ, "") for name in ("freq", "fwhm"))
        centre = freq.model_copy(update={"value": freq.value + middle / MHZ})
        one = replace(one, parameters=one.parameters | {"freq": centre, "fwhm": fwhm})
    return replace(one, series=tuple(part.model_copy(update=_moved(part, middle, half)) for part in one.series))


def _moved(part: Series, middle: float, half: float) -> dict[str, tuple[float, ...]]:
    return {name: tuple(middle + half * at for at in getattr(part, name)) for name in ("x", "fit_x")}
