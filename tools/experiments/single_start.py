"""Stock analyses that fit once from a computed start, instead of from six to twenty-five guesses that end in one place.

With the nonlinear parameter given, amplitude and base are linear: the start is the best of a fine grid.
"""

from __future__ import annotations

import numpy as np
import qiskit_experiments.curve_analysis as curve
from qiskit_experiments.library.characterization.analysis import FineAmplitudeAnalysis, RamseyXYAnalysis

ANGLES = np.linspace(-0.8 * np.pi, 0.8 * np.pi, 2001)
DECAY_TIMES = np.geomspace(0.01, 10.0, 200)
"""In units of the window."""


def decay_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Start of a fit of amp * exp(-x / tau) + base to points of shape (points,).

    The stock guess takes the logarithm of the data, and finds nothing where most points lie on the floor.
    """
    taus = DECAY_TIMES * max(x.max(), 1e-12)
    shape = np.exp(-x / taus[:, None])
    centred = shape - shape.mean(axis=1, keepdims=True)
    amp = centred @ y / np.maximum(np.sum(centred**2, axis=1), 1e-12)
    base = y.mean() - amp * shape.mean(axis=1)
    best = int(np.argmin(np.sum((y - base[:, None] - amp[:, None] * shape) ** 2, axis=1)))
    found = {"amp": amp[best], "base": base[best]}
    return {name: float(np.clip(value, 0.01, 0.99)) for name, value in found.items()} | {"tau": float(taus[best])}


class FineAngleAnalysis(FineAmplitudeAnalysis):
    """``FineAmplitudeAnalysis`` for gates whose ``angle_per_gate`` and ``phase_offset`` are fixed."""

    def __init__(self, angle_per_gate: float, phase_offset: float) -> None:
        super().__init__()
        self.set_options(fixed_parameters={"angle_per_gate": angle_per_gate, "phase_offset": phase_offset})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        x, y, fixed = curve_data.x, curve_data.y, self.options.fixed_parameters
        phases = (ANGLES[:, None] + fixed["angle_per_gate"]) * x - fixed["phase_offset"]
        calibration = np.array(curve_data.series_name, dtype=str) == "spam cal."
        shape = np.where(calibration, 2 * x - 1, np.cos(phases)) / 2
        centred = shape - shape.mean(axis=1, keepdims=True)
        amp = np.maximum(centred @ y / np.maximum(np.sum(centred**2, axis=1), 1e-12), 1e-6)
        base = y.mean() - amp * shape.mean(axis=1)
        best = int(np.argmin(np.sum((y - base[:, None] - amp[:, None] * shape) ** 2, axis=1)))
        user_opt.bounds.set_if_empty(d_theta=(ANGLES[0], ANGLES[-1]), amp=(0, 2), base=(-1, 2))
        user_opt.p0.set_if_empty(
            d_theta=float(np.clip(ANGLES[best], *ANGLES[[1, -2]])),
            amp=float(min(amp[best], 1.99)),
            base=float(np.clip(base[best], -0.99, 1.99)),
        )
        return user_opt


class RamseyAnalysis(RamseyXYAnalysis):
    """``RamseyXYAnalysis`` that starts at ``freq`` (in 1 over the unit of x), found from the spectrum of X + iY."""

    def __init__(self, freq: float, tau: float) -> None:
        super().__init__()
        self.set_options(p0={"freq": freq, "tau": tau, "base": 0.5, "phase": 0.0})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        y = curve_data.y
        user_opt.bounds.set_if_empty(amp=(0, 2), tau=(0, np.inf), base=(-1, 2), phase=(-np.pi, np.pi))
        user_opt.p0.set_if_empty(amp=float(max(np.ptp(y) / 2, 1e-3)))
        return user_opt
