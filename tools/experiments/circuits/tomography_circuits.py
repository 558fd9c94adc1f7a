"""State tomography of one qubit with two more circuits that show how 0 and 1 are read in the same job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qiskit.circuit import QuantumCircuit
from qiskit_experiments.library import StateTomography

GATES: tuple[tuple[str, ...], ...] = ((), ("x",), ("h",), ("x", "h"), ("h", "s"), ("h", "sdg"))
"""What prepares 0, 1, +, -, +i and -i, in this order."""


def preparation(state: int) -> QuantumCircuit:
    """The circuit that prepares one of the six states from 0."""
    circuit = QuantumCircuit(1)
    for gate in GATES[state]:
        getattr(circuit, gate)(0)
    return circuit


class CalibratedTomography(StateTomography):
    """``StateTomography`` of one of the six states; metadata ``m_idx`` names the basis (Z, X, Y), ``prepared`` the
    state of the two further circuits. All circuits carry what is ``told`` besides.
    """

    def __init__(self, qubit: int, state: int, told: Mapping[str, Any]) -> None:
        super().__init__(preparation(state), physical_qubits=(qubit,))
        self._told = told

    def circuits(self) -> list[QuantumCircuit]:
        found = [*super().circuits(), *(self._prepared(state) for state in (0, 1))]
        for circuit in found:
            circuit.metadata |= self._told
        return found

    @staticmethod
    def _prepared(state: int) -> QuantumCircuit:
        circuit = QuantumCircuit(1, 1, metadata={"prepared": state})
        if state:
            circuit.x(0)
        circuit.measure(0, 0)
        return circuit
