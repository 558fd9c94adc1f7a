"""From integrated signals to Qiskit results: one reduction for each measurement level, and the headers around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.result.models import ExperimentResult, ExperimentResultData, MeasLevel, MeasReturnType

from reson.tools.devices.simulated.program import Measured

TRACE_SAMPLES = 50
"""Samples of the integrated signal in a level-0 trace."""


def discriminate(circuit: Measured, signal: np.ndarray, controls: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Bits by the controls ``readout_angle`` and ``readout_threshold``, packed: see ``pack_bits``."""
    angles = np.array([controls[qubit]["readout_angle"] for qubit in circuit.qubits])
    thresholds = np.array([controls[qubit]["readout_threshold"] for qubit in circuit.qubits])
    rotated = np.real(signal[:, :, -1] * np.exp(-1j * angles)[:, None])
    return pack_bits(circuit, (rotated > thresholds[:, None]).T)


def pack_bits(circuit: Measured, bits: np.ndarray) -> np.ndarray:
    """Bits (shots, qubits) as big-endian bytes (shots, bytes), clbit 0 last: the layout of ``BitArray``."""
    width = 8 * ((circuit.slots + 7) // 8)
    padded = np.zeros((len(bits), width), dtype=bool)
    padded[:, [width - 1 - clbit for clbit in circuit.clbits]] = bits
    return np.packbits(padded, axis=1)


def iq_memory(circuit: Measured, signal: np.ndarray, level: MeasLevel, average: bool) -> np.ndarray:
    """Level 1: floats ([shots,] slots, 2); level 0: ([shots,] slots, samples, 2). Slots without a qubit hold 0."""
    values = signal.mean(axis=1, keepdims=True) if average else signal
    memory = np.zeros((values.shape[1], circuit.slots, signal.shape[2], 2))
    memory[:, circuit.clbits] = np.stack([np.real(values), np.imag(values)], axis=-1).swapaxes(0, 1)
    if level == MeasLevel.KERNELED:
        memory = memory[:, :, -1]
    return memory[0] if average else memory


def counts_of(packed: np.ndarray) -> dict[str, int]:
    """Hexadecimal counts from packed bits, the smallest outcome first."""
    width = packed.shape[1]
    if width == 1:
        found = np.bincount(packed[:, 0])
        return {hex(outcome): int(found[outcome]) for outcome in np.flatnonzero(found)}
    shots = packed.tobytes()
    counts = Counter(shots[start : start + width] for start in range(0, len(shots), width))
    return {hex(int.from_bytes(outcome)): counts[outcome] for outcome in sorted(counts)}


def memory_of(packed: np.ndarray) -> list[str]:
    """Hexadecimal outcome of each shot."""
    return [hex(int.from_bytes(shot.tobytes())) for shot in packed]


def experiment_result(
    circuit: QuantumCircuit, data: Mapping[str, Any], shots: int, level: MeasLevel, average: bool
) -> ExperimentResult:
    """One circuit's result with the header that Qiskit and qiskit-experiments read."""
    header = {
        "name": circuit.name,
        "metadata": circuit.metadata or {},
        "n_qubits": circuit.num_qubits,
        "memory_slots": circuit.num_clbits,
        "creg_sizes": [[register.name, register.size] for register in circuit.cregs],
        "qreg_sizes": [[register.name, register.size] for register in circuit.qregs],
    }
    return ExperimentResult(
        shots=shots,
        success=True,
        data=ExperimentResultData(**data),
        meas_level=level,
        meas_return=MeasReturnType.AVERAGE if average else MeasReturnType.SINGLE,
        status="DONE",
        header=header,
    )
