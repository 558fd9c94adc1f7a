"""Sequences of two-qubit Cliffords written straight in native gates: single-qubit Cliffords of one pulse each, and CZ.

Cliffords are numbered as in Qiskit Experiments, which composes and inverts them. Each is up to three CZ between
single-qubit Cliffords; those within one Clifford are merged, those of two are not, so that a gate put between two
Cliffords adds itself and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from qiskit.circuit import CircuitInstruction, QuantumCircuit, Qubit
from qiskit.circuit.library import CZGate, RZGate, SXGate, XGate
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import (
    CliffordUtils,
    compose_2q,
    inverse_2q,
    num_from_2q_circuit,
)

from reson.tools.experiments.circuits.clifford_sequences import CLIFFORDS as SINGLE
from reson.tools.experiments.circuits.clifford_sequences import number_of as single
from reson.tools.experiments.circuits.clifford_sequences import then, written

CLIFFORDS = 11_520
LAYERS = (320, 16, 1)
"""Steps of a Clifford's number: its first single-qubit gates, what entangles, its last Paulis."""
Turns = tuple[tuple[int, int], ...]
"""Single-qubit Cliffords of both qubits; between two of these lies a CZ."""


def turns(number: int) -> Turns:
    """What a Clifford is made of."""
    found: Turns = ((0, 0),)
    left = number
    for step in LAYERS:
        found = _joined(found, _layer(left // step * step))
        left %= step
    return found


def _joined(one: Turns, other: Turns) -> Turns:
    (first, second), (later, last) = one[-1], other[0]
    return (*one[:-1], (then(first, later), then(second, last)), *other[1:])


@cache
def _layer(number: int) -> Turns:
    """The 72 parts that all Cliffords are made of."""
    found, now = [], [0, 0]
    circuit = CliffordUtils.clifford_2_qubit_circuit(number)
    for part in circuit.data:
        places = [circuit.find_bit(bit).index for bit in part.qubits]
        if part.name == "cx":
            now[places[1]] = then(now[places[1]], single("h"))
            found.append((now[0], now[1]))
            now = [0, 0]
            now[places[1]] = single("h")
        else:
            now[places[0]] = then(now[places[0]], single(part.name))
    return (*found, (now[0], now[1]))


@cache
def cz_number() -> int:
    circuit = QuantumCircuit(2)
    circuit.cz(0, 1)
    return int(cast(Any, num_from_2q_circuit)(circuit))


def recovery(sequence: Sequence[int], target: int) -> int:
    """The Clifford that ends a sequence in 00, or with ``target`` 1 in 11; half and half they decay to a quarter."""
    net = 0
    for number in sequence:
        net = _then(net, number)
    back = int(cast(Any, inverse_2q)(net))
    return _then(back, _flips()) if target else back


@cache
def _flips() -> int:
    circuit = QuantumCircuit(2)
    circuit.x((0, 1))
    return int(cast(Any, num_from_2q_circuit)(circuit))


def _then(first: int, second: int) -> int:
    return int(cast(Any, compose_2q)(first, second))


class CliffordSequence(NamedTuple):
    """The Cliffords of one circuit."""

    metadata: dict[str, Any]
    cliffords: Sequence[int]
    run: CliffordRun

    def write(self, circuit: QuantumCircuit, on: tuple[Qubit, Qubit]) -> None:
        self.run.play(circuit, on, self.cliffords)


class CliffordRun:
    """A pair's sequences of Cliffords, each a ``Written`` of ``pair_sequences``; gates are made once, copied whole."""

    def __init__(self) -> None:
        self._single: list[list[Any]] = []
        self._cz: Any = None
        self._turns = lru_cache(maxsize=None)(turns)

    def sequence(self, metadata: dict[str, Any], cliffords: Sequence[int]) -> CliffordSequence:
        return CliffordSequence(metadata, cliffords, self)

    def play(self, circuit: QuantumCircuit, on: tuple[Qubit, Qubit], cliffords: Sequence[int]) -> None:
        """All circuits of a run have the same registers, and the pair the same qubits."""
        if not self._single:
            self._single = [[_part(circuit, _native(number, one)) for number in range(SINGLE)] for one in on]
            self._cz = _part(circuit, [CircuitInstruction(CZGate(), on)])
        extend = cast(Any, circuit._data).native_extend
        for number in cliffords:
            for place, (first, second) in enumerate(self._turns(number)):
                if place:
                    extend(self._cz)
                extend(self._single[0][first])
                extend(self._single[1][second])


def _part(like: QuantumCircuit, instructions: list[Any]) -> Any:
    data = like._data.copy_empty_like()
    data.extend(instructions)
    return data


def _native(number: int, on: Any) -> list[Any]:
    """A single-qubit Clifford: at most one pulse between virtual Z gates."""
    found = []
    for code in written(np.array([number])).tolist():
        turn, pulse = code % 4, code - code % 4
        if turn:
            found.append(CircuitInstruction(RZGate(turn * np.pi / 2), [on]))
        if pulse:
            found.append(CircuitInstruction(SXGate() if pulse == 4 else XGate(), [on]))
    return found
