"""Lessons: one sentence about a component that a later run should know."""

from __future__ import annotations

import time

from sqlalchemy import select

from reson.records import Record
from reson.tools.store.chain import add
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


def lesson_id(run_id: str, component: str, diagnosis: str) -> str:
    """The id of what a run learnt from a diagnosis (its code): told once, however its words change."""
    return f"{run_id}-{component}-{diagnosis}"


def record_lesson(store: Store, lesson_id: str, run_id: str, component: str, text: str, device_time: float) -> None:
    """An id that is already present is left alone."""
    row = {"id": lesson_id, "run_id": run_id, "component": component, "text": text}
    with writing(store.engine) as connection:
        if connection.execute(select(lessons.c.id).where(lessons.c.id == lesson_id)).one_or_none() is None:
            times = {"recorded_wall": time.time(), "recorded_device": device_time}
            add(connection, lessons, [row | times])


def list_lessons(store: Store, *, run_id: str | None = None) -> list[LessonRow]:
    """In order of the device's clock."""
    query = select(lessons, runs.c.device).select_from(lessons.join(runs))
    if run_id is not None:
        query = query.where(lessons.c.run_id == run_id)
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(lessons.c.recorded_device, lessons.c.id))
        return [record_of(LessonRow, row) for row in rows]
