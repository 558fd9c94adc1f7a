"""A ``BaseExperiment`` of our own for pulses: sequences of native instructions, each followed by a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiskit.circuit import Instruction, QuantumCircuit
from qiskit_experiments.framework import BaseExperiment


class Sequences(BaseExperiment):
    """One circuit for each ``(metadata, instructions)``; ``metadata["xval"]`` is the swept value.

    Qiskit Experiments dropped Rabi, rough DRAG and spectroscopy together with Qiskit's pulse module; with a drive gate
    that carries its amplitude, DRAG beta and frequency offset they are plain gate sequences again.
    """

    def __init__(self, qubit: int, sequences: Sequence[tuple[dict[str, Any], Sequence[Instruction]]]) -> None:
        super().__init__((qubit,))
        self._sequences = sequences

    def circuits(self) -> list[QuantumCircuit]:
        return [self._circuit(metadata, instructions, 1, 0) for metadata, instructions in self._sequences]

    def _transpiled_circuits(self) -> list[QuantumCircuit]:
        # every instruction is native: transpiling would change nothing and cost more than the physics
        qubit = self.physical_qubits[0]
        return [self._circuit(metadata, instructions, qubit + 1, qubit) for metadata, instructions in self._sequences]

    @staticmethod
    def _circuit(
        metadata: dict[str, Any], instructions: Sequence[Instruction], width: int, qubit: int
    ) -> QuantumCircuit:
        circuit = QuantumCircuit(width, 1, metadata=metadata)
        for instruction in instructions:
            circuit.append(instruction, (qubit,), copy=False)
        circuit.measure(qubit, 0)
        return circuit
