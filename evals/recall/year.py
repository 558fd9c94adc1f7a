"""A simulated year of what a lab remembers: the routine of its nights, and events that somebody will ask about.

Every document is rendered by the code that renders a lab's own. The routine is the measurements of one real night on
the simulated chip, their names, times and values varied; an event is a diagnosis, a failed check, a person's decision,
a note or a lesson whose sentence ``topics.toml`` has.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reson.agent.lab import EPOCH, open_lab
from reson.agent.launch import Plan, start
from reson.agent.memory.documents import (
    MemoryDocument,
    document_of_approval,
    document_of_lesson,
    document_of_measurement,
    document_of_note,
)
from reson.components import Pair, Qubit
from reson.records import Action, ActionKind, Check, CheckCode, Effect, Judgement, Verdict
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus
from reson.tools.store.lessons import LessonRow, headed
from reson.tools.store.measurements import MeasurementRow, list_measurements
from reson.tools.store.notes import NoteRow

DAY = 86_400.0
NIGHTS, QUBITS = 364, 27
PER_NIGHT = 25
"""Measurements of the routine each night."""
EVENTS = 700
DEVICE = "simulated-1"
TOPICS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Event:
    topic: str
    component: str
    at: float
    """Seconds since the Unix epoch on the device's clock."""
    document: MemoryDocument


def patterns() -> list[MeasurementRow]:
    """The measurements of a cold night of one qubit."""
    with tempfile.TemporaryDirectory() as place:
        lab = open_lab(Path(place), seed=1, qubits=1)
        start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        return list_measurements(lab.store())


def routine(rows: list[MeasurementRow], generator: np.random.Generator, count: int) -> Iterator[MemoryDocument]:
    """Accepted measurements, ``count`` of them spread over the year."""
    for index in range(count):
        row, qubit = rows[index % len(rows)], Qubit(int(generator.integers(QUBITS)))
        night = index * NIGHTS // count
        scale = generator.normal(1.0, 0.05)
        quantities = {
            name: one.model_copy(update={"value": one.value * scale}) for name, one in (row.quantities or {}).items()
        }
        place = {"id": f"n{index:06d}", "run_id": f"night-{night + 1:04d}", "component": qubit, "device": DEVICE}
        at = EPOCH.timestamp() + night * DAY + float(generator.uniform(0, 0.3)) * DAY
        yield document_of_measurement(row.model_copy(update=place | {"device_ended": at, "quantities": quantities}))


def events(rows: list[MeasurementRow], generator: np.random.Generator, count: int = EVENTS) -> list[Event]:
    """Each topic about equally often, on any component, in any night."""
    names = list(TOPICS)
    found = []
    for index in range(count):
        topic = names[index % len(names)]
        first = int(generator.integers(QUBITS - 1))
        component = str(Pair(first, first + 1) if TOPICS[topic].get("pair") else Qubit(first))
        night = int(generator.integers(NIGHTS))
        at = EPOCH.timestamp() + night * DAY + float(generator.uniform(0, 0.3)) * DAY
        place = (f"e{index:04d}", f"night-{night + 1:04d}", component, at)
        found.append(Event(topic, component, at, _document(topic, place, rows)))
    return found


def _document(topic: str, place: tuple[str, str, str, float], rows: list[MeasurementRow]) -> MemoryDocument:
    name, run_id, component, at = place
    told = TOPICS[topic]
    if told["kind"] == "check":
        pattern = next((row for row in rows if row.experiment == told["experiment"]), None)
        check = Check(name=topic, code=CheckCode.MISFIT, passed=False, severity=Verdict.REJECT, message=told["says"])
        update = {
            "id": name,
            "run_id": run_id,
            "component": component,
            "device": DEVICE,
            "device_ended": at,
            "judgement": Judgement(verdict=Verdict.REJECT, checks=(check,)),
            "why": "",
        }
        if pattern is None:
            pattern, update = rows[0], update | {"experiment": told["experiment"], "quantities": {}, "reading": None}
        return document_of_measurement(pattern.model_copy(update=update))
    if told["kind"] == "decision":
        return document_of_approval(_approval(told, place))
    if told["kind"] == "note":
        note = {"device": DEVICE, "component": component, "author": "ada", "text": told["says"], "expires_device": None}
        return document_of_note(NoteRow(id=name, recorded_wall=at, recorded_device=at, **note))
    diagnosis = told["kind"] == "diagnosis"
    text = headed(component, topic, told["says"]) if diagnosis else f"{component}: {told['says']}"
    about = {"id": name, "run_id": run_id, "device": DEVICE, "component": component, "text": text}
    return document_of_lesson(LessonRow.model_validate(about | {"recorded_wall": at, "recorded_device": at}))


def _approval(told: dict[str, Any], place: tuple[str, str, str, float]) -> ApprovalRow:
    name, run_id, component, at = place
    action = Action(
        kind=ActionKind.MEASURE,
        effect=Effect.MEASURES,
        device=DEVICE,
        component=component,
        arguments={"experiment": told["experiment"], "components": [component], "parameters": {}},
    )
    return ApprovalRow(
        id=name,
        run_id=run_id,
        device=DEVICE,
        component=component,
        kind=action.kind,
        effect=action.effect,
        action=action,
        action_hash=action.hash,
        table_hash="",
        status=ApprovalStatus.REJECTED,
        rule="ask",
        why=f"{told['experiment']} has jumped since it was last accepted",
        evidence={},
        requested_device=at,
        requested_wall=at,
        answered_by="bob",
        answer="reject",
        note=told["says"],
    )
