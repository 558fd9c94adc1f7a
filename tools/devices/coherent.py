"""What waiting does to a circuit, by playing it: in which state each qubit waits, and what always-on ZZ leaves.

A qubit that is back in 0 loses nothing while it waits. The phases of ZZ are the same in every shot, so that a sum of
losses does not know them: pulses between two waits turn a phase back, and one that no gate follows is never seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction, Operation
from qiskit.circuit.library import CPhaseGate
from qiskit.quantum_info import Operator, Statevector


class Wait(NamedTuple):
    """Of one qubit, between two instructions. Seconds back from the end of the circuit."""

    begin: float
    end: float
    after: int
    """Place in the circuit of the instruction that it follows."""
    read: bool = False
    """Whether the qubit is read next: then its phase is not seen any more."""


class Held(NamedTuple):
    """The state of one qubit, whatever the others are: all that relaxation and dephasing ask of it."""

    excited: float
    """Population of 1."""
    coherence: float = 0.0
    """Squared modulus of the density matrix between 0 and 1."""


MIXED = Held(0.5)
"""As one half of an entangled pair, and what is assumed of a qubit whose state is not known."""
Phase = tuple[float, tuple[int, int], float]
"""Seconds back from the end of the circuit, two qubits, and the angle on 11, rad."""

MOST_QUBITS, MOST_GATES = 10, 1500
"""Of circuits that are played: tens of milliseconds each."""


def common(first: Iterable[Wait], second: Iterable[Wait]) -> Iterable[tuple[float, float]]:
    """Begin and end of each time at which both wait."""
    for one, other in product(first, second):
        begin, end = max(one.begin, other.begin), min(one.end, other.end)
        if end > begin:
            yield begin, end


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
    gates = _gates(circuit)
    if gates is None:
        return None
    body = [(starts[index], at, operation) for index, at, operation in gates]
    used = sorted({qubit for _, at, _ in body for qubit in at})
    read = [places[one.qubits[0]] for one in circuit.data if one.operation.name == "measure"]
    turned = [(when, pair, CPhaseGate(angle)) for when, pair, angle in found]
    with_them, without = (_played([*body, *more], used) for more in (turned, []))
    seen = [used.index(qubit) for qubit in dict.fromkeys(read) if qubit in used]
    if not read:
        return float(abs(with_them.inner(without)) ** 2)
    return float(np.sqrt(with_them.probabilities(seen) * without.probabilities(seen)).sum() ** 2) if seen else 1.0


def held(circuit: QuantumCircuit) -> dict[tuple[int, int], Held]:
    """(place of an instruction in the circuit, qubit that it is played on) -> the state in which it leaves the qubit,
    in a circuit without errors; empty where it cannot be played here, as of ``kept``.

    What is played on other qubits changes nothing of it.
    """
    gates = _gates(circuit) or []
    used = sorted({qubit for _, at, _ in gates for qubit in at})
    state = np.zeros((2,) * len(used), dtype=complex)
    state[(0,) * len(used)] = 1.0
    found: dict[tuple[int, int], Held] = {}
    for index, at, operation in gates:
        axes = [used.index(qubit) for qubit in at]
        matrix = np.asarray(Operator(operation)).reshape((2,) * (2 * len(at)))
        last = [len(at) - 1 - number for number in range(len(at))]  # the first qubit of a gate is its last digit
        state = np.moveaxis(
            np.tensordot(matrix, state, axes=([len(at) + place for place in last], axes)),
            last,
            axes,
        )
        for qubit, axis in zip(at, axes, strict=True):
            rows = np.moveaxis(state, axis, 0).reshape(2, -1)
            found[index, qubit] = Held(
                float(np.sum(np.abs(rows[1]) ** 2)), abs(complex(np.vdot(rows[0], rows[1]))) ** 2
            )
    return found


def _gates(circuit: QuantumCircuit) -> list[tuple[int, tuple[int, ...], Operation]] | None:
    """(place in the circuit, qubits, gate) of all that is played before it is read; None where it cannot be played."""
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    body, read = [], set()
    for index, one in enumerate(circuit.data):
        at = tuple(places[bit] for bit in one.qubits)
        if one.operation.name == "measure":
            read |= {*at}
        elif one.operation.name not in ("barrier", "delay"):
            if one.operation.name == "reset" or read & {*at} or (one.operation.params and circuit.parameters):
                return None
            body.append((index, at, one.operation))
    used = {qubit for _, at, _ in body for qubit in at}
    return None if len(used) > MOST_QUBITS or len(body) > MOST_GATES else body


def _played(gates: list[tuple[float, tuple[int, ...], object]], used: list[int]) -> Statevector:
    small = QuantumCircuit(len(used))
    for _, at, operation in sorted(gates, key=lambda one: -one[0]):  # what begins at once stays in order
        small._append(CircuitInstruction(operation, [small.qubits[used.index(qubit)] for qubit in at]))  # pyright: ignore
    return Statevector(small)
