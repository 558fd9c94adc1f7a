"""What a job brings home, checked circuit by circuit before anybody fits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BitArray
from qiskit.result.models import ExperimentResult

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.counts import counts_result

PLACE = "reson_place"


def results_of(found: Sequence[Any], circuits: Sequence[QuantumCircuit], shots: int) -> list[ExperimentResult]:
    """From ``SamplerPubResult``s to results with counts of all classical bits.

    Raises ``ToolError`` (job_failed) where circuits, registers or shots are missing, or the order is another one.
    """
    if len(found) != len(circuits):
        _failed(f"{len(circuits)} circuits were sent, {len(found)} came back")
    return [_one(pub, circuit, place, shots) for place, (pub, circuit) in enumerate(zip(found, circuits, strict=True))]


def marked(circuits: Sequence[QuantumCircuit]) -> list[QuantumCircuit]:
    """Copies that carry their place: the service returns a circuit's metadata with its data, but not its name."""
    copies = [circuit.copy() for circuit in circuits]
    for place, copy in enumerate(copies):
        copy.metadata = {**(copy.metadata or {}), PLACE: place}
    return copies


def _one(pub: Any, circuit: QuantumCircuit, place: int, shots: int) -> ExperimentResult:
    """One circuit's result, refused where registers or shots are missing or it is another circuit's."""
    told = getattr(pub, "metadata", None)
    returned = told.get("circuit_metadata") if isinstance(told, Mapping) else None
    if isinstance(returned, Mapping) and returned.get(PLACE, place) != place:
        _failed("the results came back in another order than the circuits were sent")
    bits = np.zeros((shots, circuit.num_clbits), dtype=bool)
    places = {bit: place for place, bit in enumerate(circuit.clbits)}
    for register in circuit.cregs:
        data = getattr(getattr(pub, "data", None), register.name, None)
        if not isinstance(data, BitArray) or data.shape != ():
            _failed(f"the classical register {register.name} did not come back")
        if data.num_shots != shots or data.num_bits != register.size:
            _failed(
                f"{shots} shots of {register.size} bits were asked for, {data.num_shots} of {data.num_bits} came back"
            )
        bits[:, [places[bit] for bit in register]] = data.to_bool_array(order="little").reshape(shots, register.size)
    return counts_result(circuit, bits)


def _failed(message: str) -> NoReturn:
    raise ToolError(ToolErrorKind.JOB_FAILED, message)
