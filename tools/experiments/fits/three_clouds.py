"""Discrimination of 0, 1 and 2 in the IQ plane from single shots of the three preparations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

ITERATIONS = 100
SETTLED = 1e-4
"""Move of the centres, in widths of a cloud, below which the decomposition has come to rest."""
FIRST_SHARE = 0.9


@dataclass(frozen=True)
class ThreeClouds:
    centres: np.ndarray
    """Complex (3,): of the Gaussians of 0, 1 and 2, that is of shots which stay in their level."""
    sigma: float
    """Common standard deviation of each quadrature."""
    assigned: np.ndarray
    """P(assigned | prepared), shape (prepared, assigned)."""
    shares: np.ndarray
    """Share of each cloud in the shots of each preparation, shape (prepared, cloud): what the overlap leaves out."""
    shots: int

    @property
    def fidelity(self) -> float:
        return float(np.trace(self.assigned) / 3)

    @property
    def fidelity_err(self) -> float:
        """Binomial, at Laplace's estimate so that it does not vanish."""
        right = (np.clip(np.diag(self.assigned), 0, 1) * self.shots + 1) / (self.shots + 2)
        return float(np.sqrt(np.sum(right * (1 - right) / self.shots)) / 3)

    def separation(self, one: int, other: int) -> float:
        """Distance of two clouds in units of their width."""
        return float(abs(self.centres[one] - self.centres[other]) / self.sigma)


def all_prepared(found: ThreeClouds, missed: Sequence[float]) -> ThreeClouds:
    """The assignment of states that are prepared in every shot, where a share ``missed`` (3,) of each was left in 0."""
    missed_of = np.array(missed)[:, None]
    ground = found.assigned[0]
    return replace(found, assigned=(found.assigned - missed_of * ground) / (1 - missed_of))


def discriminate_three(iq: np.ndarray) -> ThreeClouds:
    """Clouds and assignment from ``iq`` of shape (3, shots): preparations 0, 1 and 2.

    Three round Gaussians of one width are fitted to all shots together, with shares of their own for each preparation,
    so that shots which were not prepared or have decayed do not draw a cloud away. Each shot is assigned to the nearest
    centre: the best rule for equal widths and equal priors.
    """
    centres = np.median(np.real(iq), axis=1) + 1j * np.median(np.imag(iq), axis=1)
    sigma = float(np.median(np.abs(iq[0] - centres[0])) / 1.1774)
    shares = np.full((3, 3), (1 - FIRST_SHARE) / 2) + (FIRST_SHARE - (1 - FIRST_SHARE) / 2) * np.eye(3)
    for _ in range(ITERATIONS):
        distance = np.abs(iq[:, :, None] - centres) ** 2
        likelihood = shares[:, None, :] * np.exp(-distance / (2 * sigma**2))
        weight = likelihood / (likelihood.sum(axis=2, keepdims=True) + 1e-300)
        total = weight.sum(axis=(0, 1)) + 1e-300
        moved = np.einsum("psk,ps->k", weight, iq) / total
        sigma = float(np.sqrt(np.sum(weight * np.abs(iq[:, :, None] - moved) ** 2) / (2 * total.sum())))
        shares = weight.mean(axis=1)
        rest = float(np.abs(moved - centres).max())
        centres = moved
        if rest < SETTLED * sigma:
            break
    nearest = np.argmin(np.abs(iq[:, :, None] - centres), axis=2)
    assigned = np.stack([(nearest == level).mean(axis=1) for level in range(3)], axis=1)
    return ThreeClouds(centres, sigma, assigned, shares, iq.shape[1])
