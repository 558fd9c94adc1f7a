"""A resonator's dip in the complex transmission of a feedline that is not flat.

Cables, mismatched connectors and filters bend amplitude and phase of the feedline over a sweep: a slope, a hump, a
standing wave. The signal is fitted as a background, a polynomial of low order with complex coefficients, less the dip
times a complex number. All but frequency and linewidth is linear, so only these two are searched for (variable
projection; Golub and Pereyra, Inverse Problems 19, R1 (2003)). How many orders the background has, and when the
integration starts where the device does not say, is averaged over (``model_average``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.records import Quantity
from reson.tools.data import RawData
from reson.tools.experiments.fits.bounds import held
from reson.tools.experiments.fits.fitting import CURVE_POINTS, Fit, series
from reson.tools.experiments.fits.misfit import error_scale
from reson.tools.experiments.fits.resonator_dip import dip, least_width, magnitude, narrower, step_of

MHZ = 1e6
ORDERS = (0, 1, 2, 3, 4, 6, 8, 10)
SCANNED = 6
"""Order of the background while the dip is looked for."""
WIDTHS = np.geomspace(0.15, 6.0, 9)
"""Linewidths in MHz that are tried first; narrower ones too, where the steps of a sweep would show them."""
NARROWER, FINEST = 5, 500
"""How many narrower ones, and the sweep over the narrowest of them."""
SETTLED = float("inf")
ALONG = 0.5
"""Coherence of neighbouring points below which their phases say nothing."""


def coherent(raw: RawData) -> bool:
    """Whether the phases of neighbouring points have to do with each other: not every device keeps them.

    Where Q is exactly 0 throughout only the magnitude was kept.
    """
    z = np.asarray(raw.arrays["iq_mean"])
    return bool(np.imag(z).any()) and bool(abs(np.sum(z[1:] * z[:-1].conj())) > ALONG * np.sum(np.abs(z) ** 2))


def fits_of(raw: RawData) -> list[Fit]:
    """One fit for each order of the background and each possible start of the integration; x in MHz.

    Circuits say ``readout_time`` and, where the device does, ``integration_start``, both in seconds.
    """
    x = np.array([metadata["xval"] for metadata in raw.circuits], dtype=float) / MHZ
    time = raw.circuits[0]["readout_time"] * MHZ
    declared = raw.circuits[0].get("integration_start")
    starts = (0.0, SETTLED) if declared is None else (declared * MHZ,)
    z, error = np.asarray(raw.arrays["iq_mean"]), np.sqrt(np.mean(raw.arrays["iq_stderr"] ** 2, axis=1))
    error = np.maximum(error, 1e-12 * float(np.abs(z).max()) or 1e-300)
    found = []
    for start in starts:
        # a phase may grow with time or fall, by the convention of whoever demodulates
        either = [(_scan(x, undelayed(x, turning), error, time, start), turning) for turning in (z, z.conj())]
        (_, *begin), turning = max(either, key=lambda one: one[0])
        found += [_fit(x, turning, error, magnitude(raw), begin, order, time, start) for order in ORDERS]
    return found


def undelayed(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Without the turn that the length of the cables gives the phase; the dip turns few of the points only."""
    step, turned = np.diff(x), np.angle(z[1:] * z[:-1].conj())
    turn = float(np.median(turned[step > 0] / step[step > 0]))
    return z * np.exp(-1j * turn * (x - x[0]))


def background(x: np.ndarray, order: int) -> np.ndarray:
    """Chebyshev polynomials over the sweep, shape (points, order + 1)."""
    return np.polynomial.chebyshev.chebvander(2 * (x - x[0]) / (x[-1] - x[0]) - 1, order)


def _scan(x: np.ndarray, z: np.ndarray, error: np.ndarray, time: float, start: float) -> tuple[float, float, float]:
    """What the best dip of a grid takes away from chi2, its frequency and its linewidth."""
    basis = np.linalg.qr(background(x, SCANNED) / error[:, None])[0]
    left = z / error - basis @ (basis.T @ (z / error))
    found = []
    for width in _widths(x):
        f0 = _places(x, width)
        shapes = dip(x, f0[:, None], width, time, start) / error
        shapes -= (shapes @ basis) @ basis.T
        gains = np.abs(shapes.conj() @ left) ** 2 / (np.sum(np.abs(shapes) ** 2, axis=1) + 1e-300)
        best = int(np.argmax(gains))
        found.append((float(gains[best]), float(f0[best]), width))
    return max(found)


