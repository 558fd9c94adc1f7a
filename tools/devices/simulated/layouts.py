"""Coupling maps by name: which qubits of a chip are neighbours."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from reson.errors import OperatorError

Edges = tuple[tuple[int, int], ...]
"""Pairs of qubits, the smaller number first, in order."""


def checked_edges(coupling: str | Iterable[tuple[int, int]], n_qubits: int) -> Edges:
    """Neighbours by the name of a layout ("none", "line", "square", "heavy_hex") or pair by pair.

    Raises ``OperatorError`` for a name that is not known, and for pairs that cannot be.
    """
    if isinstance(coupling, str):
        if coupling not in LAYOUTS:
            raise OperatorError(f"{coupling!r} is no known coupling.", f"Use one of {', '.join(LAYOUTS)}, or pairs.")
        return LAYOUTS[coupling](n_qubits)
    edges = {(min(pair), max(pair)) for pair in coupling}
    for low, high in edges:
        if not 0 <= low < high < n_qubits:
            raise OperatorError(
                f"The qubits {low} and {high} cannot be neighbours.", f"Pair two of the qubits 0 to {n_qubits - 1}."
            )
    return tuple(sorted(edges))


def _none(_: int) -> Edges:
    return ()


def _line(n_qubits: int) -> Edges:
    return tuple(pairwise(range(n_qubits)))


def _square(n_qubits: int) -> Edges:
    """Rows of a square grid, the last one cut short where the number is no square."""
    width = math.ceil(math.sqrt(n_qubits))
    right = [(qubit, qubit + 1) for qubit in range(n_qubits - 1) if (qubit + 1) % width]
    below = [(qubit, qubit + width) for qubit in range(n_qubits - width)]
    return tuple(sorted(right + below))


def _heavy_hex(n_qubits: int) -> Edges:
    """Rows of qubits joined by bridges at every fourth place, shifted by two from one gap to the next.

    The lattice of IBM's chips (Chamberland et al., PRX 10, 011022 (2020)), of which the ``n_qubits`` nearest to the
    first corner are kept, numbered row by row.
    """
    width = max(3, 4 * round((math.sqrt(1.8 * n_qubits) - 3) / 4) + 3)
    edges: list[tuple[int, int]] = []
    first, gap = 0, 0
    while first < n_qubits + 2 * width:
        columns = range(2 * (gap % 2), width, 4)
        bridges = first + width
        edges += pairwise(range(first, bridges))
        for index, column in enumerate(columns):
            edges += [(first + column, bridges + index), (bridges + index, bridges + len(columns) + column)]
        first, gap = bridges + len(columns), gap + 1
    kept = sorted(_nearest(edges, n_qubits))
    number = {qubit: index for index, qubit in enumerate(kept)}
    return tuple(sorted((number[low], number[high]) for low, high in edges if low in number and high in number))


def _nearest(edges: list[tuple[int, int]], n_qubits: int) -> list[int]:
    """The first qubits in the order of their distance from qubit 0: a connected piece."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for low, high in edges:
        neighbours[low].append(high)
        neighbours[high].append(low)
    found = [0]
    for qubit in found:  # grows while it is read
        found += [other for other in sorted(neighbours[qubit]) if other not in found]
    return found[:n_qubits]


LAYOUTS = {"none": _none, "line": _line, "square": _square, "heavy_hex": _heavy_hex}
