"""Lessons: one sentence about a component that a later run should know, with the measurements it rests on.

A diagnosis is a lesson with its code. It stays open until a newer one of the same code takes its place or a measurement
contradicts it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from reson.records import Record
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.rows import record_of
from reson.tools.store.schema import lessons, runs
from reson.tools.store.store import Store


class LessonRow(Record):
    id: str
    run_id: str
    device: str
    component: str
    text: str
    recorded_wall: float
    recorded_device: float
    code: str | None = None
    """Of the diagnosis, or what it is about: of lessons with one code on one component only the newest stays open."""
    remedy: str | None = None
    evidence: tuple[str, ...] | None = None
    """Measurements that it rests on, the most telling last."""
    sets_aside: int | None = None
    """1 where the qubit was given up for it."""
    since_device: float | None = None
    """Device time of the first lesson of this code that was never contradicted since."""
    superseded_by: str | None = None
    contradicted_by: str | None = None
    """The measurement that showed otherwise."""

    @property
    def told(self) -> str:
        """The text of a diagnosis without its head."""
        return self.text.removeprefix(headed(self.component, self.code or "", ""))


def headed(component: str, code: str, text: str) -> str:
    """The text of a diagnosis as a lesson: whose it is and its code come first."""
    return f"{component}: {code}: {text}"


def lesson_id(run_id: str, component: str, diagnosis: str) -> str:
    """The id of what a run learnt from a diagnosis (its code): told once, however its words change."""
    return f"{run_id}-{component}-{diagnosis}"


def record_lesson(
    store: Store,
    lesson_id: str,
    run_id: str,
    component: str,
    text: str,
    device_time: float,
    *,
    code: str = "",
    remedy: str = "",
    evidence: Sequence[str] = (),
    sets_aside: bool = False,
) -> None:
    """An id that is already present is left alone; an open lesson of the same device, component and code gives way."""
    row = {"id": lesson_id, "run_id": run_id, "component": component, "text": text}
    with writing(store.engine) as connection:
        if connection.execute(select(lessons.c.id).where(lessons.c.id == lesson_id)).one_or_none() is not None:
            return
        times = {"recorded_wall": time.time(), "recorded_device": device_time}
        if code:
            device = select(runs.c.device).where(runs.c.id == run_id).scalar_subquery()
            of_device = lessons.c.run_id.in_(select(runs.c.id).where(runs.c.device == device))
            same = (lessons.c.component == component) & (lessons.c.code == code) & _open() & of_device
            since = connection.execute(select(lessons.c.since_device).where(same)).scalars().all()
            change(connection, lessons, same, {"superseded_by": lesson_id})
            row |= {"code": code, "remedy": remedy, "evidence": list(evidence), "sets_aside": int(sets_aside)}
            row |= {"since_device": min([one for one in since if one is not None], default=device_time)}
        add(connection, lessons, [row | times])


def contradict(store: Store, lesson_id: str, measurement_id: str) -> None:
    """Close an open lesson: the measurement shows otherwise. The first such measurement stays on record."""
    with writing(store.engine) as connection:
        open_one = (lessons.c.id == lesson_id) & lessons.c.contradicted_by.is_(None)
        change(connection, lessons, open_one, {"contradicted_by": measurement_id})


def list_lessons(
    store: Store,
    *,
    run_id: str | None = None,
    device: str | None = None,
    component: str | None = None,
    open_only: bool = False,
) -> list[LessonRow]:
    """In order of the device's clock."""
    query = select(lessons, runs.c.device).select_from(lessons.join(runs))
    if run_id is not None:
        query = query.where(lessons.c.run_id == run_id)
    if device is not None:
        query = query.where(runs.c.device == device)
    if component is not None:
        query = query.where(lessons.c.component == component)
    if open_only:
        query = query.where(_open())
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(lessons.c.recorded_device, lessons.c.id))
        return [record_of(LessonRow, row) for row in rows]


def _open() -> ColumnElement[bool]:
    return lessons.c.superseded_by.is_(None) & lessons.c.contradicted_by.is_(None)
