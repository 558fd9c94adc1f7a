"""Sequences of single-qubit Cliffords written straight in native gates: what every variant of benchmarking plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any, cast

import numpy as np
from qiskit.circuit import CircuitInstruction, ClassicalRegister, Measure, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import RZGate, SXGate, XGate
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import (
    CliffordUtils,
    compose_1q,
    inverse_1q,
    num_from_1q_circuit,
)

from reson.tools.experiments.circuits.sequences import Played, Sequences

CLIFFORDS = 24
BASIS = ("rz", "sx", "x")
SX, X = 4, 8
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
        empty = QuantumCircuit(QuantumRegister(1, "q"), ClassicalRegister(1, "c"))
        found = []
        for metadata, _, write in self.played(empty, 0, 0):
            circuit = empty.copy_empty_like()
            circuit.metadata = metadata
            write(circuit)
            found.append(circuit)
        return found

    def names(self) -> set[str]:
        return set(BASIS)

    def played(self, empty: QuantumCircuit, place: int, bit: int) -> Iterator[Played]:
        on, into = (empty.qubits[place],), (empty.clbits[bit],)
        gates = {0: [], SX: [CircuitInstruction(SXGate(), on)], X: [CircuitInstruction(XGate(), on)]}
        turns = [[], *([CircuitInstruction(RZGate(n * np.pi / 2), on)] for n in (1, 2, 3))]
        parts = np.empty(X + SX, dtype=object)
        for code in range(1, len(parts)):
            parts[code] = _part(empty, [*turns[code % SX], *gates[code - code % SX]])
        end = _part(empty, [CircuitInstruction(Measure(), on, into)])
        for metadata, cliffords in self._cliffords:
            codes = written(np.asarray(cliffords))
            pulses = int(np.count_nonzero(codes >= SX))
            size = pulses + int(np.count_nonzero(codes % SX)) + 1
            write = partial(_write, [*parts[codes].tolist(), end])
            yield Played(metadata | {"pulses": pulses}, size, write)


def _part(empty: QuantumCircuit, instructions: list[Any]) -> Any:
    """Instructions as the native data of a circuit like ``empty``."""
    data = empty._data.copy_empty_like()
    data.extend(instructions)
    return data


def _write(parts: list[Any], circuit: QuantumCircuit) -> None:
    """Copies whole parts: to add the millions of gates of a large chip one by one takes twice as long."""
    extend = cast(Any, circuit._data).native_extend
    for part in parts:
        extend(part)


def written(cliffords: np.ndarray) -> np.ndarray:
    """Native gates of Cliffords (number,) as codes: 1 to 3 quarter turns of a virtual Z, then ``SX`` or ``X`` added.

    The Z gates after one pulse and before the next are added up; those after the last are a code of their own.
    """
    before, pulse, after = (part[cliffords] for part in _decomposed())
    turned = np.cumsum(before + after, dtype=np.uint8) - after  # quarter turns so far, up to the place of each pulse
    played = np.flatnonzero(pulse)
    places = turned[played]
    codes = np.append(places, np.sum(before + after, dtype=np.uint8))
    codes[1:] -= places
    codes %= 4  # bytes overflow by whole turns
    codes[:-1] += pulse[played]
    return codes if codes[-1] else codes[:-1]


@cache
def _decomposed() -> np.ndarray:
    """Quarter turns about Z, code of the pulse or 0, quarter turns about Z of each Clifford: bytes, shape (3, 24)."""
    rows = []
    for number in range(CLIFFORDS):
        row = [0, 0, 0]
        for part in CliffordUtils.clifford_1_qubit_circuit(number, basis_gates=BASIS).data:
            if part.name == "rz":
                row[2 if row[1] else 0] += round(float(part.params[0]) / (np.pi / 2))
            else:
                row[1] = SX if part.name == "sx" else X
        rows.append(row)
    return np.array(rows).T.astype(np.uint8)  # turns the other way round overflow to the same angle


def draw(rng: np.random.Generator, lengths: Sequence[int], samples: int) -> list[list[int]]:
    """Independent random sequences, ``samples`` of each length: all lengths, then all lengths again, and so on."""
    return [rng.integers(CLIFFORDS, size=length).tolist() for _ in range(samples) for length in lengths]


def interleaved(sequence: Sequence[int], clifford: int) -> list[int]:
    """``clifford`` after every one of the sequence."""
    return [number for one in sequence for number in (one, clifford)]


def net(sequence: Sequence[int] | np.ndarray) -> int:
    """The Clifford that the whole sequence comes to."""
    left = np.asarray(sequence, dtype=np.int16)
    while len(left) > 1:  # neighbours become one, again and again
        last = left[len(left) // 2 * 2 :]
        left = np.concatenate([_products()[CLIFFORDS * left[0:-1:2] + left[1::2]], last])
    return int(left[0]) if len(left) else 0


@cache
def _products() -> np.ndarray:
    """The Clifford that two come to, shape (24 * 24,): the first in steps of 24, then the next."""
    pairs = [(first, second) for first in range(CLIFFORDS) for second in range(CLIFFORDS)]
    return np.array([then(*pair) for pair in pairs], dtype=np.int16)


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
