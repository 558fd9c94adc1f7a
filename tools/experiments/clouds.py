"""Discrimination of 0 and 1 in the IQ plane from single shots of both preparations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ITERATIONS = 60


@dataclass(frozen=True)
class Mixture:
    """Two Gaussians of common width on the rotated axis; ``excited`` is the share of the upper one per preparation."""

    low: float
    high: float
    sigma: float
    excited: tuple[float, float]

    def density(self, x: np.ndarray, preparation: int) -> np.ndarray:
        """Probability density at ``x`` for preparation 0 or 1."""
        share = self.excited[preparation]
        return (1 - share) * _normal(x, self.low, self.sigma) + share * _normal(x, self.high, self.sigma)


@dataclass(frozen=True)
class Discrimination:
    angle: float
    angle_err: float
    threshold: float
    threshold_err: float
    errors: tuple[float, float]
    """P(1|0) and P(0|1), measured."""
    shots: int
    mixture: Mixture

    @property
    def fidelity(self) -> float:
        return 1 - sum(self.errors) / 2

    @property
    def fidelity_err(self) -> float:
        """Binomial, at Laplace's estimate so that it does not vanish."""
        smoothed = [(p * self.shots + 1) / (self.shots + 2) for p in self.errors]
        return float(np.sqrt(sum(p * (1 - p) / self.shots for p in smoothed)) / 2)

    @property
    def separation(self) -> float:
        """Distance of the two Gaussians in units of their width."""
        return (self.mixture.high - self.mixture.low) / self.mixture.sigma


def rotated(iq: np.ndarray, angle: float) -> np.ndarray:
    """The coordinate along which 0 and 1 differ: Re(iq exp(-i angle)), same shape as ``iq``."""
    return (iq * np.exp(-1j * angle)).real


def discriminate(iq: np.ndarray) -> Discrimination:
    """Angle, threshold and confusion from ``iq`` of shape (2, shots): preparations 0 and 1.

    The angle joins the centroids. The threshold lies midway between the Gaussians that the shots decompose into, which
    is optimal for equal widths and equal priors and, unlike the best cut of the very sample, does not follow its noise.
    """
    shots = iq.shape[1]
    difference = iq[1].mean() - iq[0].mean()
    angle = float(np.angle(difference))
    along, across = rotated(iq, angle), (iq * np.exp(-1j * angle)).imag
    mixture = _fit_mixture(along)
    threshold = (mixture.low + mixture.high) / 2
    above = (along > threshold).mean(axis=1)
    angle_err = float(np.hypot(*across.std(axis=1)) / np.sqrt(shots) / max(abs(difference), 1e-300))
    return Discrimination(
        angle=angle,
        angle_err=angle_err,
        threshold=threshold,
        # the axis turns about the origin of the plane, so the angle's error moves clouds that lie far off it
        threshold_err=float(np.hypot(mixture.sigma / np.sqrt(2 * shots), angle_err * across.mean())),
        errors=(float(above[0]), float(1 - above[1])),
        shots=shots,
        mixture=mixture,
    )


def _fit_mixture(along: np.ndarray) -> Mixture:
    """Expectation maximisation on both preparations at once, ``along`` of shape (2, shots)."""
    low, high = np.median(along, axis=1)
    sigma, excited = float(along.std(axis=1).min()), np.array([0.05, 0.95])
    for _ in range(ITERATIONS):
        upper = excited[:, None] * _normal(along, high, sigma)
        share = upper / (upper + (1 - excited[:, None]) * _normal(along, low, sigma) + 1e-300)
        low = np.sum((1 - share) * along) / np.sum(1 - share)
        high = np.sum(share * along) / np.sum(share)
        sigma = float(np.sqrt(np.mean(share * (along - high) ** 2 + (1 - share) * (along - low) ** 2)))
        excited = share.mean(axis=1)
    return Mixture(float(low), float(high), sigma, (float(excited[0]), float(excited[1])))


def _normal(x: np.ndarray, centre: float, sigma: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
