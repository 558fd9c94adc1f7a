"""How long instructions, circuits and jobs last on a device, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qiskit.transpiler import Target

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from reson.tools.devices.device import DeviceLimits

OVERHEAD = 2.0
"""Quantum seconds that a job is charged beside its shots: loading and binding, of the order of IBM's own estimates."""
_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def seconds_of(one: Any, places: dict[Any, int], target: Target) -> float:
    """Of a delay, or a gate that the target knows; readout counts as none. ``places``: qubit -> its number."""
    if one.operation.name == "delay":
        unit = one.operation.unit
        return float(one.operation.duration) * ((target.dt or 0.0) if unit == "dt" else _UNITS[unit])
    if one.operation.name in ("barrier", "measure") or one.operation.name not in target:
        return 0.0
    told = (target[one.operation.name] or {}).get(tuple(places[bit] for bit in one.qubits))
    return (told.duration or 0.0) if told else 0.0


def longest_path(circuit: QuantumCircuit, target: Target) -> float:
    """Of the longest sum of delays and gates on one qubit."""
    lengths: dict[Any, float] = {}
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    for one in circuit.data:
        seconds = seconds_of(one, places, target)
        for bit in one.qubits:
            lengths[bit] = lengths.get(bit, 0.0) + seconds
    return max(lengths.values(), default=0.0)


def quantum_seconds(circuits: Sequence[QuantumCircuit], shots: int, limits: DeviceLimits, target: Target) -> float:
    """What a job is charged where quantum seconds are counted, before it is sent."""
    delays = sum(longest_path(circuit, target) for circuit in circuits)
    return OVERHEAD + shots * (len(circuits) * (limits.reset_time + limits.readout_time) + delays)
