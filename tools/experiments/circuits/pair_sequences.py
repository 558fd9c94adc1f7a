"""What is played on pairs of qubits: native instructions on one or both of a pair, and the circuits of disjoint pairs
as one job.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from qiskit.circuit import (
    CircuitInstruction,
    ClassicalRegister,
    Delay,
    Instruction,
    Measure,
    QuantumCircuit,
    QuantumRegister,
    Qubit,
)
from qiskit.circuit.library import RZGate, SXGate, XGate

from reson.components import Pair
from reson.tools.devices.coupler_flux import CouplerFluxGate

FIRST, SECOND, BOTH = (0,), (1,), (0, 1)
"""Places of a part: the pair's qubit of the smaller number, the other, or the two."""
TURNS = (0.0, 2 * np.pi / 3, 4 * np.pi / 3)
"""Angles of the last pulse of a Ramsey sequence, rad: three tell phase and contrast whatever the readout's middle."""


class Part(NamedTuple):
    """One instruction of a pair's sequence."""

    instruction: Instruction
    places: tuple[int, ...]


class Written(Protocol):
    """One circuit of a pair, both qubits read at its end; ``metadata["xval"]`` is the swept value."""

    @property
    def metadata(self) -> dict[str, Any]: ...

    def write(self, circuit: QuantumCircuit, on: tuple[Qubit, Qubit]) -> None:
        """Append what is played on both to a circuit; the measurement follows."""
        ...


class PairSequence(NamedTuple):
    """A ``Written`` of some instructions."""

    metadata: dict[str, Any]
    parts: Sequence[Part]

    def write(self, circuit: QuantumCircuit, on: tuple[Qubit, Qubit]) -> None:
        circuit._data.extend(
            [CircuitInstruction(part.instruction, [on[place] for place in part.places]) for part in self.parts]
        )


def x(*places: int) -> list[Part]:
    return [Part(XGate(), (place,)) for place in places]


def flux(amp: float, duration: float, edges: float | None = None) -> Part:
    """A pulse on the pair's coupler; without ``edges`` it is of edges alone, as a CZ is."""
    return Part(CouplerFluxGate(amp, duration, duration if edges is None else edges), BOTH)


def wait(seconds: float) -> list[Part]:
    """Both wait for a whole number of nanoseconds."""
    return [Part(Delay(round(seconds * 1e9), "ns"), (place,)) for place in BOTH] if seconds else []


def row(gate: Part, number: int, gap: float) -> list[Part]:
    """A gate many times, with a wait between two."""
    return [*([gate, *wait(gap)] * (number - 1)), gate]


def ramsey(target: int, excited: bool, body: Sequence[Part], metadata: Mapping[str, Any]) -> list[PairSequence]:
    """The phase that ``body`` gives to one of the pair with the other in 0, or ``excited``: one circuit for each turn.

    Their metadata name the ``target``, whether its ``partner`` is in 1, and the ``turn``.
    """
    known = {"target": target, "partner": int(excited)}
    start = [*(x(1 - target) if excited else ()), Part(_half(), (target,))]
    return [
        PairSequence(
            {**metadata, **known, "turn": turn},
            [*start, *body, Part(RZGate(angle), (target,)), Part(_half(), (target,))],
        )
        for turn, angle in enumerate(TURNS)
    ]


def zz_echo(amp: float, hold: float, edges: float, metadata: Mapping[str, Any]) -> list[PairSequence]:
    """The phase of an echo on the first qubit with the second flipped half way, a flat pulse in either half."""
    held = flux(amp, hold, edges)
    return ramsey(0, False, [held, *x(*BOTH), held], metadata)


@cache
def _half() -> SXGate:
    return SXGate()


@dataclass(frozen=True)
class PairJoint:
    """One circuit of a job: metadata of each pair, and the classical bit of its first qubit; the second's is next."""

    circuit: QuantumCircuit
    parts: dict[Pair, dict[str, Any]]
    clbits: dict[Pair, int]


def joined(name: str, sequences: Mapping[Pair, Sequence[Written]]) -> Iterator[PairJoint]:
    """Circuit n plays sequence n of every pair, in parallel; a pair with fewer of them leaves the last ones alone."""
    qubits = QuantumRegister(1 + max(max(pair.qubits()) for pair in sequences), "q")
    empty = QuantumCircuit(qubits, ClassicalRegister(2 * len(sequences), "c"))
    bits = {pair: 2 * place for place, pair in enumerate(sequences)}
    for number, row in enumerate(itertools.zip_longest(*sequences.values())):
        circuit = empty.copy_empty_like(f"{name}-{number}")
        played = {pair: one for pair, one in zip(sequences, row, strict=True) if one is not None}
        for pair, one in played.items():
            low, high = (empty.qubits[qubit] for qubit in pair.qubits())
            one.write(circuit, (low, high))
            into = empty.clbits[bits[pair] :]
            circuit._data.extend([CircuitInstruction(Measure(), [(low, high)[k]], [into[k]]) for k in BOTH])
        yield PairJoint(circuit, {pair: one.metadata for pair, one in played.items()}, bits)
