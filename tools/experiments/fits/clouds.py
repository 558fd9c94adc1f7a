"""Discrimination of 0 and 1 in the IQ plane from single shots of both preparations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from reson.tools.experiments.fits.processing import CLIPPED, at_limit

ITERATIONS = 60
GAIN = 0.003
"""Fidelity that the best cut of the data has to win over the middle of the clouds, beyond what decays explain."""
MOST_EXPLAINED = 0.001
"""The same that decays may explain: a cloud much wider than the other looks like one, too."""
TURNED = np.linspace(-1.2, 1.2, 13)
"""Angles in rad at which a cut is tried beside the usual one where a digitiser clips and flattens a cloud."""
PLATEAU = 0.5
"""Cuts whose fidelity lies within so many errors of the best one's are as good; the threshold is in their middle."""
NARROWEST = 0.2
"""Width of a cloud in units of the common one, below which it would follow single shots."""
SETTLED = 2e-4
"""Move of a centre, in widths of a cloud, below which the decomposition has come to rest."""


@dataclass(frozen=True)
class Mixture:
    """Two Gaussians on the rotated axis, and between them the shots that decayed during the readout.

    Their widths are equal, as an amplifier makes them, unless the data ask for two (``discriminate``).

    ``shares`` holds for each preparation the shares of lower cloud, bridge and upper cloud. A decay at a random moment
    leaves the signal anywhere between the two centres; were such shots shared out to the clouds, they would draw the
    centres towards each other and the threshold with them.
    """

    low: float
    high: float
    widths: tuple[float, float]
    shares: tuple[tuple[float, float, float], tuple[float, float, float]]

    def density(self, x: np.ndarray, preparation: int) -> np.ndarray:
        """Probability density at ``x`` for preparation 0 or 1."""
        return sum(
            (share * part for share, part in zip(self.shares[preparation], self.parts(x), strict=True)), np.zeros(1)
        )

    def parts(self, x: np.ndarray) -> np.ndarray:
        """Densities of lower cloud, bridge and upper cloud at ``x``, shape (3, points)."""
        return _components(x, self.low, self.high, self.widths)

    def belongs(self, x: np.ndarray, preparation: int) -> np.ndarray:
        """Probability that a shot at ``x`` of a preparation is of lower cloud, bridge and upper cloud; likewise."""
        return _normalised(np.array(self.shares[preparation])[:, None] * self.parts(x))

    @property
    def sigma(self) -> float:
        return sum(self.widths) / 2

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

    The angle joins the clouds' centres. The threshold lies midway between the Gaussians that the shots decompose into,
    which is optimal for equal widths and equal priors and, unlike the best cut of the very sample, does not follow its
    noise. Where the clouds have not one width, in the plane or on the axis, or have tails, the best straight cut wins
    by more than noise and decays explain, and is taken.
    """
    usual = _cut_midway(iq, _angle_of_clouds(iq, _cut_midway(iq, _angle(iq), equal=True)), equal=True)
    needed = usual.fidelity + min(_explained(usual), MOST_EXPLAINED) + max(GAIN, usual.fidelity_err)
    # beside it, every other angle has to win by enough, and with it a decomposition of two widths, which takes long
    angles = [usual.angle, _fisher_angle(iq), *(usual.angle + TURNED if at_limit(iq) > CLIPPED else ())]
    most, angle = max((float(_cuts(iq, angle)[1].max()), angle) for angle in angles)
    if most <= needed:
        return usual
    cut = _best_cut(iq, angle)
    return _unsure(cut, usual) if cut.fidelity > needed else usual


def _unsure(cut: Discrimination, usual: Discrimination) -> Discrimination:
    """The cut with errors as large as what it departs by from the clouds' own: such clouds have no one best axis."""
    turned = math.remainder(cut.angle - usual.angle, math.tau)
    moved = cut.threshold - usual.threshold
    return replace(cut, angle_err=math.hypot(cut.angle_err, turned), threshold_err=math.hypot(cut.threshold_err, moved))


def _angle(iq: np.ndarray) -> float:
    return float(np.angle(iq[1].mean() - iq[0].mean()))


def _angle_of_clouds(iq: np.ndarray, found: Discrimination) -> float:
    """From the shots that lie in the cloud of their preparation: those that decay meanwhile come along another way."""
    zero, one = rotated(iq, found.angle)
    own = found.mixture.belongs(zero, 0)[0], found.mixture.belongs(one, 1)[2]
    low, high = (np.sum(part * weight) / (np.sum(weight) + 1e-300) for part, weight in zip(iq, own, strict=True))
    return float(np.angle(high - low)) if high != low else found.angle


