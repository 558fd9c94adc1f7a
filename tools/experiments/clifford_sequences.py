"""Sequences of single-qubit Cliffords written straight in native gates: what every variant of benchmarking plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

import numpy as np
from qiskit.circuit import CircuitInstruction, ClassicalRegister, Instruction, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import RZGate, SXGate, XGate
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import (
    CliffordUtils,
    compose_1q,
    inverse_1q,
    num_from_1q_circuit,
)

from reson.tools.experiments.sequences import Sequences

CLIFFORDS = 24
BASIS = ("rz", "sx", "x")
SX, X = 4, 5
"""Codes of the pulses, see ``written``."""


class CliffordSequences(Sequences):
    """One circuit for each ``(metadata, cliffords)``, the Cliffords by their number in Qiskit Experiments.

    Each Clifford is at most one pulse between virtual Z gates, as Qiskit Experiments synthesises it; the Z gates
    between two pulses are one gate. Each circuit's metadata gains ``pulses``, the number of its x and sx gates.
    """

    def __init__(self, qubit: int, sequences: Sequence[tuple[dict[str, Any], Sequence[int] | np.ndarray]]) -> None:
        super().__init__(qubit, [])
        self._cliffords = sequences

    def circuits(self) -> list[QuantumCircuit]:
        register, bit = QuantumRegister(1, "q"), ClassicalRegister(1, "c")
        found = []
        for metadata, instructions in self.played(register[0]):
            circuit = QuantumCircuit(register, bit, metadata=metadata)
            circuit._data.extend(instructions)
            circuit.measure(0, 0)
            found.append(circuit)
        return found

    def names(self) -> set[str]:
        return set(BASIS)

    def played(self, qubit: Any) -> Iterator[tuple[dict[str, Any], list[Any]]]:
        gates = np.empty(len(_alphabet()) + 1, dtype=object)
        for code, gate in enumerate(_alphabet(), start=1):  # assigned one by one: numpy would take them apart
            gates[code] = CircuitInstruction(gate, (qubit,))
        for metadata, cliffords in self._cliffords:
            codes = written(np.asarray(cliffords))
            pulses = int(np.count_nonzero(codes >= SX))
            yield metadata | {"pulses": pulses}, gates[codes].tolist()


def written(cliffords: np.ndarray) -> np.ndarray:
    """Native gates of Cliffords (number,) as codes: 1 to 3 quarter turns of a virtual Z, ``SX`` or ``X``.

    The Z gates after one pulse and before the next are added up, and left out where they come to a whole turn.
    """
    before, pulse, after = _decomposed()[cliffords].T
    turned = np.cumsum(before + after) - after  # quarter turns so far, up to the place of each pulse
    played = pulse > 0
    places = turned[played]
    end = int(np.sum(before + after))
    turns = np.diff(places, prepend=0, append=end) % 4
    codes = np.zeros(2 * len(places) + 1, dtype=np.intp)
    codes[0::2] = turns
    codes[1::2] = pulse[played]
    return codes[codes > 0]


@cache
def _decomposed() -> np.ndarray:
    """(quarter turns about Z, code of the pulse or 0, quarter turns about Z) of each Clifford, shape (24, 3)."""
    rows = []
    for number in range(CLIFFORDS):
        row = [0, 0, 0]
        for part in CliffordUtils.clifford_1_qubit_circuit(number, basis_gates=BASIS).data:
            if part.name == "rz":
                row[2 if row[1] else 0] += round(float(part.params[0]) / (np.pi / 2))
            else:
                row[1] = SX if part.name == "sx" else X
        rows.append(row)
    return np.array(rows)


@cache
def _alphabet() -> tuple[Instruction, ...]:
    """The gate of each code, from 1 on."""
    return (*(RZGate(n * np.pi / 2) for n in (1, 2, 3)), SXGate(), XGate())


def draw(rng: np.random.Generator, lengths: Sequence[int], samples: int) -> list[list[int]]:
    """Independent random sequences, ``samples`` of each length: all lengths, then all lengths again, and so on."""
    return [rng.integers(CLIFFORDS, size=length).tolist() for _ in range(samples) for length in lengths]


def interleaved(sequence: Sequence[int], clifford: int) -> list[int]:
    """``clifford`` after every one of the sequence."""
    return [number for one in sequence for number in (one, clifford)]


def net(sequence: Sequence[int] | np.ndarray) -> int:
    """The Clifford that the whole sequence comes to."""
    left = np.asarray(sequence, dtype=np.intp)
    while len(left) > 1:  # neighbours become one, again and again
        last = left[len(left) // 2 * 2 :]
        left = np.concatenate([_products()[left[0:-1:2], left[1::2]], last])
    return int(left[0]) if len(left) else 0


@cache
def _products() -> np.ndarray:
    """The Clifford that each one (row) and the next (column) come to."""
    return np.array([[then(first, second) for second in range(CLIFFORDS)] for first in range(CLIFFORDS)])


def recovery(sequence: Sequence[int] | np.ndarray, target: int) -> int:
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
