"""A ``BaseExperiment`` of our own for pulses: sequences of native instructions, each followed by a measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qiskit.circuit import CircuitInstruction, Clbit, Delay, Instruction, Measure, QuantumCircuit, Qubit
from qiskit_experiments.framework import BackendTiming, BaseExperiment

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

BARRIER, MEASURE = "barrier", "measure"


class Played(NamedTuple):
    """One circuit as a part of a larger one: its metadata, the number of its instructions, and what writes them."""

    metadata: dict[str, Any]
    size: int
    write: Callable[[QuantumCircuit], None]


class Sequences(BaseExperiment):
    """One circuit for each ``(metadata, instructions)``; ``metadata["xval"]`` is the swept value.

    Qiskit Experiments dropped Rabi, rough DRAG and spectroscopy together with Qiskit's pulse module; with a drive gate
    that carries its amplitude, DRAG beta and frequency offset they are plain gate sequences again.
    """

    def __init__(self, qubit: int, sequences: Sequence[tuple[dict[str, Any], Sequence[Instruction]]]) -> None:
        super().__init__((qubit,))
        self._sequences = sequences

    def circuits(self) -> list[QuantumCircuit]:
        found = []
        for metadata, instructions in self._sequences:
            circuit = QuantumCircuit(1, 1, metadata=metadata)
            for instruction in instructions:
                circuit.append(instruction, (0,), copy=False)
            circuit.measure(0, 0)
            found.append(circuit)
        return found

    def names(self) -> set[str]:
        """Names of all instructions that are played."""
        return {instruction.name for _, instructions in self._sequences for instruction in instructions}

    def played(self, empty: QuantumCircuit, place: int, bit: int) -> Iterator[Played]:
        """Each circuit for the qubit at ``place`` of larger circuits like ``empty``, measured into the ``bit``."""
        qubit, clbit = empty.qubits[place], empty.clbits[bit]
        for metadata, instructions in self._sequences:
            yield measured(metadata, instructions, qubit, clbit)


def measured(metadata: dict[str, Any], instructions: Sequence[Instruction], qubit: Qubit, clbit: Clbit) -> Played:
    """Instructions on a qubit and its measurement."""
    on = (qubit,)
    parts = [CircuitInstruction(instruction, on) for instruction in instructions]
    parts.append(CircuitInstruction(Measure(), on, (clbit,)))
    return Played(metadata, len(parts), lambda circuit: circuit._data.extend(parts))


class Waits:
    """Delays, and lengths of pulses, as a device can play them, each instruction made once."""

    def __init__(self, backend: BackendV2) -> None:
        self._timing = BackendTiming(backend)
        self._known: dict[float, tuple[Delay, float]] = {}

    def of(self, seconds: float) -> tuple[Delay, float]:
        """(instruction, its length in seconds) of the delay that is nearest to ``seconds``."""
        if seconds not in self._known:
            delay = Delay(self._timing.round_delay(time=seconds), self._timing.delay_unit)
            self._known[seconds] = delay, float(self._timing.delay_time(time=seconds))
        return self._known[seconds]


def sequences_of(experiment: BaseExperiment) -> list[tuple[dict[str, Any], list[Instruction]]]:
    """The circuits of a stock experiment on one qubit as sequences, which all qubits that want the same can share."""
    return [
        (
            circuit.metadata,
            [part.operation for part in circuit.data if part.operation.name not in (BARRIER, MEASURE)],
        )
        for circuit in experiment.circuits()
    ]
