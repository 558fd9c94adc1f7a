"""What the always-on ZZ of waiting neighbours leaves of a circuit: its phases add or echo away, and only playing tells.

They are the same in every shot, so that a sum of losses does not know them: pulses between two waits turn a phase back,
and one that no gate follows is never seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction
from qiskit.circuit.library import CPhaseGate
from qiskit.quantum_info import Statevector

Wait = tuple[float, float]
"""Begin and end, seconds back from the end of the circuit."""
Phase = tuple[float, tuple[int, int], float]
"""Seconds back from the end of the circuit, two qubits, and the angle on 11, rad."""

MOST_QUBITS, MOST_GATES = 10, 1500
"""Of circuits that are played: tens of milliseconds each."""


def common(first: Iterable[Wait], second: Iterable[Wait]) -> Iterable[Wait]:
    """Each time at which both wait."""
    for (begin, end), (other_begin, other_end) in product(first, second):
        if (both := (max(begin, other_begin), min(end, other_end)))[1] > both[0]:
            yield both


def phases(waits: Mapping[int, list[Wait]], zz: Mapping[tuple[int, int], float]) -> list[Phase]:
    """``zz``: Hz of each pair. What each common wait of a pair adds, in its middle."""
    return [
        ((begin + end) / 2, pair, -2 * math.pi * value * (end - begin))
        for pair, value in zz.items()
        if pair[0] in waits and pair[1] in waits
        for begin, end in common(waits[pair[0]], waits[pair[1]])
    ]


def kept(circuit: QuantumCircuit, starts: list[float], found: list[Phase]) -> float | None:
    """Overlap of what is read with these phases and without, (sum of sqrt(p q))^2 of the outcomes; of a circuit that
    reads nothing that of the states. None where it cannot be played here: too large, read or reset in its middle, or
    with parameters that are left open.

    ``starts``: when each instruction begins, seconds back from the end of the circuit.
    """
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    body, read = [], []
    for start, one in zip(starts, circuit.data, strict=True):
        at = tuple(places[bit] for bit in one.qubits)
        if one.operation.name == "measure":
            read.append(at[0])
        elif one.operation.name not in ("barrier", "delay"):
            if one.operation.name == "reset" or set(read) & {*at} or (one.operation.params and circuit.parameters):
                return None
            body.append((start, at, one.operation))
    used = sorted({qubit for _, at, _ in body for qubit in at})
    if len(used) > MOST_QUBITS or len(body) > MOST_GATES:
        return None
    turned = [(when, pair, CPhaseGate(angle)) for when, pair, angle in found]
    with_them, without = (_played([*body, *more], used) for more in (turned, []))
    seen = [used.index(qubit) for qubit in dict.fromkeys(read) if qubit in used]
    if not read:
        return float(abs(with_them.inner(without)) ** 2)
    return float(np.sqrt(with_them.probabilities(seen) * without.probabilities(seen)).sum() ** 2) if seen else 1.0


def _played(gates: list[tuple[float, tuple[int, ...], object]], used: list[int]) -> Statevector:
    small = QuantumCircuit(len(used))
    for _, at, operation in sorted(gates, key=lambda one: -one[0]):  # what begins at once stays in order
        small._append(CircuitInstruction(operation, [small.qubits[used.index(qubit)] for qubit in at]))  # pyright: ignore
    return Statevector(small)
