"""What a program leaves in its measured qubits, on the chip as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from reson.tools.devices.simulated.alone import alone
from reson.tools.devices.simulated.neighbours import with_neighbours
from reson.tools.devices.simulated.program import Measured, Program
from reson.tools.devices.simulated.truth import ChipTruth


def populations(
    program: Program, truth: ChipTruth, frequencies: Sequence[float]
) -> Iterator[tuple[Measured, np.ndarray]]:
    """Each circuit with the level populations (qubits, LEVELS) of its measured qubits when readout starts.

    ``frequencies`` are the drive frequencies of all qubits in Hz.
    """
    if truth.couplers or truth.drive_lines is not None:
        found = with_neighbours(program, truth, frequencies)
    else:
        rows = [row for circuit in program.circuits for row in circuit.rows]
        found = alone(program, rows, truth.transmons, frequencies)
    found = np.clip(found, 0, None)
    ends = np.cumsum([len(circuit.rows) for circuit in program.circuits])
    return zip(program.circuits, np.split(found / found.sum(axis=1, keepdims=True), ends), strict=False)
