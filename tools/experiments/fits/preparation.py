"""How well a perfectly prepared 0 and 1 are told apart, from clouds in which some shots of 1 were never prepared.

A pulse that turns too little, a reset that fails and a rest that is short against T1 leave shots of 1 in 0 before the
readout begins. They lie in the cloud of 0, where the decomposition finds them, while a 1 that decays during the readout
lies between the clouds.
"""

from __future__ import annotations

import numpy as np

from reson.records import Quantity
from reson.tools.experiments.fits.clouds import Discrimination, rotated

EARLY = 0.1
"""Share of the shots that decay during the readout that do so before there is a signal, give or take as much."""


def unprepared_and_fidelity(iq: np.ndarray, found: Discrimination) -> tuple[Quantity, Quantity]:
    """(share of 1 that was never prepared, assignment fidelity of shots that all are), ``iq`` of shape (2, shots).

    The standard errors are those of the shares' likelihood and of counting, with what the two have in common.
    """
    (_, _, up), (down, decayed, _) = found.mixture.shares
    early = EARLY * decayed
    unprepared = found.mixture.preparation_error - early
    # the 0 and the 1 that are there are told apart by more than the preparations, which mix them
    apart = (1 - sum(found.errors)) / max(1 - up - down, 1e-300)
    zero, one = rotated(iq, found.angle)
    moves_up, moves_down = _influence(zero, found, 0)[1], _influence(one, found, 1)[0]
    told = _variance_of_mean(-0.5 * (zero > found.threshold) - 0.5 * apart * moves_up)
    told += _variance_of_mean(-0.5 * (one <= found.threshold) + 0.5 * apart * moves_down)
    fidelity = min(found.fidelity + unprepared * apart / 2, 1.0)
    error = float(np.sqrt(told + (early * apart / 2) ** 2))
    share_error = float(np.sqrt(_variance_of_mean(moves_up) + _variance_of_mean(moves_down) + early**2))
    return Quantity(value=unprepared, stderr=share_error), Quantity(
        value=fidelity, stderr=max(error, found.fidelity_err)
    )


def _influence(along: np.ndarray, found: Discrimination, preparation: int) -> np.ndarray:
    """By how much each shot moves the shares of lower and upper cloud, times the number of shots, shape (2, shots).

    Of the likelihood's maximum: the inverse of Fisher's information times the score, the clouds themselves known.
    """
    low, bridge, high = parts = found.mixture.parts(along)
    density = np.array(found.mixture.shares[preparation]) @ parts + 1e-300
    score = np.stack([low - bridge, high - bridge]) / density
    return np.asarray(np.linalg.pinv(score @ score.T / len(along)) @ score)


def _variance_of_mean(values: np.ndarray) -> float:
    return float(values.var() / len(values))
