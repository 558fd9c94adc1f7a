"""Of what cannot be below zero: when a measured value is told from zero, and what is known where it is not."""

from __future__ import annotations

from statistics import NormalDist

from reson.records import Quantity

TOLD = 3.0
"""Standard errors above zero from which a value is one: its error is then a third of it at most."""
CONFIDENCE = 0.95
LOWEST = -6.0

_NORMAL = NormalDist()


def told_from_zero(found: Quantity) -> bool:
    """Whether a value rises above its error; one without an error is taken at its word."""
    return not found.stderr or found.value >= TOLD * found.stderr


def upper_limit(value: float, stderr: float, confidence: float = CONFIDENCE) -> float:
    """Below which the truth lies with this confidence, given a normal ``value`` of standard error ``stderr`` and a
    truth that is not negative (the CLs limit: Read, J. Phys. G 28, 2693 (2002)).

    Above 0 however low the value came out: one below ``LOWEST`` standard errors is taken for that.
    """
    place = max(value / stderr, LOWEST)
    return stderr * (place - _NORMAL.inv_cdf((1 - confidence) * _NORMAL.cdf(place)))
