"""The rise of leaked population with the number of Cliffords, fitted with what T1 says about its return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

SURE, UNSURE = 0.2, 1.0
"""Relative standard deviation of the expected return, with T1 known and without; level 2 of a transmon relaxes about
twice as fast as level 1 (Peterer et al., PRL 114, 010501 (2015))."""
COHERENT = 2.0
"""A coherent exchange of two levels with one brings twice as much back as it takes out (Wood and Gambetta 2018)."""


@dataclass(frozen=True)
class LeakageFit:
    """Per Clifford, each with its standard error."""

    leakage: tuple[float, float]
    seepage: tuple[float, float]
    offset: tuple[float, float]
    """Population of level 2 after no Clifford: what the calibration of the readout leaves."""
    reduced_chi2: float

    def curve(self, lengths: np.ndarray) -> np.ndarray:
        return _model(lengths, self.leakage[0], self.seepage[0], self.offset[0])


def _model(lengths: np.ndarray, leakage: float, seepage: float, offset: float) -> np.ndarray:
    """offset + p (1 - exp(-rate n)): dP/dn = leakage (1 - P) - seepage P, with p = leakage / rate."""
    rate = leakage + seepage
    return offset - leakage / rate * np.expm1(-rate * lengths)


def fit_leakage(
    lengths: np.ndarray, values: np.ndarray, errors: np.ndarray, expected: float, t1_known: bool
) -> LeakageFit | None:
    """Fit populations of level 2, all arrays of shape (lengths,); ``expected`` is the return by relaxation alone.

    A small leakage hardly shows how fast it comes back, and its own value depends on that. So the logarithm of the
    seepage is fitted along with an expectation: relaxation, plus what coherent leakage brings back by itself.
    Returns None where the data does not determine the fit.
    """
    width = SURE if t1_known else UNSURE

    def residuals(parameters: np.ndarray) -> np.ndarray:
        leakage, log_seepage, offset = parameters[0] * expected, parameters[1], parameters[2]
        seepage = expected * np.exp(log_seepage)
        prior = (log_seepage - np.log1p(COHERENT * max(leakage, 0.0) / expected)) / width
        return np.append((_model(lengths, leakage, seepage, offset) - values) / errors, prior)

    first, last = values[np.argmin(lengths)], values[np.argmax(lengths)]
    start = [float(np.clip(last - first, -0.005, 0.8)), 0.0, float(first)]
    found = least_squares(residuals, start, bounds=([-0.3, -6.0, -1.0], [1e4, 10.0, 1.0]), x_scale=[0.01, 0.3, 0.01])
    curvature = found.jac.T @ found.jac
    if not found.success or np.linalg.cond(curvature) > 1e14:
        return None
    chi2 = float(np.sum(found.fun[:-1] ** 2)) / max(len(values) - 2, 1)
    spread = np.sqrt(np.diag(np.linalg.inv(curvature)) * max(1.0, chi2))
    seepage = expected * float(np.exp(found.x[1]))
    return LeakageFit(
        leakage=(float(found.x[0]) * expected, float(spread[0]) * expected),
        seepage=(seepage, seepage * float(spread[1])),
        offset=(float(found.x[2]), float(spread[2])),
        reduced_chi2=chi2,
    )
