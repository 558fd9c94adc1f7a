"""How long an instruction of a circuit lasts on a device, seconds."""

from __future__ import annotations

from typing import Any

from qiskit.transpiler import Target

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
