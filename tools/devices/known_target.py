"""A device's target with what is known of it now: measured errors in the place of published ones, nothing broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from reson.tools.devices.published import BROKEN_GATE, ONE_PULSE, Published, PublishedPair


def usable(target: Target, told: Published) -> Target:
    """The target without what does not work, with the errors that are known. A pair may have a gate that works and one
    that does not, as a Heron's CZ and RZZ.
    """
    works = {qubit for qubit, known in told.qubits.items() if known.works}
    links = {frozenset(pair.qubits): pair for pair in told.pairs if pair.works}
    found = Target(num_qubits=target.num_qubits, dt=target.dt, qubit_properties=_times(target, told))
    for name in target.operation_names:
        operation, everywhere = target.operation_from_name(name), target[name]
        if isinstance(operation, type) or not everywhere or None in everywhere:
            found.add_instruction(operation, None if isinstance(operation, type) else everywhere, name=name)
            continue
        places = [at for at in everywhere if works.issuperset(at) and (len(at) != 2 or frozenset(at) in links)]
        places = [at for at in places if len(at) != 2 or not broken(everywhere[at])]
        here = {at: _known(name, at, everywhere[at], told, links) for at in places}
        found.add_instruction(operation, here, name=name)
    return found


def broken(one: Any) -> bool:
    """Whether a gate is published as one that does not work."""
    error = getattr(one, "error", None)
    return error is not None and error >= BROKEN_GATE


def _known(
    name: str, place: tuple[int, ...], one: Any, told: Published, links: Mapping[frozenset[int], PublishedPair]
) -> InstructionProperties:
    duration = getattr(one, "duration", None)
    error = getattr(one, "error", None)
    if name == "measure":
        error = told.qubits[place[0]].readout_error
    elif len(place) == 2 and frozenset(place) in links and links[frozenset(place)].gate == name:
        error = links[frozenset(place)].error
    elif len(place) == 1 and duration and (error is not None or name in ONE_PULSE):
        error = told.qubits[place[0]].gate_error
    return InstructionProperties(duration=duration, error=error)


def _times(target: Target, told: Published) -> list[Any]:
    known = (told.qubits[qubit] for qubit in range(target.num_qubits or 0))
    return [QubitProperties(t1=one.t1, t2=one.t2, frequency=one.frequency) for one in known]
