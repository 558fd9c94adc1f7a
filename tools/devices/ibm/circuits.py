"""What a list of circuits is and takes: the key that finds its job again, and the seconds that one shot lasts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from reson.tools.devices.durations import seconds_of


def key_of(circuits: Sequence[QuantumCircuit], shots: int) -> str:
    """SHA-256 over what would be measured: instructions, their places and parameters, metadata and shots."""
    digest = hashlib.sha256(str(shots).encode())
    for circuit in circuits:
        places = {bit: place for place, bit in enumerate((*circuit.qubits, *circuit.clbits))}
        digest.update(json.dumps(circuit.metadata or {}, sort_keys=True, default=float).encode())
        for one in circuit.data:
            at = [places[bit] for bit in (*one.qubits, *one.clbits)]
            parameters = [repr(float(value)) for value in one.operation.params]
            unit = getattr(one.operation, "unit", "")
            digest.update(f"{one.operation.name}{parameters}{unit}{at};".encode())
    return digest.hexdigest()


def longest_path(circuit: QuantumCircuit, target: Target) -> float:
    """Seconds of the longest sum of delays and gates on one qubit."""
    lengths: dict[Any, float] = {}
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    for one in circuit.data:
        seconds = seconds_of(one, places, target)
        for bit in one.qubits:
            lengths[bit] = lengths.get(bit, 0.0) + seconds
    return max(lengths.values(), default=0.0)