def tried(x: np.ndarray) -> list[tuple[float, float]]:
    """Frequencies and linewidths of the dips among which the best is looked for, in MHz."""
    return [(f0, width) for width in _widths(x) for f0 in _places(x, width).tolist()]


def _places(x: np.ndarray, width: float) -> np.ndarray:
    return np.arange(x[0], x[-1], max(width / 3, step_of(x) / 2))


def _widths(x: np.ndarray) -> list[float]:
    return [*narrower(x, WIDTHS[0], NARROWER, FINEST).tolist(), *WIDTHS.tolist()]


def _fit(
    x: np.ndarray,
    z: np.ndarray,
    error: np.ndarray,
    drawn: tuple[np.ndarray, np.ndarray],
    begin: Sequence[float],
    order: int,
    time: float,
    start: float,
) -> Fit:
    from scipy.optimize import least_squares

    flat, span = undelayed(x, z), float(x[-1] - x[0])
    base = background(x, order)

    def linear(place: Sequence[float] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        columns = np.column_stack([base, -dip(x, place[0], float(np.exp(place[1])), time, start)])
        return columns, np.linalg.lstsq(columns / error[:, None], flat / error, rcond=None)[0]

    low, high = (x[0] - span / 2, np.log(least_width(x))), (x[-1] + span / 2, np.log(4 * span))
    # searched for from 1 upwards: a step relative to a place at 0, where a dip is that was found before, is none
    shift = 1 - np.array(low)

    def residuals(shifted: np.ndarray) -> np.ndarray:
        columns, factors = linear(shifted - shift)
        missed = (flat - columns @ factors) / error
        return np.concatenate([missed.real, missed.imag])

    inside = np.clip((begin[0], np.log(begin[1])), np.add(low, 1e-6), np.subtract(high, 1e-6))
    found = least_squares(
        residuals, inside + shift, bounds=(low + shift, high + shift), x_scale=(begin[1], 1.0), diff_step=1e-6
    )
    place = found.x - shift
    freedom = 2 * len(x) - 2 * (order + 2) - 2
    points = (x * MHZ, *drawn)
    normal = found.jac.T @ found.jac
    if freedom < 1 or np.linalg.cond(normal) > 1e13:
        return Fit(series=(series("dip", *points),), error="the data does not determine the fit")
    scale = error_scale(np.split(found.fun, 2), freedom)
    spread = np.sqrt(np.diag(np.linalg.inv(normal))) * scale
    columns, factors = linear(place)
    kappa = float(np.exp(place[1]))
    floor = _floor(x, factors[:-1], float(place[0]))
    relative = factors[-1] / floor
    covariance = np.linalg.pinv((columns / error[:, None]).conj().T @ (columns / error[:, None])).real * scale**2
    unsure = float(np.sqrt(covariance[-1, -1] / 2) / abs(floor))
    fine = np.linspace(x[0], x[-1], CURVE_POINTS)
    curve = np.abs(_model(x, fine, factors, float(place[0]), kappa, time, start))
    bounds = {"f0": (low[0], high[0]), "kappa": (least_width(x), 4 * span)}
    one = series("dip", *points, fine * MHZ, curve)
    return Fit(
        series=(one.model_copy(update={"held": held({"f0": float(place[0]), "kappa": kappa}, bounds)}),),
        parameters={
            "f0": Quantity(value=float(place[0]), stderr=float(spread[0])),
            "kappa": Quantity(value=kappa, stderr=float(spread[1]) * kappa),
            "depth": Quantity(value=float(abs(relative)), stderr=unsure),
            "asymmetry": Quantity(value=float(np.angle(relative)), stderr=unsure / max(float(abs(relative)), 1e-12)),
        },
        reduced_chi2=float(found.fun @ found.fun) / freedom,
        freedom=freedom,
    )


def _floor(x: np.ndarray, factors: np.ndarray, at: float) -> complex:
    """The background at a frequency, within the sweep."""
    return complex(background_at(x, np.clip(at, x[0], x[-1]), factors)) or 1e-300


def background_at(x: np.ndarray, at: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The background over the sweep ``x`` of these factors, shaped as ``at``."""
    return np.polynomial.chebyshev.chebval(2 * (at - x[0]) / (x[-1] - x[0]) - 1, factors)


def _model(
    x: np.ndarray, at: np.ndarray, factors: np.ndarray, f0: float, kappa: float, time: float, start: float
) -> np.ndarray:
    return background_at(x, at, factors[:-1]) - factors[-1] * dip(at, f0, kappa, time, start)
