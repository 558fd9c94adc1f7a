"""Shots that remember: where the rest between them is short against T1, a shot begins with part of what the last left.

A pulse that excites |0> to a share p takes |1> down by as much. With the share k = exp(-rest / T1) of the last shot's
excitation still there, many shots of one circuit settle where m = p (1 - k m) + (1 - p) k m, so that
m = p / (1 - k + 2 k p): the top of an oscillation is flattened, and its middle stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.records import Quantity

if TYPE_CHECKING:
    from reson.tools.data import RawData

MEMORY = (-0.3, 0.7)
"""Bounds of k in a fit; below 0 for a readout whose signal bends the other way."""

PASSIVE = "passive_reset"
"""What the circuits call whether nothing but T1 brings a qubit back to 0 between shots, where the device tells."""

T1_MOVED = (0.83, 1.2)
"""What T1 may have become since it was measured, relative: it wanders by some 20 % (Burnett et al., 2019)."""

LONGEST_T1 = 500e-6
"""Seconds; of what a transmon may have before it was measured."""


def told_to_remember(raw: RawData) -> bool:
    """Whether the device tells that nothing but T1 brings its qubits back to 0 between shots."""
    return bool(raw.circuits and raw.circuits[0].get(PASSIVE))


def kept_over_rest(raw: RawData, moved: float = 1.0) -> float:
    """k of a qubit that relaxes in ``moved`` times the T1 of its arguments; 0 where that is not known, or unless its
    device tells that nothing else resets it.
    """
    return _kept(raw, raw.parameters.get("t1", 0.0) * moved)


def _kept(raw: RawData, t1: float) -> float:
    return float(np.exp(-raw.circuits[0]["rest"] / t1)) if t1 > 0 and told_to_remember(raw) else 0.0


def remembered(excited: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """Share of 1 that is measured where a circuit excites a share ``excited`` of |0>."""
    return excited / (1 - memory + 2 * memory * excited)


def relaxed(excited: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """Share of 1 that is measured where a pulse flips what is there and it then relaxes: a 1 that is flipped to 0 stays
    there, so m = p (1 - k m).
    """
    return excited / (1 + memory * excited)


def forgotten(measured: np.ndarray, memory: float | np.ndarray) -> np.ndarray:
    """The inverse of ``remembered``: what a circuit excites of |0>, from the share of 1 that is measured."""
    return measured * (1 - memory) / (1 - 2 * memory * measured)


def forgotten_error(measured: np.ndarray, error: np.ndarray, memory: float) -> np.ndarray:
    """Standard error of ``forgotten``, from that of what is measured."""
    return error * (1 - memory) / (1 - 2 * memory * measured) ** 2


def unprepared(raw: RawData, level: int) -> Quantity:
    """Share of shots that pulses to ``level`` leave in 0, since they began in 1, and its error by T1's wandering.

    A level comes down by steps, so that level n has 1 - (1 - k)^n of a chance not to be in 0 after the rest. Where T1
    is not known, none, and half of what the longest one would leave.
    """
    t1 = raw.parameters.get("t1", 0.0)
    times = (t1, *(t1 * moved for moved in T1_MOVED)) if t1 else (0.0, 0.0, LONGEST_T1)
    stays = [1 - (1 - _kept(raw, time)) ** level for time in times]
    share, low, high = (one / (1 + one) for one in stays)
    return Quantity(value=share, stderr=(high - low) / 2)
