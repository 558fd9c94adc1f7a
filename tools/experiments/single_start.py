"""Stock analyses that fit once from a computed start, instead of from six to twenty-five guesses that end in one place.

With the nonlinear parameter given, amplitude and base are linear: the start is the best of a fine grid.
"""

from __future__ import annotations

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve
from qiskit_experiments.library.characterization.analysis import FineAmplitudeAnalysis, RamseyXYAnalysis

from reson.tools.experiments.curve_models import MOST_OFFSET
from reson.tools.experiments.starts import ANGLES


class FineAngleAnalysis(FineAmplitudeAnalysis):
    """``FineAmplitudeAnalysis`` for gates whose ``angle_per_gate`` is fixed.

    With ``offset_free`` the ``phase_offset`` is fitted too, near its nominal value: a gate before the repeated ones has
    an error of its own, which otherwise would be taken for theirs.
    """

    def __init__(self, angle_per_gate: float, phase_offset: float, offset_free: bool = False) -> None:
        super().__init__()
        self._angle, self._offset = angle_per_gate, phase_offset
        fixed = {"angle_per_gate": angle_per_gate}
        self.set_options(fixed_parameters=fixed if offset_free else fixed | {"phase_offset": phase_offset})
        if offset_free:
            free = (phase_offset - MOST_OFFSET, phase_offset + MOST_OFFSET)
            self.set_options(p0={"phase_offset": phase_offset}, bounds={"phase_offset": free})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        x, y = curve_data.x, curve_data.y
        phases = (ANGLES[:, None] + self._angle) * x - self._offset
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


class RabiAnalysis(curve.CurveAnalysis):
    """y = base + amp * cos(angle), angle = 2 pi freq x (1 - slowing (2 freq x)^2), started at the best of a grid.

    No amplitude is no rotation, so there is no free phase as in ``OscillationAnalysis``. The third level slows the
    rotation at large amplitude: ``slowing`` is by how much at a pi pulse, relative.
    """

    def __init__(self, slowing: float) -> None:
        angle = f"2 * pi * freq * x * (1 - {slowing!r} * (2 * freq * x) ** 2)"
        super().__init__(models=[lmfit.models.ExpressionModel(expr=f"base + amp * cos({angle})", name="cos")])

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        x, y = curve_data.x, curve_data.y
        frequencies = np.arange(0.05, (len(x) - 1) / 2, 0.02) / max(x.max(), 1e-12)
        shape = np.cos(2 * np.pi * frequencies[:, None] * x)
        centred = shape - shape.mean(axis=1, keepdims=True)
        amp = centred @ y / np.maximum(np.sum(centred**2, axis=1), 1e-12)
        base = y.mean() - amp * shape.mean(axis=1)
        best = int(np.argmin(np.sum((y - base[:, None] - amp[:, None] * shape) ** 2, axis=1)))
        user_opt.bounds.set_if_empty(freq=(0, np.inf))
        user_opt.p0.set_if_empty(freq=float(frequencies[best]), amp=float(amp[best]), base=float(base[best]))
        return user_opt
