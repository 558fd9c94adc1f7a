"""The repeated-gate experiments of Qiskit Experiments with the circuits that witness the drive's detuning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from qiskit.circuit import Instruction, QuantumCircuit
from qiskit.providers import BackendV2
from qiskit_experiments.framework import BaseExperiment
from qiskit_experiments.library import FineFrequency, FineSXAmplitude, FineXAmplitude, FineXDrag

from reson.tools.experiments import witness
from reson.tools.experiments.circuits.sequences import Waits


class WitnessedFineX(FineXAmplitude):
    lasts: float = 0.0
    """Seconds of the longest sequence."""

    def circuits(self) -> list[QuantumCircuit]:
        return [
            *super().circuits(),
            *_witnesses(self),
            _circuit(*witness.decay_sequence(self.lasts, _waits(self))),
        ]


class WitnessedFineSX(FineSXAmplitude):
    lasts: float = 0.0
    """Seconds of the longest sequence."""

    def circuits(self) -> list[QuantumCircuit]:
        return [
            *super().circuits(),
            *_witnesses(self),
            _circuit(*witness.decay_sequence(self.lasts, _waits(self))),
        ]


class WitnessedFineFrequency(FineFrequency):
    def circuits(self) -> list[QuantumCircuit]:
        return [*super().circuits(), *_witnesses(self)]


class CalibratedFineXDrag(FineXDrag):
    """FineXDrag with two more circuits that prepare 0 and 1, in the series that ``FineAmplitudeAnalysis`` expects.

    The stock analysis assumes a contrast of one, or stretches the data to it, noise included.
    """

    def circuits(self) -> list[QuantumCircuit]:
        pairs = super().circuits()
        for circuit in pairs:
            circuit.metadata["series"] = 1
        return [_preparation(0), _preparation(1), *pairs, *_witnesses(self)]


def _waits(experiment: BaseExperiment) -> Waits:
    return Waits(cast(BackendV2, experiment.backend))


def _witnesses(experiment: BaseExperiment) -> list[QuantumCircuit]:
    return [_circuit(*sequence) for sequence in witness.sequences(_waits(experiment))]


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
