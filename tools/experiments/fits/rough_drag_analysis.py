"""The curve analysis that rough DRAG adds to Qiskit Experiments."""

from __future__ import annotations

from collections.abc import Sequence

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve

from reson.tools.experiments.fits.memory import MEMORY

CANDIDATES = 121
SCALES = (0.85, 0.92, 1.0, 1.08, 1.15)


class RoughDragAnalysis(curve.CurveAnalysis):
    """y_n = base_n - amp_n / 2 * cos(2 pi n freq (x - beta)), one model for each number n of repetitions.

    Amplitude and base are each curve's own, since relaxation during the longer sequences shrinks and lifts it.
    ``freq`` (in 1 over the unit of x) of one repetition follows from the pulse, so the start of the fit is the best
    of a grid over beta around that frequency: with frequency and beta given, amplitude and base are linear.
    ``memory``: what shots remember is free, too (``fits.memory``).
    """

    def __init__(self, repetitions: Sequence[int], freq: float, memory: bool = False) -> None:
        super().__init__(
            models=[lmfit.models.ExpressionModel(expr=_curve(n, memory), name=f"{n} pairs") for n in repetitions]
        )
        self._repetitions = tuple(repetitions)
        self._freq = freq
        self._memory = memory
        self.set_options(data_subfit_map={f"{n} pairs": {"series": f"{n} pairs"} for n in repetitions})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        freq, beta, amp, base = self._best_start(curve_data)
        user_opt.p0.set_if_empty(freq=freq, beta=beta)
        user_opt.bounds.set_if_empty(freq=(0.5 * self._freq, 2 * self._freq))
        if self._memory:
            user_opt.p0.set_if_empty(memory=0.0)
            user_opt.bounds.set_if_empty(memory=MEMORY)
        for n in self._repetitions:
            user_opt.p0.set_if_empty(**{f"amp_{n}": amp, f"base_{n}": base})
            user_opt.bounds.set_if_empty(**{f"amp_{n}": (0, 2), f"base_{n}": (-1, 2)})
        return user_opt

    def _best_start(self, curve_data: curve.ScatterTable) -> tuple[float, float, float, float]:
        x, y = curve_data.x, curve_data.y
        names = np.array(curve_data.series_name, dtype=str)
        n = np.array([int(name.split()[0]) for name in names])
        best = (np.inf, self._freq, float(np.mean(x)), 1.0, 0.5)
        for freq in self._freq * np.array(SCALES):
            for beta in np.linspace(x.min(), x.max(), CANDIDATES):
                shape = -np.cos(2 * np.pi * n * freq * (x - beta)) / 2
                centred = shape - shape.mean()
                amp = float(centred @ y / (centred @ centred))
                base = float(y.mean() - amp * shape.mean())
                cost = float(np.sum((y - base - amp * shape) ** 2))
                if amp > 0 and cost < best[0]:
                    best = (cost, float(freq), float(beta), amp, base)
        return best[1:]


def _curve(n: int, memory: bool) -> str:
    """The curve of ``n`` pairs; ``remembered`` of the share (1 - cos) / 2 where shots remember."""
    wave = f"cos(2 * pi * {n} * freq * (x - beta))"
    if memory:
        wave = f"(1 - (1 - {wave}) / (1 - memory * {wave}))"
    return f"base_{n} - amp_{n} / 2 * {wave}"
