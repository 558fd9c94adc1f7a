"""The resonator's dip with the qubit in 0 and in 1, fitted together: where the two signals lie farthest apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve

from reson.tools.experiments.fits.resonator_dip import dip_start, transmission

HOT = 0.01
"""Share of 1 that a qubit at rest has, where it was not measured."""


def mixed(
    x: np.ndarray,
    share: float,
    f0: float,
    shift: float,
    kappa: float,
    depth: float,
    asymmetry: float,
    readout_time: float,
    start: float = 0.0,
) -> np.ndarray:
    """Complex mean transmission of a qubit of which ``share`` is in 1; frequencies in MHz, the readout time in us."""
    ground, excited = (transmission(x, f, kappa, depth, asymmetry, readout_time, start) for f in (f0, f0 + shift))
    return (1 - share) * ground + share * excited


def farthest(
    f0: float,
    shift: float,
    kappa: float,
    asymmetry: float,
    readout_time: float,
    start: float,
    through: Callable[[float], float],
) -> float:
    """Frequency in MHz at which the signals of 0 and 1 lie farthest apart, ``through`` a feedline by that share."""
    from scipy.optimize import minimize_scalar

    def closeness(x: float) -> float:
        one = np.array([x])
        parts = [transmission(one, f, kappa, 1.0, asymmetry, readout_time, start) for f in (f0, f0 + shift)]
        return -through(x) * float(np.abs(parts[1] - parts[0])[0])

    margin = kappa / 2
    low, high = min(f0, f0 + shift) - margin, max(f0, f0 + shift) + margin
    grid = np.linspace(low, high, 41)
    best = int(np.clip(np.argmin([closeness(float(x)) for x in grid]), 1, 39))
    found: Any = minimize_scalar(closeness, bounds=(float(grid[best - 1]), float(grid[best + 1])), method="bounded")
    return float(found.x)


class TwoDipsAnalysis(curve.CurveAnalysis):
    """|signal| for both preparations, x in MHz; of preparation 1 the share ``prepared`` is in 1; times in s."""

    def __init__(self, readout_time: float, start: float = 0.0) -> None:
        self._time, begun = readout_time * 1e6, start * 1e6

        def zero(
            x: np.ndarray,
            amp: float,
            f0: float,
            shift: float,
            kappa: float,
            depth: float,
            asymmetry: float,
            readout_time: float,
        ) -> np.ndarray:
            return amp * np.abs(mixed(x, HOT, f0, shift, kappa, depth, asymmetry, readout_time, begun))

        def one(
            x: np.ndarray,
            amp: float,
            prepared: float,
            f0: float,
            shift: float,
            kappa: float,
            depth: float,
            asymmetry: float,
            readout_time: float,
        ) -> np.ndarray:
            return amp * np.abs(mixed(x, prepared, f0, shift, kappa, depth, asymmetry, readout_time, begun))

        super().__init__(models=[lmfit.Model(zero, name="prepared 0"), lmfit.Model(one, name="prepared 1")])
        self.set_options(
            data_subfit_map={name: {"series": name} for name in ("prepared 0", "prepared 1")},
            fixed_parameters={"readout_time": self._time},
        )

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        names = np.array(curve_data.series_name, dtype=str)
        starts = [
            dip_start(curve_data.x[names == name], curve_data.y[names == name], self._time)
            for name in ("prepared 0", "prepared 1")
        ]
        span = float(np.ptp(curve_data.x))
        user_opt.p0.set_if_empty(**starts[0], shift=starts[1]["f0"] - starts[0]["f0"], prepared=0.95)
        user_opt.bounds.set_if_empty(
            amp=(0, np.inf),
            f0=(curve_data.x.min() - span / 2, curve_data.x.max() + span / 2),
            shift=(-span, span),
            prepared=(0.5, 1.0),
            kappa=(0.02, 4 * span),
            depth=(0, 1.2),
            asymmetry=(-1.2, 1.2),
        )
        return user_opt
