"""The exact average over noise that shifts f01 and has any spectrum: along coherence transfer pathways.

Between two pulses nothing changes the order i - j of a coherence |i><j|: free evolution, relaxation, dephasing and a
ZZ coupling all keep it, and a phase phi of the noise multiplies order m by exp(-i m phi). So the state is split by
order where a wait begins, each part is evolved by the pulses as they are, and at the end a pathway (m_1, m_2, ...)
counts with E[exp(-i sum m_k phi_k)]. For Gaussian noise that is exp(-m C m / 2), C the covariance of the phases: the
filter function of Cywinski et al., PRB 77, 174509 (2008), without any assumption on the pulses. (Pathways: Bain,
J. Magn. Reson. 56, 418 (1984).) Those that begin with order -1 mirror those that begin with +1.

Left out: orders beyond 1, which are coherences of the qubit with leaked population, gather no phase of the noise; and
the noise acts in waits only: in a pulse of 32 ns even 10 kHz turn the qubit by 2e-3 rad only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reson.tools.devices.simulated.flicker import covariance
from reson.tools.devices.simulated.gates import Gate, which_wait
from reson.tools.devices.simulated.instructions import picoseconds
from reson.tools.devices.simulated.superoperators import to_density
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

MOST_WAITS = 130
"""Separate waits up to which pathways are followed: CPMG of 128 pulses."""
_LEAST = 3e-4
"""Norm of a pathway below which it is dropped."""
_MOST = 256
"""Pathways of one sequence that are followed: pulses that scramble the qubit open more with every wait."""
_SIZE = LEVELS**2


@dataclass(frozen=True)
class Windows:
    """The waits of one sequence between pulses: in s since its start, shapes (waits,)."""

    starts: np.ndarray
    ends: np.ndarray


def windows(gates: Sequence[Gate]) -> Windows:
    """The waits of a sequence, those that no pulse parts taken together."""
    found: list[list[int]] = []
    time = 0
    for gate, wait in zip(gates, which_wait(gates), strict=True):
        length = picoseconds(gate)
        if wait == len(found):
            found.append([time, time])
        if wait >= 0:
            found[wait][1] = time + length
        time += length
    spans = np.array(found, dtype=float).reshape(-1, 2) * 1e-12
    return Windows(spans[:, 0], spans[:, 1])


def weights(orders: np.ndarray, spans: Windows, transmon: TransmonTruth) -> np.ndarray:
    """What the noise leaves of each pathway (pathways, waits), those of which others are the mirror image twice."""
    lengths = spans.ends - spans.starts
    turned = orders @ lengths
    spread = np.einsum("pi,ij,pj->p", orders, covariance(transmon.flicker, spans.starts, spans.ends), orders)
    spread += (2 * math.pi * transmon.quasi_static * turned) ** 2
    kept = np.exp(-spread / 2) * np.cos(math.pi * transmon.parity_split * turned)
    return kept * np.where(orders.any(axis=1), 2.0, 1.0)


@lru_cache(maxsize=8)
def all_orders(waits: int) -> np.ndarray:
    """All pathways through some waits without their mirror images, shape ((3^waits + 1) / 2, waits)."""
    found = (one for one in itertools.product((0, 1, -1), repeat=waits) if next(filter(None, one), 1) == 1)
    return np.array(list(found), dtype=float).reshape((3**waits + 1) // 2, waits)


def final_populations(
    gates: Sequence[Gate], matrices: np.ndarray, initial: np.ndarray, transmon: TransmonTruth
) -> np.ndarray | None:
    """Populations (LEVELS,) after a sequence of gates with their superoperators, averaged over the noise of f01.

    None where it opens too many pathways.
    """
    spans = windows(gates)
    if len(spans.starts) > MOST_WAITS:
        return None
    states, orders = initial[None].astype(complex), np.zeros((1, 0))
    for wait, matrix in zip(which_wait(gates), matrices, strict=True):
        if wait == orders.shape[1]:
            states, orders = _split(states, orders)
            if len(orders) > _MOST:
                return None
        states = states @ matrix.T
    return weights(orders, spans, transmon) @ np.real(states[:, :LEVELS])


def _split(states: np.ndarray, orders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pathways parted by the order that each has now; the mirror images and what is negligible are left out."""
    parts = np.einsum("oij,pj->poi", _projectors(), states).reshape(-1, _SIZE)
    grown = np.column_stack([np.repeat(orders, 3, axis=0), np.tile([0.0, 1.0, -1.0], len(states))])
    first = np.cumsum(grown != 0, axis=1) == 1
    mirrored = ((grown == -1) & first).any(axis=1)
    norms = np.where(mirrored, 0.0, np.linalg.norm(parts, axis=1))
    kept = np.flatnonzero(norms >= _LEAST)
    return parts[kept], grown[kept]


@lru_cache(maxsize=1)
def _projectors() -> np.ndarray:
    """On the vectors of density operators, shape (3, SIZE, SIZE): all but the orders +1 and -1, +1, -1."""
    basis = to_density(np.eye(_SIZE)).reshape(_SIZE, _SIZE).T
    masks = order_masks(LEVELS)
    return np.stack([basis.conj().T @ (mask[:, None] * basis) for mask in masks])


def order_masks(levels: int) -> np.ndarray:
    """Entries of a density operator, row by row, of all orders but +1 and -1, of +1, and of -1: (3, levels^2)."""
    order = np.subtract.outer(np.arange(levels), np.arange(levels)).ravel()
    return np.stack([np.abs(order) != 1, order == 1, order == -1]).astype(float)
