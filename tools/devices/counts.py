"""Bits of every shot as the result of one circuit, in the shape in which Qiskit backends return it."""

from __future__ import annotations

import numpy as np
from qiskit import QuantumCircuit
from qiskit.result.models import ExperimentResult, ExperimentResultData, MeasLevel


def counts_result(circuit: QuantumCircuit, bits: np.ndarray) -> ExperimentResult:
    """``bits`` has shape (shots, classical bits of the circuit)."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    values, numbers = np.unique(packed, axis=0, return_counts=True)
    words = [hex(int.from_bytes(value.tobytes(), "little")) for value in values]
    header = {
        "name": circuit.name,
        "metadata": circuit.metadata or {},
        "n_qubits": circuit.num_qubits,
        "memory_slots": circuit.num_clbits,
        "creg_sizes": [[register.name, register.size] for register in circuit.cregs],
        "qreg_sizes": [[register.name, register.size] for register in circuit.qregs],
    }
    return ExperimentResult(
        shots=len(bits),
        success=True,
        data=ExperimentResultData(counts=dict(zip(words, map(int, numbers), strict=True))),
        meas_level=MeasLevel.CLASSIFIED,
        status="DONE",
        header=header,
    )
