"""Discrimination of 0 and 1 in the IQ plane from single shots of both preparations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ITERATIONS = 60
SETTLED = 2e-4
"""Move of a centre, in widths of a cloud, below which the decomposition has come to rest."""


@dataclass(frozen=True)
class Mixture:
    """Two Gaussians of common width on the rotated axis, and between them the shots that decayed during the readout.

    ``shares`` holds for each preparation the shares of lower cloud, bridge and upper cloud. A decay at a random moment
    leaves the signal anywhere between the two centres; were such shots shared out to the clouds, they would draw the
    centres towards each other and the threshold with them.
    """

    low: float
    high: float
    sigma: float
    shares: tuple[tuple[float, float, float], tuple[float, float, float]]

    def density(self, x: np.ndarray, preparation: int) -> np.ndarray:
        """Probability density at ``x`` for preparation 0 or 1."""
        parts = _components(x, self.low, self.high, self.sigma)
        return sum((share * part for share, part in zip(self.shares[preparation], parts, strict=True)), np.zeros(1))

    @property
    def preparation_error(self) -> float:
        """Share of preparation 1 that began the readout in 0, beyond what thermal population explains by itself."""
        return self.shares[1][0] - self.shares[0][2]


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
    low, high = (float(centre) for centre in np.median(along, axis=1))
    sigma = float(along.std(axis=1).min())
    shares = np.array([[0.94, 0.02, 0.04], [0.04, 0.02, 0.94]])
    for _ in range(ITERATIONS):
        likelihood = shares.T[:, :, None] * _components(along, low, high, sigma)
        lower, bridge, upper = likelihood / (likelihood.sum(axis=0) + 1e-300)
        before = low, high
        low, high = (float(np.sum(part * along) / (np.sum(part) + 1e-300)) for part in (lower, upper))
        spread = np.sum(upper * (along - high) ** 2 + lower * (along - low) ** 2)
        sigma = float(np.sqrt(spread / np.sum(lower + upper)))
        shares = np.stack([part.mean(axis=1) for part in (lower, bridge, upper)], axis=1)
        if max(abs(low - before[0]), abs(high - before[1])) < SETTLED * sigma:
            break
    ground, excited = ((float(a), float(b), float(c)) for a, b, c in shares)
    return Mixture(low, high, sigma, (ground, excited))


def _components(x: np.ndarray, low: float, high: float, sigma: float) -> np.ndarray:
    """Densities of lower cloud, bridge (even between the centres, as wide as a cloud beyond them) and upper cloud."""
    from scipy.special import ndtr

    # centres that coincide leave no bridge but a third cloud
    length = max(high - low, 0.1 * sigma)
    bridge = (ndtr((x - low) / sigma) - ndtr((x - low - length) / sigma)) / length
    return np.stack([_normal(x, low, sigma), bridge, _normal(x, high, sigma)])


def _normal(x: np.ndarray, centre: float, sigma: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
