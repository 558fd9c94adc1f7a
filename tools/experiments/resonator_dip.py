"""The dip that a readout resonator leaves in the feedline's transmission, integrated from the start of the tone.

A resonator that hangs on a feedline transmits, once settled, 1 - d exp(i phi) / (1 + 2i (f - f0) / kappa) with an
asymmetry phi from mismatched lines (Khalil et al., J. Appl. Phys. 111, 054510 (2012)). Its field grows as
1 - exp(-r t), r = pi kappa + 2 pi i (f0 - f), so what is integrated over a readout of length T lacks a part of the
dip, by the factor 1 - (1 - exp(-r T)) / (r T): with a linewidth of 1 MHz and 1 us it is a third.
"""

from __future__ import annotations

import lmfit
import numpy as np
import qiskit_experiments.curve_analysis as curve

from reson.tools.experiments.experiment import RawData

CANDIDATES = 301
WIDTHS = (0.5, 1.0, 2.0, 4.0)
"""Linewidths in MHz that a fit may start from."""


def transmission(
    x: np.ndarray, f0: float, kappa: float, depth: float, asymmetry: float, readout_time: float
) -> np.ndarray:
    """Complex transmission, same shape as ``x``; frequencies in MHz, the readout time in us."""
    rate = np.pi * kappa + 2j * np.pi * (f0 - np.asarray(x))
    grown = 1 - (1 - np.exp(-rate * readout_time)) / (rate * readout_time)
    return 1 - depth * np.exp(1j * asymmetry) * np.pi * kappa / rate * grown


def magnitude(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude of the averaged signal of each circuit and its standard error, both of shape (circuits,)."""
    plane = np.stack([np.real(raw.arrays["iq_mean"]), np.imag(raw.arrays["iq_mean"])], axis=1)
    size = np.hypot(*plane.T)
    along = plane / np.maximum(size, 1e-300)[:, None]
    return size, np.sqrt(np.sum((along * raw.arrays["iq_stderr"]) ** 2, axis=1))


class DipAnalysis(curve.CurveAnalysis):
    """|signal| = amp * |transmission|, x in MHz; starts at the best of a grid of frequencies and linewidths."""

    def __init__(self, readout_time: float) -> None:
        self._time = readout_time * 1e6

        def dip(
            x: np.ndarray, amp: float, f0: float, kappa: float, depth: float, asymmetry: float, readout_time: float
        ) -> np.ndarray:
            return amp * np.abs(transmission(x, f0, kappa, depth, asymmetry, readout_time))

        super().__init__(models=[lmfit.Model(dip, name="dip")])
        self.set_options(fixed_parameters={"readout_time": self._time})

    def _generate_fit_guesses(
        self, user_opt: curve.FitOptions, curve_data: curve.ScatterTable
    ) -> curve.FitOptions | list[curve.FitOptions]:
        x, y = curve_data.x, curve_data.y
        level = float(np.median(y))
        best = (np.inf, 0.0, 1.0, 0.5)
        for width in WIDTHS:
            for f0 in np.linspace(x.min(), x.max(), CANDIDATES):
                shape = np.abs(transmission(x, float(f0), width, 0.9, 0.0, self._time)) - 1
                depth = float(np.clip(shape @ (y / max(level, 1e-300) - 1) / (shape @ shape + 1e-12), 0.01, 1.1))
                cost = float(np.sum((y / max(level, 1e-300) - 1 - depth * shape) ** 2))
                if cost < best[0]:
                    best = (cost, float(f0), width, 0.9 * depth)
        span = float(np.ptp(x))
        user_opt.p0.set_if_empty(
            amp=max(level, 1e-6), f0=best[1], kappa=best[2], depth=min(best[3], 0.95), asymmetry=0.0
        )
        user_opt.bounds.set_if_empty(
            amp=(0, np.inf),
            f0=(x.min() - span / 2, x.max() + span / 2),
            kappa=(0.02, 4 * span),
            depth=(0, 1.2),
            asymmetry=(-1.2, 1.2),
        )
        return user_opt
