"""Faults at any strength that their kind declares."""

from __future__ import annotations

import math

import numpy as np

from reson.tools.devices.simulated.fault_kinds import KINDS, FaultParameter

DECADES = 30.0
"""Ratio of a parameter's bounds from which its strength is drawn by its logarithm."""


def drawn_strength(kind: str, rng: np.random.Generator) -> dict[str, float]:
    """Each parameter of a fault, to four digits, evenly over its whole range or over the logarithm of it."""
    return {name: _drawn(one, rng) for name, one in KINDS[kind].parameters.items()}


def _drawn(parameter: FaultParameter, rng: np.random.Generator) -> float:
    low, high = parameter.low, parameter.high
    if low > 0 and high > DECADES * low:
        return float(f"{math.exp(rng.uniform(math.log(low), math.log(high))):.4g}")
    return float(f"{rng.uniform(low, high):.4g}")
