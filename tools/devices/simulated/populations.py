"""What a program leaves in its measured qubits, on the chip as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.alone import alone
from reson.tools.devices.simulated.memory import remembered
from reson.tools.devices.simulated.neighbours import Together, with_neighbours
from reson.tools.devices.simulated.program import Measured, Program
from reson.tools.devices.simulated.truth import ChipTruth


class Outcome(NamedTuple):
    """What one circuit leaves when its readout starts."""

    circuit: Measured
    levels: np.ndarray
    """Level populations (qubits, LEVELS) of its measured qubits."""
    together: tuple[Together, ...] = ()
    """Those of its qubits (by their places) that do not end up in their levels each by itself."""


def outcomes(
    program: Program, truth: ChipTruth, frequencies: Sequence[float], rest: float | None = None
) -> Iterator[Outcome]:
    """Each circuit with what it leaves; ``frequencies`` are the drive frequencies of all qubits in Hz, ``rest`` the
    seconds between shots that remember each other; None: each begins at rest.
    """
    together: list[Together] = []
    if truth.couplers or truth.drive_lines is not None:
        found, together = with_neighbours(program, truth, frequencies)
    else:
        rows = [row for circuit in program.circuits for row in circuit.rows]
        found = alone(program, rows, truth.transmons, frequencies)
        if rest is not None and any(truth.transmons[row.qubit].remembers for row in rows):
            excited = alone(program, rows, truth.transmons, frequencies, excited=True)
            found = remembered(found, excited, [truth.transmons[row.qubit] for row in rows], rest)
    found = np.clip(found, 0, None)
    ends = np.cumsum([len(circuit.rows) for circuit in program.circuits])
    parts = np.split(found / found.sum(axis=1, keepdims=True), ends)
    entangled: dict[int, list[Together]] = defaultdict(list)
    for one in together:
        index = int(np.searchsorted(ends, one.rows[0], side="right"))
        first = int(ends[index]) - len(program.circuits[index].rows)
        joint = np.clip(one.populations, 0, None)
        entangled[index].append(Together(tuple(row - first for row in one.rows), joint / joint.sum()))
    for index, (circuit, levels) in enumerate(zip(program.circuits, parts, strict=False)):
        yield Outcome(circuit, levels, tuple(entangled[index]) if index in entangled else ())


def populations(
    program: Program, truth: ChipTruth, frequencies: Sequence[float]
) -> Iterator[tuple[Measured, np.ndarray]]:
    """Each circuit with the level populations (qubits, LEVELS) of its measured qubits, each for itself."""
    return ((one.circuit, one.levels) for one in outcomes(program, truth, frequencies))
