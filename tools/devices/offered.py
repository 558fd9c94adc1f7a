"""What a lab offers of its own hardware, held to what can be true, and what is played there, held to its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    StrictBool,
    ValidationError,
)

from reson.components import Component, Pair, Qubit, pairs_of, parse, qubits_of
from reson.errors import OperatorError, ToolError
from reson.records import Finite, Record
from reson.tools.devices.coupler_flux import COUPLER_FLUX
from reson.tools.devices.device import Controls
from reson.tools.devices.drive import DRIVE
from reson.tools.devices.readout_tone import READOUT_TONE
from reson.tools.quantities import OF_PAIRS, PARAMETERS

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Bounds = Mapping[str, tuple[float, float]]
"""control -> (lowest, highest) value."""
_SHOWN = "docs/devices.md shows what an Offer holds"
PLAYED = {
    DRIVE: ("drive_frequency", 2, "x_amplitude", 0),
    READOUT_TONE: ("readout_frequency", 0, "readout_amplitude", 1),
    COUPLER_FLUX: ("coupler_bias", 0, "cz_amplitude", 0),
}
"""instruction -> the control that its offset is added to, and the place of that offset among its parameters; the
control whose limits bind its amplitude, and the place of that. A flux pulse stands on top of the bias."""


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("the lowest value comes first")
    return limits


def _of_two(edge: tuple[int, int]) -> tuple[int, int]:
    if edge[0] == edge[1]:
        raise ValueError("a pair has two qubits")
    return edge


_Seconds = Annotated[Finite, Field(ge=0, le=1)]


class _Shape(Record):
    """What the fields of an ``Offer`` must be; times in seconds, of which no qubit's reset or readout takes one."""

    controls: Mapping[str, Mapping[str, Any]]
    load: Callable[..., Any] | None
    limits: Mapping[str, Annotated[tuple[Finite, Finite], AfterValidator(_ordered)]]
    coupling: Sequence[Annotated[tuple[NonNegativeInt, NonNegativeInt], AfterValidator(_of_two)]]
    counts_only: StrictBool
    max_shots: PositiveInt
    max_circuits: PositiveInt
    reset_time: _Seconds
    readout_time: _Seconds
    integration_start: _Seconds | None
    passive_reset: StrictBool | None


def require_shape(name: str, offer: object) -> None:
    """Raises ``OperatorError`` for a field of an offer that is no such thing, naming it."""
    fields = {field: getattr(offer, field) for field in _Shape.model_fields}
    try:
        _Shape.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        what, *inside = first["loc"]
        place = ".".join(str(part) for part in (what, *inside) if part == what or part in _parts(fields[str(what)]))
        raise OperatorError(
            f"{name}: {place} of its offer: {first['msg'].removeprefix('Value error, ')}", _SHOWN
        ) from error


def _parts(value: object) -> Sequence[object]:
    """What a place inside a field can be named by."""
    return [*value] if isinstance(value, Mapping) else range(len(value)) if isinstance(value, Sequence) else ()


def require_backend(name: str, backend: object, sampler: object, controls: Controls) -> None:
    """Raises ``OperatorError`` where there is nothing that could run the circuits of these qubits."""
    from qiskit.transpiler import Target

    runs, what = (backend, "backend") if sampler is None else (sampler, "sampler")
    if not callable(getattr(runs, "run", None)) or isinstance(runs, type):
        raise OperatorError(f"{name}: the {what} of its offer, {type(runs).__name__}, has no `run`", _SHOWN)
    target: Any = getattr(backend, "target", None)
    if not isinstance(target, Target):
        raise OperatorError(f"{name}: its backend has a {type(target).__name__} in place of a Qiskit Target", _SHOWN)
    if not target.num_qubits:
        raise OperatorError(f"{name}: the target of its backend tells of no qubits", "give it `num_qubits`")
    if beyond := [qubit for qubit in qubits_of(controls) if qubit.number >= target.num_qubits]:
        raise OperatorError(
            f"{name}: {beyond[0]} has controls, and the target of its backend ends at q{target.num_qubits - 1}", _SHOWN
        )


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
    for of_a_kind in (qubits_of(controls), pairs_of(controls)):
        _require_alike(name, of_a_kind, controls)
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


def _require_alike(name: str, components: Sequence[Component], controls: Controls) -> None:
    """Which experiments a device can run is one answer for all of its qubits, and one for all of its pairs."""
    every = {control for component in components for control in controls[component]}
    for component in components:
        if lacking := sorted(every - set(controls[component])):
            raise OperatorError(
                f"{name}: {component} lacks {', '.join(lacking)}, which others of its offer have",
                f"offer it for all of them, or leave {component} out",
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
