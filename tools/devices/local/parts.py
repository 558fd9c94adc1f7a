"""A circuit on a large device falls into parts that no gate connects; each is small, whatever the device's size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qiskit.circuit import CircuitInstruction, Clbit, QuantumCircuit, Qubit

_WITHOUT_EFFECT = ("barrier",)


@dataclass(frozen=True)
class Part:
    """The operations on ``qubits`` of a circuit, renumbered from 0 in this order; likewise the classical bits."""

    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    circuit: QuantumCircuit


def parts_of(circuit: QuantumCircuit) -> list[Part]:
    """The measured parts of a circuit; what is never measured is left out.

    Barriers between qubits are dropped: they order gates in time, and the noise of a gate does not depend on when it
    is played. Qubits that share a classical bit belong together.
    """
    qubit_at = {bit: index for index, bit in enumerate(circuit.qubits)}
    clbit_at = {bit: index for index, bit in enumerate(circuit.clbits)}
    groups = _Groups()
    data = [one for one in circuit.data if one.operation.name not in _WITHOUT_EFFECT]
    owner: list[int] = []
    for instruction in data:
        members = [qubit_at[bit] for bit in instruction.qubits]
        # classical bits are nodes of their own, numbered below zero
        members += [-1 - clbit_at[bit] for bit in instruction.clbits]
        groups.join(members)
        owner.append(members[0])
    collected: dict[int, list[Any]] = {}
    for first, instruction in zip(owner, data, strict=True):
        collected.setdefault(groups.root(first), []).append(instruction)
    found = [_part(circuit, instructions, qubit_at, clbit_at) for instructions in collected.values()]
    return [part for part in found if part.clbits]


class _Groups:
    """Disjoint sets of whole numbers."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def root(self, one: int) -> int:
        above = self._above.get(one, one)
        while above != one:
            one, above = above, self._above.get(above, above)
        return one

    def join(self, members: list[int]) -> None:
        if len(members) == 1:
            return
        first = self.root(members[0])
        for other in members[1:]:
            self._above[self.root(other)] = first


def _part(
    circuit: QuantumCircuit,
    instructions: list[Any],
    qubit_at: dict[Qubit, int],
    clbit_at: dict[Clbit, int],
) -> Part:
    qubits = sorted({qubit_at[bit] for one in instructions for bit in one.qubits})
    clbits = sorted({clbit_at[bit] for one in instructions for bit in one.clbits})
    small = QuantumCircuit(len(qubits), len(clbits))
    new_qubit = {circuit.qubits[index]: small.qubits[place] for place, index in enumerate(qubits)}
    new_clbit = {circuit.clbits[index]: small.clbits[place] for place, index in enumerate(clbits)}
    small._data.extend(
        CircuitInstruction(
            one.operation, [new_qubit[bit] for bit in one.qubits], [new_clbit[bit] for bit in one.clbits]
        )
        for one in instructions
    )
    return Part(tuple(qubits), tuple(clbits), small)
