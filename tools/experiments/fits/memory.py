"""Shots that remember: where the rest between them is short against T1, a shot begins with part of what the last left.

A pulse that excites |0> to a share p takes |1> down by as much. With the share k = exp(-rest / T1) of the last shot's
excitation still there, many shots of one circuit settle where m = p (1 - k m) + (1 - p) k m, so that
m = p / (1 - k + 2 k p): the top of an oscillation is flattened, and its middle stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reson.tools.data import RawData

MEMORY = (-0.3, 0.7)
"""Bounds of k in a fit; below 0 for a readout whose signal bends the other way."""

PASSIVE = "passive_reset"
"""What the circuits call whether nothing but T1 brings a qubit back to 0 between shots, where the device tells."""


def kept_over_rest(raw: RawData, moved: float = 1.0) -> float:
    """k of a qubit that relaxes in ``moved`` times the T1 of its arguments; 0 where that is not known, or unless its
    device tells that nothing else resets it.
    """
    t1, told = raw.parameters.get("t1", 0.0) * moved, raw.circuits[0] if raw.circuits else {}
    return float(np.exp(-told["rest"] / t1)) if t1 > 0 and told.get(PASSIVE) else 0.0


def remembered(excited: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """Share of 1 that is measured where a circuit excites a share ``excited`` of |0>."""
    return excited / (1 - memory + 2 * memory * excited)


def relaxed(excited: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """Share of 1 that is measured where a pulse flips what is there and it then relaxes: a 1 that is flipped to 0 stays
    there, so m = p (1 - k m).
    """
    return excited / (1 + memory * excited)


def forgotten(measured: np.ndarray, memory: float) -> np.ndarray:
    """The inverse of ``remembered``: what a circuit excites of |0>, from the share of 1 that is measured."""
    return measured * (1 - memory) / (1 - 2 * memory * measured)
