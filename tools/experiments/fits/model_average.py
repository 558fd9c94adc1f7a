"""One number from several curves that may all be right: a mean over models, with an error that counts the choice.

Weights are Akaike's, exp(-AIC / 2) (Burnham and Anderson, Sociological Methods & Research 33, 261 (2004)): a parameter
more has to lower chi2 by 2. Where the data do not ask for it, the simple curve weighs most, and what the other curves
would have said still widens the error; where they ask for it, the simple curve weighs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from reson.records import Quantity
from reson.tools.experiments.fits.fitting import Fit


def weights(fits: Sequence[Fit], priors: Sequence[float] | None = None) -> np.ndarray:
    """Shape (fits,), sum 1; all fits are of the same points. A fit without result weighs nothing.

    ``priors``: how likely each was before, in any unit; all alike without.

    Where even the best curve scatters beyond its errors, chi2 counts in units of that scatter (QAIC).
    """
    chi2 = np.array([np.inf if one.reduced_chi2 is None else one.reduced_chi2 * one.freedom for one in fits])
    freedom = np.array([one.freedom for one in fits])
    if not np.isfinite(chi2).any():
        return np.full(len(fits), 1 / len(fits))
    best = int(np.argmin(chi2))
    scatter = max(1.0, float(chi2[best]) / max(1, freedom[best]))
    criterion = chi2 / scatter - 2 * freedom
    found = np.exp(-(criterion - criterion.min()) / 2) * np.array(priors or [1.0] * len(fits))
    return found / found.sum()


def likeliest(fits: Sequence[Fit], priors: Sequence[float] | None = None) -> Fit:
    """The one that weighs most."""
    return fits[int(np.argmax(weights(fits, priors)))]


def average(
    fits: Sequence[Fit], quantity: Callable[[Fit], Quantity], priors: Sequence[float] | None = None
) -> Quantity:
    """The weighted mean of a quantity over the fits, and as its error the weighted mean of how far each fit may be off:
    by its own error and by its distance from the mean (Buckland et al., Biometrics 53, 603 (1997)).
    """
    shares = weights(fits, priors)
    found = [(share, quantity(one)) for share, one in zip(shares, fits, strict=True) if share > 1e-6]
    found = [(share, one) for share, one in found if one.stderr is not None and np.isfinite(one.value)]
    if not found:
        return quantity(fits[int(np.argmax(shares))])
    total = sum(share for share, _ in found)
    mean = sum(share * one.value for share, one in found) / total
    spread = sum(share * float(np.hypot(one.stderr or 0.0, one.value - mean)) for share, one in found) / total
    return Quantity(value=float(mean), stderr=float(spread), unit=found[0][1].unit)
