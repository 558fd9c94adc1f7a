"""What a lab offers of its own hardware, held to what can be true, and what is played there, held to its limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from reson.components import Qubit
from reson.errors import OperatorError, ToolError
from reson.tools.devices.device import Controls
from reson.tools.devices.drive import DRIVE
from reson.tools.devices.readout_tone import READOUT_TONE
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Bounds = Mapping[str, tuple[float, float]]
"""control -> (lowest, highest) value."""
PLAYED = {
    DRIVE: ("drive_frequency", 2, "x_amplitude", 0),
    READOUT_TONE: ("readout_frequency", 0, "readout_amplitude", 1),
}
"""instruction -> the control that its offset is added to, and the place of that offset among its parameters; the
control whose limits bind its amplitude, and the place of that."""


def require_sound(name: str, controls: Controls, limits: Bounds) -> None:
    """Raises ``OperatorError`` for a control that there is none of, or a value or limit that is no possible one."""
    known = {spec.name for spec in PARAMETERS.values() if spec.control}
    for owner, offered in {**controls, "its limits": limits}.items():
        if wrong := sorted(set(offered) - known):
            raise OperatorError(
                f"{name}: {owner} has {', '.join(wrong)}, which is no control",
                f"controls are {', '.join(sorted(known))}",
            )
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
            qubit = Qubit(circuit.find_bit(instruction.qubits[0]).index)
            parameters = [float(value) for value in instruction.operation.params]
            for control, value in _asked(instruction.operation.name, parameters, controls.get(qubit, {})):
                low, high = bounds.get(control, (value, value))
                if not low <= value <= high:
                    spec = PARAMETERS[control]
                    allowed = f"{name} allows a {control} of {spec.written(low, high)}"
                    return f"{qubit} would be played at {spec.written(value)}: {allowed}"
    return None


def _asked(instruction: str, parameters: Sequence[float], controls: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    frequency, offset, amplitude, height = PLAYED[instruction]
    if frequency in controls:
        yield frequency, controls[frequency] + parameters[offset]
    yield amplitude, abs(parameters[height])
