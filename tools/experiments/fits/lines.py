"""Straight-line fits with their errors, for phases that grow with a number of gates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Linear(NamedTuple):
    """Coefficients of a weighted linear fit, their covariance, and chi2 for each degree of freedom."""

    values: np.ndarray
    covariance: np.ndarray
    reduced_chi2: float

    @property
    def errors(self) -> np.ndarray:
        """Standard errors, scaled up where the points scatter more than theirs."""
        return np.sqrt(np.diag(self.covariance) * max(1.0, self.reduced_chi2))


def linear(columns: list[np.ndarray], y: np.ndarray, error: np.ndarray) -> Linear:
    """y as a combination of ``columns``, each of shape (points,)."""
    rows = np.stack(columns, axis=1) / error[:, None]
    found, *_ = np.linalg.lstsq(rows, y / error, rcond=None)
    freedom = len(y) - len(columns)
    chi2 = float(np.sum((rows @ found - y / error) ** 2)) / freedom if freedom > 0 else float("nan")
    return Linear(found, np.linalg.pinv(rows.T @ rows), chi2)
