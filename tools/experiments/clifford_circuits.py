"""Standard RB with its circuits written straight in native gates, and their pulses counted."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np
from qiskit.circuit import CircuitInstruction, Instruction, QuantumCircuit
from qiskit_experiments.library import StandardRB
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import (
    CliffordUtils,
    compose_1q,
    inverse_1q,
    num_from_1q_circuit,
)

BASIS = ("rz", "sx", "x")


class NativeRB(StandardRB):
    """StandardRB on one qubit: the same sequences and the same Cliffords, without transpiling the circuits.

    Every other sample ends in 1 instead of 0 (Harper et al., arXiv 1901.00535): averaged over both, the survival
    decays to exactly one half whatever the readout, and the fit needs no free floor. Each circuit's metadata gains
    ``target``, the state it ends in, and ``pulses``, the number of its x and sx gates. The stock way through
    decomposition, layout and counting takes several times as long as simulating the result.
    """

    def _transpiled_circuits(self) -> list[QuantumCircuit]:
        samples = [np.asarray(sequence) for sequence in self._sample_sequences()]
        lengths = len(self.experiment_options.lengths)
        return [self._native(sequence, (n // lengths) % 2) for n, sequence in enumerate(samples)]

    def _native(self, sequence: np.ndarray, target: int) -> QuantumCircuit:
        net = 0
        for clifford in sequence:
            net = _then(net, int(clifford))
        recovery = _then(_inverse(net), _flip()) if target else _inverse(net)
        whole = [*map(int, sequence), recovery]
        qubit = self.physical_qubits[0]
        metadata = {
            "xval": len(sequence),
            "group": "Clifford",
            "target": target,
            "pulses": sum(_pulses(clifford) for clifford in whole),
        }
        circuit = QuantumCircuit(qubit + 1, 1, metadata=metadata)
        qubits = (circuit.qubits[qubit],)
        instructions = {clifford: [CircuitInstruction(g, qubits) for g in _gates(clifford)] for clifford in set(whole)}
        for clifford in whole:
            circuit._data.extend(instructions[clifford])
        circuit.measure(qubit, 0)
        return circuit


@cache
def _gates(clifford: int) -> tuple[Instruction, ...]:
    """The native gates of one of the 24 Cliffords, as Qiskit Experiments synthesises it."""
    circuit = CliffordUtils.clifford_1_qubit_circuit(clifford, basis_gates=BASIS)
    return tuple(instruction.operation for instruction in circuit.data)


@cache
def _pulses(clifford: int) -> int:
    return sum(gate.name in ("x", "sx") for gate in _gates(clifford))


def _then(first: int, second: int) -> int:
    return int(cast(Any, compose_1q)(first, second))


def _inverse(clifford: int) -> int:
    return int(cast(Any, inverse_1q)(clifford))


@cache
def _flip() -> int:
    """The Clifford that is the X gate."""
    circuit = QuantumCircuit(1)
    circuit.x(0)
    return int(cast(Any, num_from_1q_circuit)(circuit))
