"""Random sequences of Cliffords after circuits that prepare 0, 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qiskit.circuit import Instruction, QuantumCircuit
from qiskit.circuit.library import XGate

from reson.tools.data import Values
from reson.tools.devices.drive import DriveGate
from reson.tools.experiments.circuits.clifford_sequences import CliffordSequences
from reson.tools.experiments.circuits.sequences import Played, measured


class LeakageSequences(CliffordSequences):
    """``CliffordSequences`` after three preparations: nothing, X, and X with the pi pulse from 1 to 2.

    ``controls`` of the qubit give that pulse. A preparation's metadata names its level as ``prepared``, and what is
    ``told`` besides.
    """

    def __init__(
        self,
        qubit: int,
        controls: Values,
        sequences: Sequence[tuple[dict[str, Any], Sequence[int]]],
        told: Mapping[str, Any],
    ) -> None:
        super().__init__(qubit, sequences)
        self._told = told
        lift = DriveGate(controls["ef_amplitude"], 0.0, controls["anharmonicity"], controls["pulse_duration"])
        self._preparations: tuple[list[Instruction], ...] = ([], [XGate()], [XGate(), lift])

    def names(self) -> set[str]:
        return super().names() | {part.name for instructions in self._preparations for part in instructions}

    def played(self, empty: QuantumCircuit, place: int, bit: int) -> Iterator[Played]:
        for level, instructions in enumerate(self._preparations):
            yield measured(
                {"prepared": level, "xval": 0, **self._told}, instructions, empty.qubits[place], empty.clbits[bit]
            )
        yield from super().played(empty, place, bit)
