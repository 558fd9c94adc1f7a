"""The repeated-gate experiments of Qiskit Experiments with the circuits that witness the drive's detuning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiskit.circuit import Instruction, QuantumCircuit
from qiskit_experiments.library import FineFrequency, FineSXAmplitude, FineXAmplitude, FineXDrag

from reson.tools.experiments import witness


class WitnessedFineX(FineXAmplitude):
    lasts: float = 0.0
    """Seconds of the longest sequence."""

    def circuits(self) -> list[QuantumCircuit]:
        return [*super().circuits(), *_witnesses(), _circuit(*witness.decay_sequence(self.lasts))]


class WitnessedFineSX(FineSXAmplitude):
    lasts: float = 0.0
    """Seconds of the longest sequence."""

    def circuits(self) -> list[QuantumCircuit]:
        return [*super().circuits(), *_witnesses(), _circuit(*witness.decay_sequence(self.lasts))]


class WitnessedFineFrequency(FineFrequency):
    def circuits(self) -> list[QuantumCircuit]:
        return [*super().circuits(), *_witnesses()]


class CalibratedFineXDrag(FineXDrag):
    """FineXDrag with two more circuits that prepare 0 and 1, in the series that ``FineAmplitudeAnalysis`` expects.

    The stock analysis assumes a contrast of one, or stretches the data to it, noise included.
    """

    def circuits(self) -> list[QuantumCircuit]:
        pairs = super().circuits()
        for circuit in pairs:
            circuit.metadata["series"] = 1
        return [_preparation(0), _preparation(1), *pairs, *_witnesses()]


def _witnesses() -> list[QuantumCircuit]:
    return [_circuit(*sequence) for sequence in witness.sequences()]


def _circuit(metadata: dict[str, Any], instructions: Sequence[Instruction]) -> QuantumCircuit:
    circuit = QuantumCircuit(1, metadata=metadata)
    for instruction in instructions:
        circuit.append(instruction, (0,))
    circuit.measure_all()
    return circuit


def _preparation(state: int) -> QuantumCircuit:
    circuit = QuantumCircuit(1, metadata={"xval": state, "series": "spam-cal"})
    if state:
        circuit.x(0)
    circuit.measure_all()
    return circuit
