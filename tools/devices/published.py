"""What a provider publishes about its device: the numbers that ours are compared with, and start from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from reson.records import Finite, Record
from reson.tools.devices.device import component
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

TWO_QUBIT = ("cz", "ecr", "cx")
ONE_PULSE = ("sx", "x", "u2", "rx")
"""Gates that one pulse makes, the first that is told counts: older devices have u1, u2 and u3 in place of SX."""
BROKEN_GATE, BROKEN_READOUT = 0.5, 0.4
"""Errors from which a gate or a readout counts as broken: IBM marks a faulty gate with 1."""


class PublishedQubit(Record):
    """Times in seconds; None where the provider tells nothing."""

    t1: Finite | None
    t2: Finite | None
    """With one echo, as IBM publishes it."""
    readout_error: Finite | None
    """(P(1|0) + P(0|1)) / 2"""
    gate_error: Finite | None
    """Average error of one SX."""
    gate_length: Finite | None
    readout_length: Finite | None
    frequency: Finite | None = None
    """Hz."""

    @property
    def works(self) -> bool:
        return _below(self.gate_error, BROKEN_GATE) and _below(self.readout_error, BROKEN_READOUT)


class PublishedPair(Record):
    """A two-qubit gate, its qubits in the order in which the coupling map has them."""

    qubits: tuple[int, int]
    gate: str
    error: Finite | None
    length: Finite | None

    @property
    def works(self) -> bool:
        return self.error is not None and self.error < BROKEN_GATE


class Published(Record):
    """``calibrated``: when the provider last changed any of it, seconds since the Unix epoch; None: not told."""

    device: str
    calibrated: Finite | None
    qubits: dict[int, PublishedQubit]
    pairs: tuple[PublishedPair, ...]
    layer_fidelity: dict[int, Finite] = {}
    """Length of the best chain -> its layer fidelity."""

    def first_values(self, qubits: Iterable[int]) -> dict[str, dict[str, float]]:
        """component -> parameters of the table that a measurement can start from; nothing is invented."""
        found = {component(qubit): _first_values(self.qubits[qubit]) for qubit in qubits}
        return {name: values for name, values in found.items() if values}


def published(backend: BackendV2, device: str) -> Published:
    """Everything that a backend tells by its target, and by ``properties()`` where it has them."""
    target: Target = cast("Any", backend.target)
    properties = getattr(backend, "properties", None)
    told: Any = properties() if callable(properties) else None
    return Published(
        device=device,
        calibrated=_moment(getattr(told, "last_update_date", None)),
        qubits={qubit: _qubit(target, qubit) for qubit in range(target.num_qubits or 0)},
        pairs=tuple(_pairs(target)),
        layer_fidelity={} if told is None else _layer_fidelity(getattr(told, "general", None) or ()),
    )


def _qubit(target: Target, qubit: int) -> PublishedQubit:
    known = target.qubit_properties[qubit] if target.qubit_properties else None
    pulses = (_properties(target, name, (qubit,)) for name in ONE_PULSE)
    gate, readout = next(filter(None, pulses), None), _properties(target, "measure", (qubit,))
    return PublishedQubit(
        t1=_number(known, "t1"),
        t2=_number(known, "t2"),
        readout_error=_number(readout, "error"),
        gate_error=_number(gate, "error"),
        gate_length=_number(gate, "duration"),
        readout_length=_number(readout, "duration"),
        frequency=_number(known, "frequency"),
    )


def _number(known: Any, name: str) -> float | None:
    """A value that is told; what is no finite number is one that is not, and costs nothing but itself."""
    value = getattr(known, name, None)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _properties(target: Target, name: str, qubits: tuple[int, ...]) -> Any:
    everywhere: Mapping[Any, Any] = target.get(name, None) or {}
    return everywhere.get(qubits)


def _pairs(target: Target) -> Iterable[PublishedPair]:
    """The best gate of each coupled pair, once for both directions."""
    best: dict[frozenset[int], PublishedPair] = {}
    for name in TWO_QUBIT:
        for qubits, told in (target.get(name, None) or {}).items():
            found = PublishedPair(
                qubits=(qubits[0], qubits[1]),
                gate=name,
                error=_number(told, "error"),
                length=_number(told, "duration"),
            )
            known = best.get(frozenset(qubits))
            if known is None or _worth(found) < _worth(known):
                best[frozenset(qubits)] = found
    return best.values()


def _worth(pair: PublishedPair) -> float:
    return 1.0 if pair.error is None else pair.error


def _layer_fidelity(general: Iterable[Any]) -> dict[int, float]:
    named = ((str(one.name), _number(one, "value")) for one in general)
    found = ((name[3:], value) for name, value in named if name.startswith("lf_") and value is not None)
    return {int(length): value for length, value in found if length.isdecimal()}


def _moment(when: datetime | str | None) -> float | None:
    try:
        return datetime.fromisoformat(str(when)).timestamp() if when else None
    except ValueError:
        return None


def _below(value: float | None, limit: float) -> bool:
    return value is None or value < limit


def _first_values(qubit: PublishedQubit) -> dict[str, float]:
    fidelity = None if qubit.readout_error is None else 1 - qubit.readout_error
    known = {
        "pulse_duration": qubit.gate_length,
        "t1": qubit.t1,
        # beyond twice T1 a published T2 is no physics, only the scatter of two measurements
        "t2_echo": None if qubit.t2 is None or qubit.t1 is None else min(qubit.t2, 2 * qubit.t1),
        "assignment_fidelity": fidelity,
        "error_per_gate": qubit.gate_error if qubit.works else None,
    }
    return {name: value for name, value in known.items() if value and _possible(name, value)}


def _possible(name: str, value: float) -> bool:
    return PARAMETERS[name].low <= value <= PARAMETERS[name].high
