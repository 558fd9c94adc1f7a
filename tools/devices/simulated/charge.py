"""Charge dispersion: how f01 and f12 of a transmon depend on its offset charge and on the parity of its charges.

E_J and E_C follow from f01 and the anharmonicity by diagonalising 4 E_C (n - n_g)^2 - E_J cos(phi) in the charge basis;
the dispersion falls as exp(-sqrt(8 E_J / E_C)) (Koch et al., PRA 76, 042319 (2007), eq. 2.5). A quasiparticle that
tunnels moves n_g by half a pair, within milliseconds (Riste et al., Nat. Commun. 4, 1913 (2013)): f01 then lies at

    mean + dispersion / 2 * cos(2 pi n_g) for one parity, and at the mirror image for the other.

The offset charge itself jumps anywhere some times an hour and creeps in between (Christensen et al., PRB 100, 140503
(2019)), so that the beat of a Ramsey fringe is wide at ten and gone at eleven. A splitting below ``NARROW`` acts in
waits alone, where it is averaged exactly; a wider one is there in pulses too, as a fast defect.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from reson.tools.devices.simulated.noise import with_parity_as_defect
from reson.tools.devices.simulated.telegraph import last_draw
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.devices.simulated.wander import processes

NARROW = 20e3
"""Hz between the parities below which a pulse of 32 ns turns by 2e-3 rad more or less: 1e-6 of error."""
JUMP = 1800.0
"""Mean seconds between jumps of the offset charge."""
CREEP, CREEP_TIME = 0.03, 600.0
"""Standard deviation in pairs, and seconds, of the motion between jumps."""

_CHARGES = np.arange(-15, 16)
_STREAM = 0x43686172
_INDEX = 1 << 32
"""Number of the offset charge among the telegraphs of a qubit: defects have small ones."""


def with_dispersion(transmon: TransmonTruth) -> TransmonTruth:
    """The transmon with the charge dispersion that belongs to its f01 and anharmonicity."""
    charging, ratio = junction(transmon.f01, transmon.anharmonicity)
    low, high = (_transitions(charging, ratio, charge) for charge in (0.0, 0.5))
    return replace(transmon, dispersion=(high[0] - low[0], high[1] - low[1]))


def charged(transmon: TransmonTruth, seed: int, qubit: int, time: float) -> TransmonTruth:
    """The transmon with its two charge parities as the offset charge has them at a time."""
    if transmon.dispersion == (0.0, 0.0):
        return transmon
    turn = math.cos(2 * math.pi * offset_charge(seed, qubit, time))
    split, upper = (one * turn for one in transmon.dispersion)
    parted = replace(transmon, parity_split=split, parity_bend=upper - split)
    return parted if abs(split) < NARROW else with_parity_as_defect(parted)


def offset_charge(seed: int, qubit: int, time: float) -> float:
    """In pairs, at a time in seconds since the epoch."""
    creep = _creeps(seed, 1 << qubit.bit_length(), time)[qubit]
    return last_draw(seed, qubit, _INDEX, JUMP, time) + CREEP * float(creep)


@lru_cache(maxsize=16)
def _creeps(seed: int, n_qubits: int, time: float) -> np.ndarray:
    """Kept, as a chip's qubits are asked for one by one; each is the same among however many, (n_qubits,)."""
    return processes(seed ^ _STREAM, n_qubits, time, np.array([CREEP_TIME]))[:, 0]


@lru_cache(maxsize=4096)
def junction(f01: float, anharmonicity: float) -> tuple[float, float]:
    """(E_C in Hz, E_J / E_C) of a transmon with these means over the offset charge, Hz."""
    from scipy.optimize import root  # a second of start-up, also where the chip is only described

    def missed(logs: np.ndarray) -> np.ndarray:
        charging, ratio = np.exp(logs)
        lower, upper = np.mean([_transitions(charging, ratio, charge) for charge in (0.0, 0.5)], axis=0)
        return np.array([lower / f01 - 1, (upper - lower) / anharmonicity - 1])

    guess = (f01 - anharmonicity) ** 2 / (8 * anharmonicity**2)
    charging, ratio = np.exp(root(missed, np.log([-0.9 * anharmonicity, 1.2 * guess])).x)
    return float(charging), float(ratio)


def _transitions(charging: float, ratio: float, charge: float) -> np.ndarray:
    """f01 and f12 in Hz at an offset charge in pairs."""
    hop = np.full(len(_CHARGES) - 1, -ratio / 2)
    energies = np.linalg.eigvalsh(np.diag(4 * (_CHARGES - charge) ** 2) + np.diag(hop, 1) + np.diag(hop, -1))
    return charging * np.diff(energies[:3])
