"""What a lab offers of its own hardware, held to what can be true, and what is played there, held to its limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from reson.components import Component, Pair, Qubit, pairs_of, parse, qubits_of
from reson.errors import OperatorError, ToolError
from reson.tools.devices.coupler_flux import COUPLER_FLUX
from reson.tools.devices.device import Controls
from reson.tools.devices.drive import DRIVE
from reson.tools.devices.readout_tone import READOUT_TONE
from reson.tools.quantities import OF_PAIRS, PARAMETERS

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Bounds = Mapping[str, tuple[float, float]]
"""control -> (lowest, highest) value."""
PLAYED = {
    DRIVE: ("drive_frequency", 2, "x_amplitude", 0),
    READOUT_TONE: ("readout_frequency", 0, "readout_amplitude", 1),
    COUPLER_FLUX: ("coupler_bias", 0, "cz_amplitude", 0),
}
"""instruction -> the control that its offset is added to, and the place of that offset among its parameters; the
control whose limits bind its amplitude, and the place of that. A flux pulse stands on top of the bias."""


def require_sound(name: str, controls: Controls, limits: Bounds, coupling: Iterable[Sequence[int]] = ()) -> None:
    """Raises ``OperatorError`` for a component or a control that there is none of, or a value or limit that is no
    possible one.
    """
    known = {spec.name for spec in PARAMETERS.values() if spec.control}
    _require_known(f"{name}: its limits have", limits, known)
    for owner, offered in controls.items():
        mine = set(OF_PAIRS) if isinstance(_component(name, owner), Pair) else known - set(OF_PAIRS)
        _require_known(f"{name}: {owner} has", offered, mine)
    qubits = set(qubits_of(controls))
    for pair in (*pairs_of(controls), *(Pair(*edge) for edge in coupling)):
        if missing := [Qubit(qubit) for qubit in pair.qubits() if Qubit(qubit) not in qubits]:
            raise OperatorError(f"{name}: the pair {pair} is offered without {missing[0]}", "offer that qubit as well")
    for owner, values in controls.items():
        for control, value in values.items():
            _require(f"{name}: {owner}", control, value)
            low, high = limits.get(control, (value, value))
            if not low <= value <= high:
                spec = PARAMETERS[control]
                raise OperatorError(
                    f"{name}: {owner} starts with {control} = {spec.written(value)}, outside its own limits",
                    f"its offer allows {spec.written(low, high)}",
                )


def _component(name: str, owner: str) -> Component:
    try:
        found = parse(owner)
    except ToolError as error:
        raise OperatorError(f"{name} offers controls of {owner!r}", error.message) from error
    if not isinstance(found, Qubit | Pair):
        raise OperatorError(f"{name} offers controls of {owner}", "qubits and pairs have some: q0, q0-q1")
    return found


def _require_known(has: str, offered: Iterable[str], known: Set[str]) -> None:
    if wrong := sorted(set(offered) - known):
        raise OperatorError(
            f"{has} {', '.join(wrong)}, which is no control there", f"there are {', '.join(sorted(known))}"
        )


def edges_of(controls: Controls, coupling: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Pairs of neighbours of an offer, each once, the lower qubit first."""
    edges = [*(pair.qubits() for pair in pairs_of(controls)), *coupling]
    return tuple(sorted({(min(edge), max(edge)) for edge in edges}))


def _require(owner: str, control: str, value: float) -> None:
    try:
        PARAMETERS[control].require(value)
    except ToolError as error:
        raise OperatorError(f"{owner} starts with {error.message}", "give it in SI units: docs/devices.md") from error
    except TypeError as error:
        raise OperatorError(f"{owner} starts with {control} = {value!r}", "give a number in SI units") from error


def why_not_played(name: str, circuits: Sequence[QuantumCircuit], controls: Controls, bounds: Bounds) -> str | None:
    """None where every pulse and tone of the circuits stays within ``bounds``, whatever asked for them."""
    for circuit in circuits:
        for instruction in circuit.data:
            if instruction.operation.name not in PLAYED:
                continue
            at = [circuit.find_bit(bit).index for bit in instruction.qubits]
            owner = Qubit(at[0]) if len(at) == 1 else Pair(at[0], at[1])
            parameters = [float(value) for value in instruction.operation.params]
            for control, value in _asked(instruction.operation.name, parameters, controls.get(owner, {})):
                low, high = bounds.get(control, (value, value))
                if not low <= value <= high:
                    spec = PARAMETERS[control]
                    allowed = f"{name} allows a {control} of {spec.written(low, high)}"
                    return f"{owner} would be played at {spec.written(value)}: {allowed}"
    return None


def _asked(instruction: str, parameters: Sequence[float], controls: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    frequency, offset, amplitude, height = PLAYED[instruction]
    if frequency in controls:
        yield frequency, controls[frequency] + parameters[offset]
    yield amplitude, abs(parameters[height])
