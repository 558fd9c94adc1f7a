"""Two transmons and the coupler between them as three Duffing modes: blocks of conserved excitation, dressed energies.

Exchange couplings in the rotating-wave approximation conserve the number of excitations, so the Hamiltonian falls into
blocks; those of up to four excitations hold all states of two qubits with two excitations each. Both qubits couple to
the coupler with g, which grows as the root of its frequency, and directly with an effective g12; far above the qubits
the coupler's mediated exchange is negative and cancels the direct one (Yan et al., PR Applied 10, 054062 (2018); Sung
et al., PRX 11, 021058 (2021)). All frequencies in Hz.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MOST = 4
"""Excitations of the largest block."""
LEVELS_PER_MODE = 4
REFERENCE = 6e9
"""Coupler frequency at which ``Modes.couplings`` hold."""
CURVE_POINTS = 1024

STATES: tuple[tuple[int, int, int], ...] = tuple(
    sorted(
        (
            (first, second, coupler)
            for first, second, coupler in itertools.product(range(LEVELS_PER_MODE), repeat=3)
            if first + second + coupler <= MOST
        ),
        key=lambda state: (sum(state), state),
    )
)
"""(first qubit, second qubit, coupler), block by block."""
BLOCKS: tuple[slice, ...] = tuple(
    slice(
        sum(sum(state) < number for state in STATES),
        sum(sum(state) <= number for state in STATES),
    )
    for number in range(MOST + 1)
)
PLACE = {state: index for index, state in enumerate(STATES)}
_NUMBERS = np.array(STATES, dtype=float).T
IN_COUPLER = _NUMBERS[2]
"""Excitations of the coupler in each state."""


@dataclass(frozen=True)
class Modes:
    """Bare frequencies of the qubits, anharmonicities (first, second, coupler), and couplings, in Hz."""

    first: float
    second: float
    anharmonicities: tuple[float, float, float]
    couplings: tuple[float, float]
    """Of each qubit with the coupler, when that lies at ``REFERENCE``."""
    exchange: float
    """Effective direct one of the qubits."""


def _exchanged(one: int, other: int) -> np.ndarray:
    """a_one^dag a_other + a_other^dag a_one on ``STATES``."""
    matrix = np.zeros((len(STATES), len(STATES)))
    for state, index in PLACE.items():
        moved = list(state)
        moved[one] += 1
        moved[other] -= 1
        if tuple(moved) in PLACE:
            matrix[PLACE[moved[0], moved[1], moved[2]], index] = math.sqrt(moved[one] * state[other])
    return matrix + matrix.T


def lowered_coupler() -> np.ndarray:
    """The coupler's lowering operator on ``STATES``."""
    matrix = np.zeros((len(STATES), len(STATES)))
    for (first, second, number), index in PLACE.items():
        if number:
            matrix[PLACE[first, second, number - 1], index] = math.sqrt(number)
    return matrix


_FIRST_COUPLER, _SECOND_COUPLER, _DIRECT = _exchanged(0, 2), _exchanged(1, 2), _exchanged(0, 1)


def hamiltonians(modes: Modes, coupler: np.ndarray, number: int) -> np.ndarray:
    """H / h in Hz of the block of ``number`` excitations, shape (coupler frequencies, states, states).

    In a frame that turns with the first qubit's bare frequency: what is taken off depends on ``number`` alone.
    """
    block = BLOCKS[number]
    numbers = _NUMBERS[:, block]
    ladder = np.array(modes.anharmonicities) / 2 @ (numbers * (numbers - 1))
    fixed = np.diag((modes.second - modes.first) * numbers[1] + ladder) + modes.exchange * _DIRECT[block, block]
    hop = modes.couplings[0] * _FIRST_COUPLER[block, block] + modes.couplings[1] * _SECOND_COUPLER[block, block]
    coupler = coupler[:, None, None]
    return fixed + (coupler - modes.first) * np.diag(numbers[2]) + np.sqrt(coupler / REFERENCE) * hop


def dressed_basis(modes: Modes, coupler: float) -> tuple[np.ndarray, np.ndarray]:
    """(energies in Hz, states as columns) at one coupler frequency, each under the bare state that it resembles most.

    Signs are such that the resemblance is positive; energies in the frame of ``hamiltonians``.
    """
    energies, states = np.zeros(len(STATES)), np.zeros((len(STATES), len(STATES)))
    for number, block in enumerate(BLOCKS):
        energies[block], states[block, block] = _dressed_block(modes, coupler, number)
    return energies, states


def _dressed_block(modes: Modes, coupler: float, number: int) -> tuple[np.ndarray, np.ndarray]:
    from scipy.optimize import linear_sum_assignment

    (values,), (vectors,) = np.linalg.eigh(hamiltonians(modes, np.array([coupler]), number))
    bare, found = linear_sum_assignment(-(vectors**2))
    order = found[np.argsort(bare)]
    kept = vectors[:, order]
    return values[order], kept * np.sign(np.diag(kept))


@dataclass(frozen=True)
class Curve:
    """What the pair's idle qubits see at each coupler frequency, in Hz; arrays over ``coupler``."""

    coupler: np.ndarray
    first: np.ndarray
    second: np.ndarray
    """0-1 frequencies of the qubits with the other in 0."""
    zz: np.ndarray
    """E11 - E10 - E01 + E00."""

    def at(self, coupler: float) -> tuple[float, float, float]:
        """(first, second, zz) at a coupler frequency, interpolated."""
        first, second, zz = (np.interp(coupler, self.coupler, one) for one in (self.first, self.second, self.zz))
        return float(first), float(second), float(zz)


@lru_cache(maxsize=512)
def curve(modes: Modes, low: float, high: float, points: int = CURVE_POINTS) -> Curve:
    """The static curve for coupler frequencies from ``low`` to ``high`` Hz.

    Levels are followed from ``high`` down in the order of their energy: levels of a block repel and never cross. Where
    the coupler comes near a qubit, what is called the qubit's is the lower branch.
    """
    coupler = np.linspace(low, high, points)
    single = np.linalg.eigvalsh(hamiltonians(modes, coupler, 1))
    double = np.linalg.eigvalsh(hamiltonians(modes, coupler, 2))
    one, two = (_ranks(modes, high, number) for number in (1, 2))
    first, second = (single[:, one[place]] for place in (PLACE[1, 0, 0], PLACE[0, 1, 0]))
    both = double[:, two[PLACE[1, 1, 0]]]
    return Curve(coupler, first + modes.first, second + modes.first, both - first - second)


def _ranks(modes: Modes, coupler: float, number: int) -> dict[int, int]:
    """Place of each state of a block -> rank of its energy there."""
    energies, _ = _dressed_block(modes, coupler, number)
    block = BLOCKS[number]
    return dict(zip(range(block.start, block.stop), np.argsort(np.argsort(energies)).tolist(), strict=True))
