"""Sequences of single-qubit Cliffords written straight in native gates: what every variant of benchmarking plays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import numpy as np
from qiskit.circuit import CircuitInstruction, Instruction, QuantumCircuit
from qiskit_experiments.framework import BaseExperiment
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import (
    CliffordUtils,
    compose_1q,
    inverse_1q,
    num_from_1q_circuit,
)

CLIFFORDS = 24
BASIS = ("rz", "sx", "x")


class CliffordSequences(BaseExperiment):
    """One circuit for each ``(metadata, cliffords)``, the Cliffords by their number in Qiskit Experiments.

    Each circuit's metadata gains ``pulses``, the number of its x and sx gates. The circuits need no transpiling: their
    gates are native on every device with virtual Z gates.
    """

    def __init__(self, qubit: int, sequences: Sequence[tuple[dict[str, Any], Sequence[int]]]) -> None:
        super().__init__((qubit,))
        self._sequences = sequences

    def circuits(self) -> list[QuantumCircuit]:
        return [self._circuit(metadata, cliffords, 0) for metadata, cliffords in self._sequences]

    def _transpiled_circuits(self) -> list[QuantumCircuit]:
        return [self._circuit(*sequence, self.physical_qubits[0]) for sequence in self._sequences]

    @staticmethod
    def _circuit(metadata: dict[str, Any], cliffords: Sequence[int], qubit: int) -> QuantumCircuit:
        pulses = sum(_pulses(clifford) for clifford in cliffords)
        circuit = QuantumCircuit(qubit + 1, 1, metadata=metadata | {"pulses": pulses})
        bits = (circuit.qubits[qubit],)
        written = {number: [CircuitInstruction(gate, bits) for gate in _gates(number)] for number in set(cliffords)}
        for clifford in cliffords:
            circuit._data.extend(written[clifford])
        circuit.measure(qubit, 0)
        return circuit


def draw(rng: np.random.Generator, lengths: Sequence[int], samples: int) -> list[list[int]]:
    """Independent random sequences, ``samples`` of each length: all lengths, then all lengths again, and so on."""
    return [rng.integers(CLIFFORDS, size=length).tolist() for _ in range(samples) for length in lengths]


def interleaved(sequence: Sequence[int], clifford: int) -> list[int]:
    """``clifford`` after every one of the sequence."""
    return [number for one in sequence for number in (one, clifford)]


def net(sequence: Sequence[int]) -> int:
    """The Clifford that the whole sequence comes to."""
    total = 0
    for clifford in sequence:
        total = then(total, clifford)
    return total


def recovery(sequence: Sequence[int], target: int) -> int:
    """The Clifford that ends a sequence in the state ``target``, 0 or 1.

    Half of the sequences should end in 1 (Harper et al., arXiv 1901.00535): averaged over both targets the survival
    decays to exactly one half whatever the readout, and the fit needs no free floor.
    """
    back = inverse(net(sequence))
    return then(back, number_of("x")) if target else back


def then(first: int, second: int) -> int:
    return int(cast(Any, compose_1q)(first, second))


def inverse(clifford: int) -> int:
    return int(cast(Any, inverse_1q)(clifford))


@cache
def number_of(*gates: str) -> int:
    """The Clifford of a sequence of the gates "x", "sx", "s" and "sdg", in the order of time."""
    circuit = QuantumCircuit(1)
    for gate in gates:
        getattr(circuit, gate)(0)
    return int(cast(Any, num_from_1q_circuit)(circuit))


@cache
def _gates(clifford: int) -> tuple[Instruction, ...]:
    """Native gates of a Clifford as Qiskit Experiments synthesises it; X and SX are one gate each."""
    circuit = CliffordUtils.clifford_1_qubit_circuit(clifford, basis_gates=BASIS)
    return tuple(instruction.operation for instruction in circuit.data)


@cache
def _pulses(clifford: int) -> int:
    return sum(gate.name in ("x", "sx") for gate in _gates(clifford))
