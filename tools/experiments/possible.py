"""Which experiments a device can run, and why not the others: each is prepared for it, up to the moment of sending.

So a new experiment of the catalogue needs no entry here, and a device that gains an instruction gains its experiments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from reson.components import Component, Pair, Qubit, pairs_of
from reson.errors import ToolError, ToolErrorKind
from reson.tools.data import Values
from reson.tools.devices.device import Device, bounds_of, published_of
from reson.tools.devices.drive import DRIVE
from reson.tools.devices.published import BROKEN_GATE
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from reson.tools.experiments.experiment import Experiment

NO_PULSES = "no pulse access: the device has no `drive` instruction"
NO_IQ = "no IQ signal: the device returns counts only"


_FOUND: WeakKeyDictionary[Device, dict[str, str | None]] = WeakKeyDictionary()


def why_not(experiment: Experiment, device: Device) -> str | None:
    """None where the experiment can run on the device with default arguments; else the reason, in a few words.

    The first answer takes some tenths of a second and no device time, and is kept. The simulated chip runs everything
    that asks for no gate beyond its own.
    """
    if experiment.gates and (lacking := _none_of(experiment.gates, device)):
        return lacking
    told = published_of(device)
    if (
        told is not None
        and set(experiment.gates) & {pair.gate for pair in told.pairs}
        and (broken := told.none_coupled())
    ):
        return broken
    if device.kind == "simulated":
        return None
    known = _FOUND.setdefault(device, {})
    if experiment.name not in known:
        known[experiment.name] = found_by_preparing(experiment, device)
    return known[experiment.name]


def why_not_on(experiment: Experiment, device: Device, component: Component) -> str | None:
    """As ``why_not``, for one qubit or pair: a gate that the device has elsewhere may not work there."""
    if (reason := why_not(experiment, device)) or not experiment.gates:
        return reason
    gate, places = works_at(device, experiment.gates)
    mine = set(component.qubits())
    return None if any(mine <= set(place) for place in places) else f"{component} has no `{gate}` gate that works"


def works_at(device: Device, gates: Sequence[str]) -> tuple[str, list[tuple[int, ...]]]:
    """The first of the ``gates`` that the device has, and the qubits or pairs on which it works, each pair once, as the
    device directs it.

    Raises ``ToolError`` (device_refused) for a device with none of them.
    """
    target: Any = device.backend.target
    gate = next((name for name in gates if name in target.operation_names), None)
    if gate is None:
        raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"the device has none of the gates {', '.join(gates)}")
    usable = set(device.qubits)
    found: dict[frozenset[int], tuple[int, ...]] = {}
    for place, properties in sorted((target[gate] or {}).items()):
        error = getattr(properties, "error", None)
        if usable.issuperset(place) and (error is None or error < BROKEN_GATE):
            found.setdefault(frozenset(place), tuple(place))
    return gate, sorted(found.values())


def found_by_preparing(experiment: Experiment, device: Device) -> str | None:
    """The answer of ``why_not``, found anew."""
    from qiskit.exceptions import QiskitError

    from reson.tools.devices.probe import SOME_CONTROLS, Reached, probe_of

    told = published_of(device)
    told_values = device.design_controls() if told is None else told.first_values(device.qubits[:1])
    target = _first(experiment, device, told_values)
    if target is None:
        return "the device offers no flux line of a pair"
    mine = told_values.get(Qubit(target) if isinstance(target, int) else target, {})
    known = mine if told is None else SOME_CONTROLS | mine  # what its own lab does not offer, it does not have
    if told is None and (lacking := _controls_lacking(experiment, mine)):
        return f"the device does not offer the control {', '.join(lacking)}"
    try:
        experiment.acquire(probe_of(device), {target: experiment.arguments({}, known, bounds_of(device))})
    except Reached as reached:
        return _missing(reached.instructions, device) or (NO_IQ if reached.needs_iq and counts_only(device) else None)
    except KeyError as control:  # no name of one stands in the row, its circuits are made of it all the same
        return f"the device does not offer the control {control.args[0]}"
    except ToolError as error:
        return error.message
    except QiskitError as error:
        return _in_words(str(error), device)
    return None


def _first(experiment: Experiment, device: Device, told: Mapping[str, Values]) -> int | Pair | None:
    """What the experiment is prepared for: a qubit by its number, or a pair; None where there is no pair."""
    if experiment.targets == "qubit":
        return device.qubits[0]
    return next(iter(pairs_of(told)), None)


def counts_only(device: Device) -> bool:
    """Whether the device classifies every shot itself and keeps the signal it did that from."""
    return getattr(device, "counts_only", False)


def _none_of(gates: Sequence[str], device: Device) -> str | None:
    target: Any = device.backend.target
    if set(gates) & set(target.operation_names):
        return None
    return f"the device has no `{'` or `'.join(gates)}` gate"


def _controls_lacking(experiment: Experiment, offered: Mapping[str, float]) -> list[str]:
    """Controls that must be calibrated first, on a device whose controls are its lab's own affair."""
    return [name for name in experiment.needs if PARAMETERS[name].control and name not in offered]


def _in_words(error: str, device: Device) -> str:
    """What the transpiler says of an instruction that it cannot make, shorter."""
    unknown = re.search(r'unable to synthesize "(\w+)', error)
    if unknown:
        return _missing(frozenset({unknown[1]}), device) or error
    return error.strip("'\" \n").splitlines()[0]


def _missing(played: frozenset[str], device: Device) -> str | None:
    target: Any = device.backend.target
    missing = sorted(played - set(target.operation_names))
    if DRIVE in missing:
        return NO_PULSES
    return f"the device has no `{'`, `'.join(missing)}` instruction" if missing else None
