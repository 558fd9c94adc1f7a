"""Fits of the variants of randomised benchmarking, each started once at the best of a grid.

The stock guesses divide by what a signal without a decay makes zero.
"""

from __future__ import annotations

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve
from qiskit_experiments.library.randomized_benchmarking import InterleavedRBAnalysis

FLOOR = 0.5
"""Of a survival averaged over both final states, and of the purity of one qubit."""
PAIR_FLOOR = 0.25
"""Of the survival of two qubits, averaged in the same way."""
LENGTHS = np.geomspace(0.03, 30.0, 300)
"""Decay lengths in units of the longest sequence."""


def decay_start(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(height, alpha) of height * alpha**x + 1/2 nearest to points of shape (points,)."""
    shape = np.exp(-x / (LENGTHS[:, None] * max(x.max(), 1.0)))
    heights = shape @ (y - FLOOR) / np.sum(shape**2, axis=1)
    best = int(np.argmin(np.sum((y - FLOOR - heights[:, None] * shape) ** 2, axis=1)))
    alpha = np.exp(-1 / (LENGTHS[best] * max(x.max(), 1.0)))
    return float(np.clip(heights[best], 0.01, 0.99)), float(alpha)


class InterleavedAnalysis(InterleavedRBAnalysis):
    """``InterleavedRBAnalysis`` with a fixed floor: one half for a qubit, a quarter for a pair; None where it is free,
    since all sequences end in one state.
    """

    def __init__(self, floor: float | None) -> None:
        super().__init__()
        self._free, self._floor = floor is None, FLOOR if floor is None else floor
        fixed = {} if floor is None else {"b": floor}
        self.set_options(average_method="shots_weighted", fixed_parameters=fixed)

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        parts = [curve_data.filter(series=name) for name in ("standard", "interleaved")]
        (height, alpha), (_, both) = (decay_start(part.x, part.y - self._floor + FLOOR) for part in parts)
        user_opt.bounds.set_if_empty(a=(0, 1), alpha=(0, 1), alpha_c=(0, 1))
        user_opt.p0.set_if_empty(a=height, alpha=alpha, alpha_c=min(both / alpha, 1 - 1e-7))
        if self._free:
            user_opt.bounds.set_if_empty(b=(0, 1))
            user_opt.p0.set_if_empty(b=self._floor)
        return user_opt


class PurityAnalysis(curve.CurveAnalysis):
    """Survival 1/2 + a * alpha**x and purity 1/2 + 2 a**2 * unitarity**x: both fall from one contrast, 2 a."""

    def __init__(self) -> None:
        # lmfit's interpreter limits exponents to 10,000, therefore in two steps as in RBAnalysis
        models = {"survival": "0.5 + a * (alpha ** (x / 10)) ** 10", "purity": "0.5 + 2 * a**2 * (u ** (x / 10)) ** 10"}
        super().__init__(models=[lmfit.models.ExpressionModel(expr=expr, name=name) for name, expr in models.items()])
        self.set_options(average_method="shots_weighted", data_subfit_map={name: {"series": name} for name in models})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        part = curve_data.filter(series="survival")
        height, alpha = decay_start(part.x, part.y)
        user_opt.bounds.set_if_empty(a=(0, 1), alpha=(0, 1), u=(0, 1.01))
        user_opt.p0.set_if_empty(a=height, alpha=alpha, u=alpha**2)
        return user_opt


class PairsAnalysis(curve.CurveAnalysis):
    """Survivals 1/4 + a * alpha**x of pairs of qubits, one named series each with parameters of its own."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            models=[
                lmfit.models.ExpressionModel(expr=f"0.25 + a{n} * alpha{n} ** x", name=name)
                for n, name in enumerate(names)
            ]
        )
        self.set_options(average_method="shots_weighted", data_subfit_map={name: {"series": name} for name in names})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        for n, name in enumerate(self.model_names()):
            part = curve_data.filter(series=name)
            height, alpha = decay_start(part.x, part.y - PAIR_FLOOR + FLOOR)
            user_opt.bounds.set_if_empty(**{f"a{n}": (0, 1), f"alpha{n}": (0, 1)})
            user_opt.p0.set_if_empty(**{f"a{n}": height, f"alpha{n}": alpha})
        return user_opt