def _fisher_angle(iq: np.ndarray) -> float:
    """Across the straight line that parts two clouds of any one shape best (Fisher, Ann. Eugen. 7, 179 (1936))."""
    plane = np.stack([np.real(iq), np.imag(iq)], axis=-1)
    scatter = sum(np.cov(part.T) for part in plane)
    direction = np.linalg.pinv(scatter) @ (plane[1].mean(axis=0) - plane[0].mean(axis=0))
    return float(np.arctan2(direction[1], direction[0]))


def _cut_midway(iq: np.ndarray, angle: float, equal: bool) -> Discrimination:
    shots = iq.shape[1]
    difference = iq[1].mean() - iq[0].mean()
    along, across = rotated(iq, angle), (iq * np.exp(-1j * angle)).imag
    mixture = _fit_mixture(along, equal)
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


def _best_cut(iq: np.ndarray, angle: float) -> Discrimination:
    """The cut of the sample itself, in the middle of all that are as good within the noise."""
    midway = _cut_midway(iq, angle, equal=False)
    cuts, fidelity = _cuts(iq, angle)
    good = cuts[fidelity >= fidelity.max() - PLATEAU * midway.fidelity_err]
    threshold, half = float(good[0] + good[-1]) / 2, float(good[-1] - good[0]) / 2
    zero, one = rotated(iq, angle)
    errors = float((zero > threshold).mean()), float((one <= threshold).mean())
    return replace(
        midway, threshold=threshold, threshold_err=float(np.hypot(midway.threshold_err, half / 3**0.5)), errors=errors
    )


def _cuts(iq: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Every shot as a threshold, in order, and the fidelity of the sample there; both of shape (2 * shots,)."""
    zero, one = np.sort(rotated(iq, angle), axis=1)
    cuts = np.sort(np.concatenate([zero, one]))
    return cuts, (np.searchsorted(zero, cuts) + len(one) - np.searchsorted(one, cuts)) / (2 * len(zero))


def _explained(usual: Discrimination) -> float:
    """What the best cut would win if the clouds were what the decomposition says: shots that decay draw it down."""
    mixture = usual.mixture
    x = np.linspace(mixture.low - 4 * mixture.sigma, mixture.high + 4 * mixture.sigma, 801)
    below = [np.cumsum(mixture.density(x, n)) * (x[1] - x[0]) for n in (0, 1)]
    fidelity = (1 + below[0] - below[1]) / 2
    return float(fidelity.max() - np.interp(usual.threshold, x, fidelity))


def _fit_mixture(along: np.ndarray, equal: bool) -> Mixture:
    """Expectation maximisation on both preparations at once, ``along`` of shape (2, shots); ``equal``: in width."""
    low, high = (float(centre) for centre in np.median(along, axis=1))
    first, second = (float(width) for width in along.std(axis=1))
    widths = (min(first, second), min(first, second)) if equal else (first, second)
    shares = np.array([[0.94, 0.02, 0.04], [0.04, 0.02, 0.94]])
    for _ in range(ITERATIONS):
        lower, bridge, upper = _normalised(shares.T[:, :, None] * _components(along, low, high, widths))
        before = low, high
        low, high = (float(np.sum(part * along) / (np.sum(part) + 1e-300)) for part in (lower, upper))
        spread = [np.sum(part * (along - centre) ** 2) for part, centre in ((lower, low), (upper, high))]
        weight = [np.sum(part) + 1e-300 for part in (lower, upper)]
        common = float(np.sqrt(sum(spread) / sum(weight)))
        apart = [max(float(np.sqrt(one / of)), NARROWEST * common) for one, of in zip(spread, weight, strict=True)]
        widths = (common, common) if equal else (apart[0], apart[1])
        shares = np.stack([part.mean(axis=1) for part in (lower, bridge, upper)], axis=1)
        if max(abs(low - before[0]), abs(high - before[1])) < SETTLED * common:
            break
    ground, excited = ((float(a), float(b), float(c)) for a, b, c in shares)
    return Mixture(low, high, widths, (ground, excited))


def _normalised(likelihood: np.ndarray) -> np.ndarray:
    return likelihood / (likelihood.sum(axis=0) + 1e-300)


def _components(x: np.ndarray, low: float, high: float, widths: tuple[float, float]) -> np.ndarray:
    """Densities of lower cloud, bridge (even between the centres, as wide as a cloud beyond them) and upper cloud."""
    from scipy.special import ndtr

    sigma = sum(widths) / 2
    # centres that coincide leave no bridge but a third cloud
    length = max(high - low, 0.1 * sigma)
    bridge = (ndtr((x - low) / sigma) - ndtr((x - low - length) / sigma)) / length
    return np.stack([_normal(x, low, widths[0]), bridge, _normal(x, high, widths[1])])


def _normal(x: np.ndarray, centre: float, sigma: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
