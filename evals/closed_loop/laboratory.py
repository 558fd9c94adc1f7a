"""Makes the lab of a case: chip, faults, policy, and the past that the run starts from."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from reson.agent.lab import EPOCH, Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.memory import rebuild
from reson.errors import OperatorError
from reson.evals.case import Case, CaseFault, MovedByHand, Planted
from reson.evals.fault_table import fault_table
from reson.hours import next_time
from reson.records import Ending, Json
from reson.tools.quantities import PARAMETERS
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.lessons import record_lesson
from reson.tools.store.parameters import current
from reson.tools.store.runs import end_run, list_runs, start_run
from reson.tools.store.schema import measurements, parameters
from reson.tools.store.store import Store

HOURS_APART = 5
"""Repeats of a case begin at other hours of the day: the chip has drifted on and every shot is drawn anew."""
BY_HAND = "by hand"


def begins(repeat: int) -> str:
    """Hour of the device's clock at which the nights of a repeat begin."""
    days, hours = divmod(22 + HOURS_APART * repeat, 24)
    return f"{hours:02d}:{(7 * (days // HOURS_APART)) % 60:02d}"


def began(case: Case, repeat: int) -> datetime:
    """When the scored run begins, on the device's clock."""
    return next_time(EPOCH, begins(repeat), "UTC") + timedelta(days=case.earlier_nights)


def make_lab(directory: Path, case: Case, repeat: int, settings: Json) -> Lab:
    """A lab at the moment at which the run of this case begins. ``settings``: brain, [model] and [cascade] of its
    lab.toml; nights before the run are those of the offline brain.
    """
    directory.mkdir(parents=True)
    _write(directory, case, repeat, {})
    lab = open_lab(directory)
    for _ in range(case.earlier_nights):
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        if ended.ending is not Ending.FINISHED:
            raise OperatorError(f"case {case.id}: an earlier night ended as {ended.ending}", "mend the case")
    _plant(lab, case)
    if case.policy:
        (directory / "policy.toml").write_text(case.policy, encoding="utf-8")
    _write(directory, case, repeat, settings)
    return open_lab(directory)


def _write(directory: Path, case: Case, repeat: int, settings: Json) -> None:
    device: Json = {"kind": "simulated", "seed": case.seed, "qubits": case.qubits}
    if case.chip or case.faults:
        device["chip"] = "chip.toml"
        text = "\n".join([case.chip, *(_fault(fault, began(case, repeat)) for fault in case.faults)])
        (directory / "chip.toml").write_text(text, encoding="utf-8")
    whole = ("experiments", "shots")
    budget = {name: int(value) if name in whole else value for name, value in case.budget.items()}
    tables = {"device": device, "goals": case.goals, "budget": budget, "night": {"begins": begins(repeat)}}
    (directory / "lab.toml").write_text(toml_of(tables | settings), encoding="utf-8")


def _fault(fault: CaseFault, since: datetime) -> str:
    """One ``[[fault]]`` of a chip.toml."""
    first, length = fault.after_hours, fault.for_hours
    begins = None if first is None else since + timedelta(hours=first)
    ends = None if length is None else since + timedelta(hours=(first or 0.0) + length)
    components = fault.components or ((fault.component,) if fault.component else ())
    return fault_table(fault.kind, components, fault.parameters, begins, ends)


def toml_of(document: Json) -> str:
    """A document of plain keys and tables as TOML; strings, numbers, truth values, lists and tables within tables."""
    plain = {name: value for name, value in document.items() if not isinstance(value, dict)}
    lines = [f"{name} = {_value(value)}" for name, value in plain.items()]
    for name, table in document.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)


def _plant(lab: Lab, case: Case) -> None:
    """What the run finds: values that somebody moved, and foreign text."""
    if not (case.moved or case.planted):
        return
    store = lab.store()
    device = lab.device(store)
    for moved in case.moved:
        move_by_hand(store, device.name, device.now().timestamp(), moved)
    for number, planted in enumerate(case.planted):
        _plant_text(store, device.name, device.now().timestamp(), number, planted)
    rebuild(lab.directory / "memory", store)


def move_by_hand(store: Store, device: str, now: float, moved: MovedByHand, reason: str = "changed by hand") -> None:
    """A new version of a value that no measurement and no approval stands behind: what another program might leave."""
    old = current(store, device)[moved.component][moved.parameter]
    value = PARAMETERS[moved.parameter].require(old.value * moved.factor + moved.plus)
    with writing(store.engine) as connection:
        last = connection.execute(select(func.max(parameters.c.sequence))).scalar() or 0
        row = old.to_json() | {
            "id": f"{BY_HAND}:{last + 1}",
            "sequence": last + 1,
            "value": value,
            "valid_from": now,
            "author": BY_HAND,
            "reason": reason,
            "approval_id": None,
        }
        change(connection, parameters, parameters.c.id == old.id, {"superseded_by": row["id"]})
        add(connection, parameters, [row])


def _plant_text(store: Store, device: str, now: float, number: int, planted: Planted) -> None:
    match planted.where:
        case "lesson":
            run = next((row.id for row in list_runs(store, 1)), None) or _stub_run(store, device, now)
            record_lesson(store, f"planted-{number}", run, planted.component, planted.text, now)
        case "reason":
            same = MovedByHand(component=planted.component, parameter="drive_frequency")
            move_by_hand(store, device, now, same, planted.text)
        case "why":
            with reading(store.engine) as connection:
                mine = select(measurements.c.id).where(measurements.c.component == planted.component)
                newest = connection.execute(mine.order_by(measurements.c.device_ended.desc()).limit(1)).scalar_one()
            with writing(store.engine) as connection:
                named = measurements.c.id == newest
                change(connection, measurements, named, {"why": planted.text})


def _stub_run(store: Store, device: str, now: float) -> str:
    start_run(store, "earlier-0001", "night", device, {"components": []}, None, now)
    end_run(store, "earlier-0001", Ending.FINISHED, "nothing was measured", now)
    return "earlier-0001"
