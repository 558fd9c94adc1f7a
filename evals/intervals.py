"""Proportions with honest intervals, pass@1 and pass^k over repeated runs, and exact tests of paired differences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reson.records import Finite, Record

Z95 = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""


class Proportion(Record):
    """``hits`` of ``total`` with the Wilson 95 % interval; all None where there was nothing to count."""

    hits: int
    total: int
    value: Finite | None
    low: Finite | None
    high: Finite | None

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return "none counted"
        return f"{self.hits} of {self.total} ({100 * self.value:.1f} %, {100 * self.low:.1f} to {100 * self.high:.1f})"


def proportion(hits: int, total: int) -> Proportion:
    """Wilson's score interval (Wilson, J. Am. Stat. Assoc. 22, 209 (1927)): sound for few trials and near 0 and 1."""
    if not total:
        return Proportion(hits=0, total=0, value=None, low=None, high=None)
    share, z2 = hits / total, Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Proportion(
        hits=hits, total=total, value=share, low=0.0 if hits == 0 else low, high=high if share < 1 else 1.0
    )


def pass_hat(passed: int, runs: int, k: int) -> float:
    """Chance that k runs, drawn without replacement from these, all passed: C(passed, k) / C(runs, k).

    The unbiased estimate of pass^k (Yao et al., arXiv 2406.12045). Raises ``ValueError`` for fewer runs than k.
    """
    if runs < k:
        raise ValueError(f"pass^{k} needs {k} runs, there are {runs}")
    return math.comb(passed, k) / math.comb(runs, k)


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high) of the mean of independent cases, by Student's t at 95 %; the interval stays within 0 to 1.

    Where all values are equal the spread says nothing, and Wilson's interval for that share is given instead.
    """
    from scipy.stats import t

    number = len(values)
    mean = sum(values) / number
    variance = sum((value - mean) ** 2 for value in values)
    if number < 2 or variance == 0:
        same = proportion(round(mean * number), number)
        return mean, min(mean, same.low or 0.0), max(mean, same.high or 0.0)
    half = float(t.ppf(0.975, number - 1)) * math.sqrt(variance / (number - 1) / number)
    return mean, max(0.0, mean - half), min(1.0, mean + half)


class Share(Record):
    """A mean over independent cases with its 95 % interval."""

    value: Finite
    low: Finite
    high: Finite

    @classmethod
    def of(cls, values: Sequence[float]) -> Share:
        mean, low, high = mean_interval(values)
        return cls(value=mean, low=low, high=high)

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % ({100 * self.low:.0f} to {100 * self.high:.0f})"


MOST_EXACT = 14
"""Cases up to which all ways of choosing signs are counted; beyond, ``DRAWS`` of them are drawn."""
DRAWS = 100_000


def sign_flip(differences: Sequence[float]) -> float:
    """Two-sided p-value that paired differences of independent cases have mean zero, by flipping their signs.

    One number a case, such as the mean over its repeats: repeats of one case are no independent evidence. Exact for few
    cases that differ, else from ``DRAWS`` draws of a fixed seed (Fisher's randomisation test; Good, Permutation Tests,
    2000). 1 where nothing differs.
    """
    moved = np.array([difference for difference in differences if difference])
    if not len(moved):
        return 1.0
    if len(moved) <= MOST_EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
    else:
        signs = np.random.default_rng(0).choice([-1, 1], (DRAWS, len(moved)))
    sums, seen = np.abs(signs @ moved), abs(moved.sum())
    as_far = int((sums >= seen * (1 - 1e-12)).sum())
    return as_far / len(signs) if len(moved) <= MOST_EXACT else (as_far + 1) / (DRAWS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for having asked several questions at once (Holm, Scand. J. Stat. 6, 65 (1979))."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted
