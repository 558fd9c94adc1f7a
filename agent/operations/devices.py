"""The lab's device: what it is, what its provider publishes, where a circuit should run, what others may take along.
None of these takes a shot.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

from pydantic import Field

from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, Operation
from reson.agent.operations.own_files import FOLDER, inside
from reson.records import Effect, Finite, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reson.tools.devices.device import Device
    from reson.tools.devices.export import Exported
    from reson.tools.devices.placing import Placement
    from reson.tools.devices.published import Published
    from reson.tools.devices.watching import Finding, Seen

Span = Annotated[Finite, Field(ge=0)]


class Days(Arguments):
    days: Span = 14.0


class Hours(Arguments):
    hours: Span = 48.0


class Circuit(Arguments):
    circuit: str
    placements: Annotated[int, Field(ge=1, le=20)] = 3


class Known(NamedTuple):
    device: Device
    told: Published
    """What is known of it now: measured values in the place of published ones."""
    measured: Mapping[str, Mapping[str, float]]
    """What of that the lab measured."""


class Watched(NamedTuple):
    history: list[Seen]
    findings: list[Finding]

    @property
    def alarms(self) -> int:
        return sum(one.alarm for one in self.findings)

    def to_json(self) -> Json:
        findings = [one.to_json() for one in self.findings]
        return {"readings": len(self.history), "alarms": self.alarms, "findings": findings}


def known(at: OpenLab, hours: float = 48.0) -> Known:
    """The lab's device; ``hours``: how old a measurement may be to count."""
    from reson.agent.measured_device import known_of, measured_values

    device = at.lab.device(at.store)
    measured = measured_values(at.store, device, hours * 3600)
    return Known(device, known_of(device, measured), measured)


def reasons(device: Device) -> dict[str, str | None]:
    """Experiment -> why the device cannot run it; None where it can."""
    from reson.tools.experiments.catalogue import CATALOGUE
    from reson.tools.experiments.possible import why_not

    return {row.name: why_not(row, device) for row in CATALOGUE.values()}


def device_in_words(device: Device, why_not: Mapping[str, str | None]) -> Json:
    from reson.tools.devices.device import Remote
    from reson.tools.devices.simulated.device import SimulatedDevice

    found: Json = {
        "name": device.name,
        "kind": device.kind,
        "qubits": list(device.qubits),
        "clock": device.now().isoformat(),
        "limits": device.limits.to_json(),
        "experiments": dict(why_not),
    }
    if isinstance(device, SimulatedDevice):
        found["realism"] = list(device.realism)
    if isinstance(device, Remote):
        found |= {"standing": device.standing().to_json(), "remaining": device.remaining()}
    return found


def _watch(at: OpenLab, asked: Days) -> Watched:
    """What is published is added to the lab's diary; alarms are told however old they are."""
    from reson.agent.measured_device import told_of
    from reson.agent.watched import note
    from reson.tools.devices.watching import Seen, findings

    device = at.lab.device(at.store)
    now = device.now().timestamp()
    history = note(at.lab.directory, Seen(moment=now, told=told_of(device)))
    found = [one for one in findings(history) if one.alarm or one.moment >= now - asked.days * 86_400]
    return Watched(history, found)


def is_chain(circuit: str) -> bool:
    return circuit.startswith("chain:")


def chain_in(known: Known, wanted: str) -> Json:
    """The best chain of as many qubits as ``chain:N`` says. Raises ``OperatorError``."""
    from reson.agent.which_qubits import length_of, require_coupled
    from reson.tools.devices.layout import chain_of, published_costs, usual_wait

    number = length_of(wanted)
    require_coupled(known.told, number)
    costs = published_costs(known.told, known.device.qubits, usual_wait(known.told, number))
    chain = chain_of(costs, number)
    return {"initial_layout": list(chain), "couplings": [list(pair) for pair in pairwise(chain)]}


def placed(known: Known, path: Path, number: int) -> tuple[list[Placement], Placement]:
    """(the best placements of a circuit, the one of Qiskit at level 3)."""
    from reson.tools.devices.placing import best, read_circuit, stock

    circuit, target = read_circuit(path), cast("Any", known.device.backend.target)
    usual = stock(circuit, target, known.told)
    return best(circuit, target, known.told, number, usual), usual


def placed_in_words(known: Known, found: list[Placement], usual: Placement) -> Json:
    def row(one: Placement) -> Json:
        return {"initial_layout": list(one.layout), "success": one.rating.success, "cost": asdict(one.rating)}

    return {"placements": [row(one) for one in found], "level_3": row(usual), "measured": sorted(known.measured)}


def _layout(at: OpenLab, asked: Circuit) -> Json:
    here = known(at)
    if is_chain(asked.circuit):
        return chain_in(here, asked.circuit)
    return placed_in_words(here, *placed(here, inside(at.lab.directory / FOLDER, asked.circuit), asked.placements))


def exported_of(known: Known) -> Exported:
    from reson.tools.devices.export import exported

    device, told, measured = known
    names = {component: tuple(sorted(values)) for component, values in measured.items()}
    return exported(cast("Any", device.backend.target), told, names, device.now().isoformat(timespec="seconds"))


def _in_a_file(at: OpenLab, found: Exported) -> Json:
    blobs, data = at.store.blobs, found.model_dump_json(indent=1).encode()
    return {"file": str(blobs.path(blobs.put(data, ".json"), ".json")), "left_out": list(found.left_out)}


SHOW_DEVICE = Operation(
    "show_device",
    Effect.READS,
    Nothing,
    lambda at, asked: at.lab.device(at.store),
    lambda at, device: device_in_words(device, reasons(device)),
)
WATCH = Operation("watch", Effect.NOTES, Days, _watch, lambda at, found: found.to_json())
LAYOUT = Operation("layout", Effect.READS, Circuit, _layout)
EXPORT = Operation("export", Effect.READS, Hours, lambda at, asked: exported_of(known(at, asked.hours)), _in_a_file)
