"""Parameters that a fit has pushed to a bound: what they say, and what the others say, is then the bound's doing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NEAR = 1e-4
"""Distance to a bound, in units of the range, that counts as none: some methods only come close."""
NATURAL = frozenset({"tau", "share", "gap", "loss", "prepared", "alpha", "alpha_c", "u"})
"""Parameters whose bound is an end of what can be: a decay or a beat that is not seen, noise of one kind, no error.
Where such a value is asked for itself, its own checks refuse it."""


def held(values: Mapping[str, float], bounds: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """Name and value of every parameter that lies at a bound, as in "depth = 1.2"."""
    return tuple(
        f"{name} = {values[name]:.4g}"
        for name, (low, high) in bounds.items()
        if name in values and name not in NATURAL and _at(values[name], low, high)
    )


def _at(value: float, low: float, high: float) -> bool:
    scale = high - low if np.isfinite(high - low) else abs(value)
    return min(value - low, high - value) <= NEAR * scale
