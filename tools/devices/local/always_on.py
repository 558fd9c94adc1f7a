"""The always-on ZZ between neighbours that wait at the same time, put into a circuit as gates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction
from qiskit.circuit.library import CPhaseGate
from qiskit.transpiler import Target

from reson.tools.devices.durations import seconds_of

_KEEPS_0_AND_1 = {"x", "id", "rz", "delay", "measure", "barrier", "reset", "cz"}
"""Instructions after which a qubit in 0 or 1 is in 0 or 1."""

Wait = tuple[float, float]
"""Begin and end, seconds."""


def with_zz(circuit: QuantumCircuit, zz: Mapping[tuple[int, int], float], target: Target) -> QuantumCircuit:
    """The circuit with a phase of 2 pi ``zz`` (Hz) t on 11 for every time t for which both qubits of a pair wait: one
    by a delay, the other by a delay or since nothing is played on it until others are ready.

    ZZ is f11 - f10 - f01 + f00, and a qubit's frequency that with its neighbours in 0: a neighbour that plays no part
    in the circuit has no effect. Instructions begin as early as they can; the noise of a delay acts at its begin, which
    is exact to first order in the delay over T1. Pairs that stay in 0 and 1 are left alone: they have no phase to see.
    """
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    starts, delays, waits, moved = _timeline(circuit, places, target)
    inserted = [
        (end, 0, CircuitInstruction(CPhaseGate(-2 * math.pi * zz[pair] * (end - begin)), _bits(circuit, pair)))
        for pair in zz
        if pair[0] in waits and pair[1] in waits and moved & set(pair)
        for begin, end in _overlaps(waits[pair[0]], waits[pair[1]])
        if any(first <= begin and end <= last for qubit in pair for first, last in delays.get(qubit, ()))
    ]
    if not inserted:
        return circuit
    known = [(start, 1 + index, one) for index, (start, one) in enumerate(zip(starts, circuit.data, strict=True))]
    found = circuit.copy_empty_like()
    for _, _, one in sorted([*known, *inserted], key=lambda item: item[:2]):
        found._append(one)  # pyright: ignore[reportCallIssue]
    return found


def _timeline(
    circuit: QuantumCircuit, places: dict[Any, int], target: Target
) -> tuple[list[float], dict[int, list[Wait]], dict[int, list[Wait]], set[int]]:
    """(begin of every instruction, delays of every qubit, delays and gaps of every qubit, qubits that leave 0 and 1).

    Before anything is played on it a qubit is in 0, and of what it does there nothing is seen.
    """
    now: dict[Any, float] = dict.fromkeys(circuit.qubits, 0.0)
    starts: list[float] = []
    delays: dict[int, list[Wait]] = {}
    waits: dict[int, list[Wait]] = {}
    moved: set[int] = set()
    begun: set[Any] = set()
    for one in circuit.data:
        start = max((now[bit] for bit in one.qubits), default=0.0)
        end = start + seconds_of(one, places, target)
        for bit in begun.intersection(one.qubits):
            if now[bit] < start:
                waits.setdefault(places[bit], []).append((now[bit], start))
        now |= dict.fromkeys(one.qubits, end)
        starts.append(start)
        if one.operation.name == "delay":
            for found in (delays, waits):
                found.setdefault(places[one.qubits[0]], []).append((start, end))
        elif one.operation.name not in _KEEPS_0_AND_1:
            moved |= {places[bit] for bit in one.qubits}
        if one.operation.name not in ("delay", "barrier"):
            begun |= {*one.qubits}
    return starts, delays, waits, moved


def _overlaps(first: Iterable[Wait], second: list[Wait]) -> Iterable[Wait]:
    for begin, end in first:
        for other_begin, other_end in second:
            common = (max(begin, other_begin), min(end, other_end))
            if common[1] > common[0]:
                yield common


def _bits(circuit: QuantumCircuit, pair: tuple[int, int]) -> list[Any]:
    return [circuit.qubits[place] for place in pair]
