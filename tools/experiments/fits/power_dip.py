"""A resonator's dip in the power that a feedline which is not flat lets through, where no phase is kept.

The power is that of the background, a polynomial of low order, times |transmission|^2 (``resonator_dip``). Its
coefficients are linear, so only frequency, linewidth, depth and asymmetry are searched for (variable projection, as in
the complex plane: ``feedline``). How many orders the background has is averaged over (``model_average``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.records import Quantity
from reson.tools.data import RawData
from reson.tools.experiments.fits.bounds import held
from reson.tools.experiments.fits.feedline import ORDERS, SCANNED, background, background_at, tried
from reson.tools.experiments.fits.fitting import CURVE_POINTS, Fit, series
from reson.tools.experiments.fits.misfit import error_scale
from reson.tools.experiments.fits.resonator_dip import dip, least_width, magnitude, transmission

MHZ = 1e6
DEEPEST, LEANS = 1.2, 1.2
"""Bounds of depth and asymmetry (radians)."""
START_DEPTH = 0.7


def power_fits(raw: RawData, starts: Sequence[float]) -> list[Fit]:
    """One fit for each start of the integration in s and each order of the background; x in MHz.

    Circuits say ``readout_time`` in s. Parameters: ``f0``, ``kappa``, ``depth``, ``asymmetry``.
    """
    x = np.array([metadata["xval"] for metadata in raw.circuits], dtype=float) / MHZ
    time = raw.circuits[0]["readout_time"] * MHZ
    size, error = magnitude(raw)
    unit = float(np.max(size, initial=0.0)) or 1.0
    power = ((size / unit) ** 2, np.maximum(2 * size * error / unit**2, 1e-12))
    found = []
    for start in starts:
        begin = _scan(x, *power, time, start * MHZ)
        found += [_fit(x, power, (size, error), begin, order, time, start * MHZ) for order in ORDERS]
    return found


def _scan(x: np.ndarray, y: np.ndarray, error: np.ndarray, time: float, start: float) -> tuple[float, float]:
    """Frequency and linewidth of the dip of a grid that takes most away from chi2."""
    base = np.linalg.qr(background(x, SCANNED) / error[:, None])[0]
    left = y / error - base @ (base.T @ (y / error))
    places, found = np.array(tried(x)), []
    for width in np.unique(places[:, 1]):  # one by one: of a long sweep there are many
        f0 = places[places[:, 1] == width, :1]
        shapes = np.real(dip(x, f0, width, time, start)) / error
        shapes -= (shapes @ base) @ base.T
        gains = -(shapes @ left) / (np.linalg.norm(shapes, axis=1) + 1e-300)
        best = int(np.argmax(gains))
        found.append((float(gains[best]), float(f0[best, 0]), float(width)))
    return max(found)[1:]


def _fit(
    x: np.ndarray,
    power: tuple[np.ndarray, np.ndarray],
    drawn: tuple[np.ndarray, np.ndarray],
    begin: tuple[float, float],
    order: int,
    time: float,
    start: float,
) -> Fit:
    from scipy.optimize import least_squares

    (y, error), base, span = power, background(x, order), float(np.ptp(x))

    def through(at: np.ndarray, place: np.ndarray) -> np.ndarray:
        f0, width, depth, asymmetry = place.tolist()
        return np.abs(transmission(at, f0, float(np.exp(width)), depth, asymmetry, time, start)) ** 2

    def linear(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        columns = base * through(x, place)[:, None]
        return columns, np.linalg.lstsq(columns / error[:, None], y / error, rcond=None)[0]

    def residuals(place: np.ndarray) -> np.ndarray:
        columns, factors = linear(place)
        return (y - columns @ factors) / error

    low = np.array([x.min() - span / 2, np.log(least_width(x)), 0.0, -LEANS])
    high = np.array([x.max() + span / 2, np.log(4 * span), DEEPEST, LEANS])
    inside = np.clip([begin[0], np.log(begin[1]), START_DEPTH, 0.0], low + 1e-6, high - 1e-6)
    found = least_squares(residuals, inside, bounds=(low, high), x_scale=(begin[1], 1.0, 0.3, 0.3), diff_step=1e-6)
    freedom, normal = len(x) - order - 5, found.jac.T @ found.jac
    points = (x * MHZ, *drawn)
    if freedom < 1 or not np.isfinite(normal).all() or np.linalg.cond(normal) > 1e13:
        return Fit(series=(series("dip", *points),), error="the data does not determine the fit")
    spread = np.sqrt(np.diag(np.linalg.inv(normal))) * error_scale([found.fun], freedom)
    fine = np.linspace(x.min(), x.max(), CURVE_POINTS)
    level = background_at(x, fine, linear(found.x)[1]) * through(fine, found.x)
    names = ("f0", "kappa", "depth", "asymmetry")
    value = dict(zip(names, found.x.tolist(), strict=True)) | {"kappa": float(np.exp(found.x[1]))}
    stderr = dict(zip(names, spread.tolist(), strict=True)) | {"kappa": float(spread[1]) * value["kappa"]}
    bounds: dict[str, tuple[float, float]] = dict(
        zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True)
    )
    bounds["kappa"] = (least_width(x), 4 * span)
    unit = float(np.max(drawn[0], initial=0.0)) or 1.0
    one = series("dip", *points, fine * MHZ, unit * np.sqrt(np.maximum(level, 0.0)))
    return Fit(
        series=(one.model_copy(update={"held": held(value, bounds)}),),
        parameters={name: Quantity(value=value[name], stderr=stderr[name]) for name in names},
        reduced_chi2=float(found.fun @ found.fun) / freedom,
        freedom=freedom,
    )
