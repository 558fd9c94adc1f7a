"""Assignment fidelity over the readout amplitude: clouds that part, and errors that a strong tone brings."""

from __future__ import annotations

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve
from scipy.special import ndtr

STEEPEST = 16.0


def fidelity(x: np.ndarray, slope: float, best: float, power: float, rest: float) -> np.ndarray:
    """1/2 + (1/2 - overlap - rest) exp(-c x^power), with the maximum at ``best``, which determines c.

    The overlap of two Gaussians ``slope * x`` sigma apart is ndtr(-slope x / 2); ``rest`` are preparation, decay and
    thermal population, which do not depend on the amplitude; the exponential scrambles the qubit.
    """
    half = slope / 2
    told = 0.5 - ndtr(-half * best) - rest
    growth = half * best * np.exp(-((half * best) ** 2) / 2) / np.sqrt(2 * np.pi) / max(told, 1e-3)
    scrambled = growth / power * np.exp(np.minimum(power * np.log(x / best), 50.0))
    return 0.5 + (0.5 - ndtr(-half * x) - rest) * np.exp(-scrambled)


class FidelityAnalysis(curve.CurveAnalysis):
    """``fidelity``, started at the best of a grid; ``slope`` is near the one that the clouds show."""

    def __init__(self, slope: float) -> None:
        super().__init__(models=[lmfit.Model(fidelity, name="fidelity")])
        self._slope = max(slope, 1e-3)

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        x, y = curve_data.x, curve_data.y
        start = (np.inf, float(np.median(x)), 4.0, 0.02)
        for best in np.geomspace(x.min(), x.max(), 60):
            for power in (2.0, 5.0, 9.0):
                shape = fidelity(x, self._slope, float(best), power, 0.0)
                rest = float(np.clip(np.median(shape - y), 0.0, 0.4))
                cost = float(np.sum(np.abs(y - shape + rest)))
                if cost < start[0]:
                    start = (cost, float(best), power, rest)
        user_opt.p0.set_if_empty(slope=self._slope, best=start[1], power=start[2], rest=start[3])
        user_opt.bounds.set_if_empty(
            slope=(0.5 * self._slope, 2 * self._slope),
            best=(x.min() / 4, 4 * x.max()),
            power=(0.5, STEEPEST),
            rest=(-0.15, 0.5),  # below 0 where the clouds part faster than the weak tones say
        )
        return user_opt
