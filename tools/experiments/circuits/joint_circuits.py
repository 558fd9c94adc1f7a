"""The circuits of several experiments as one: circuit n of the job plays circuit n of every experiment, in parallel.

As ``ParallelExperiment`` does it, without transpiling what is native already: for a Rabi on 127 qubits that takes
longer than the measurement.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from qiskit.circuit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target
    from qiskit_experiments.framework import BaseExperiment

    from reson.tools.experiments.circuits.sequences import Played, Sequences

Written = tuple["list[QuantumCircuit]", Sequence[int]]
"""An experiment's circuits, and the physical qubit of each of their qubits."""


@dataclass(frozen=True)
class Joint:
    """One circuit of the job: each qubit's metadata, and the classical bit that it is read into."""

    circuit: QuantumCircuit
    parts: dict[int, dict[str, Any]]
    clbits: dict[int, int]


def joint_circuits(name: str, experiments: Mapping[int, BaseExperiment], backend: BackendV2) -> Iterator[Joint]:
    """The circuits one after another, each written when it is asked for.

    Each is named after its place, by which its result can be told from the others'. An experiment with fewer circuits
    leaves its qubits out of the last ones.
    """
    from qiskit.circuit import ClassicalRegister, QuantumCircuit, QuantumRegister

    target = cast("Target", backend.target)
    written = {}
    for qubit, experiment in experiments.items():
        experiment.backend = backend
        written[qubit] = _written(experiment, target)
    sizes = [1 if found is None else max(one.num_clbits for one in found[0]) for found in written.values()]
    first = dict(zip(experiments, itertools.accumulate(sizes, initial=0), strict=False))
    qubits = QuantumRegister(1 + max(max(one.physical_qubits) for one in experiments.values()), "q")
    clbits = ClassicalRegister(sum(sizes), "c")
    empty = QuantumCircuit(qubits, clbits)
    played = {qubit: _played(experiments[qubit], written[qubit], empty, first[qubit]) for qubit in experiments}
    place = itertools.count()
    while parts := {qubit: part for qubit, source in played.items() if (part := next(source, None)) is not None}:
        circuit = empty.copy_empty_like(f"{name}-{next(place)}")
        circuit._data.reserve(sum(part.size for part in parts.values()))
        for part in parts.values():
            part.write(circuit)
        yield Joint(circuit, {q: part.metadata for q, part in parts.items()}, {q: first[q] for q in parts})


def _written(experiment: BaseExperiment, target: Target) -> Written | None:
    """The circuits as the device can play them; None for sequences that it can play as they are."""
    from qiskit_experiments.framework import BaseExperiment

    from reson.tools.experiments.circuits.sequences import Sequences

    qubits = experiment.physical_qubits
    if isinstance(experiment, Sequences):
        native = all(target.instruction_supported(name, qubits) for name in experiment.names())
        return None if native else _transpiled(experiment)
    if type(experiment)._transpiled_circuits is not BaseExperiment._transpiled_circuits:
        return _transpiled(experiment)  # it writes native gates by itself
    circuits = experiment.circuits()
    return (circuits, qubits) if all(_native(one, qubits, target) for one in circuits) else _transpiled(experiment)


def _transpiled(experiment: BaseExperiment) -> Written:
    circuits = experiment._transpiled_circuits()
    return circuits, range(max(circuit.num_qubits for circuit in circuits))


def _native(circuit: QuantumCircuit, qubits: Sequence[int], target: Target) -> bool:
    return all(
        part.name == "barrier"
        or target.instruction_supported(part.name, [qubits[circuit.find_bit(bit).index] for bit in part.qubits])
        for part in circuit.data
    )


def _played(experiment: BaseExperiment, written: Written | None, empty: QuantumCircuit, bit: int) -> Iterator[Played]:
    """Each circuit of an experiment, its first classical bit at ``bit``; barriers on one qubit separate nothing."""
    from qiskit.circuit import CircuitInstruction

    from reson.tools.experiments.circuits.sequences import Played

    if written is None:
        (place,) = experiment.physical_qubits
        yield from cast("Sequences", experiment).played(empty, place, bit)
        return
    circuits, places = written
    bits, clbits = empty.qubits, empty.clbits[bit:]
    for circuit in circuits:
        on = {its: bits[place] for its, place in zip(circuit.qubits, places, strict=False) if place < len(bits)}
        into = dict(zip(circuit.clbits, clbits, strict=False))
        parts = [
            CircuitInstruction(part.operation, [on[its] for its in part.qubits], [into[its] for its in part.clbits])
            for part in circuit.data
            if not (part.name == "barrier" and len(part.qubits) == 1)
        ]
        yield Played(circuit.metadata, len(parts), partial(_extend, parts))


def _extend(parts: Sequence[Any], circuit: QuantumCircuit) -> None:
    circuit._data.extend(parts)
