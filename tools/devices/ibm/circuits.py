"""What a list of circuits is: the key that finds its job again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from qiskit import QuantumCircuit


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
