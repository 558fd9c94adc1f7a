"""Qubit frequencies of a chip with tunable couplers: two groups, so that neighbours are always of different ones.

Neighbours want to lie 60 MHz to 0.6 anharmonicities apart for a CZ by a flux-pulsed coupler: closer they swap, farther
the second level of one collides. A at some frequency and A + 115 MHz on the two halves of a bipartite lattice, with the
20 MHz that a fab misses by, puts 96 % of the pairs there.
"""

from __future__ import annotations

import numpy as np

from reson.tools.devices.simulated.layouts import Edges

LOWER = (4.78e9, 4.98e9)
APART = 115e6
SPREAD = 20e6

_STREAM = 0x506C616E


def planned_frequencies(seed: int, n_qubits: int, edges: Edges) -> list[float]:
    """f01 of each qubit in Hz, from random streams of their own."""
    lower = np.random.default_rng([seed, _STREAM]).uniform(*LOWER)
    upper = _halves(n_qubits, edges)
    missed = [np.random.default_rng([seed, qubit, _STREAM]).normal(0, SPREAD) for qubit in range(n_qubits)]
    return [float(lower + APART * half + miss) for half, miss in zip(upper, missed, strict=True)]


def _halves(n_qubits: int, edges: Edges) -> list[bool]:
    """Which half of the lattice each qubit belongs to; neighbours to different ones where that can be."""
    half: dict[int, bool] = {}
    for start in range(n_qubits):
        waiting = [start] if start not in half else []
        half.setdefault(start, False)
        for qubit in waiting:  # grows while it is read
            for other in (high if qubit == low else low for low, high in edges if qubit in (low, high)):
                if other not in half:
                    half[other] = not half[qubit]
                    waiting.append(other)
    return [half[qubit] for qubit in range(n_qubits)]
