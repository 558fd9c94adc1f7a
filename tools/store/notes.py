"""Notes: what a person or a model wants known of a component or the whole device, with author, date and expiry.

A note is data: it is shown to whoever decides, marked as foreign text, and no rule reads it.
"""

from __future__ import annotations

import time

from sqlalchemy import select

from reson.errors import ToolError, ToolErrorKind
from reson.records import Record, content_hash
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.rows import record_of
from reson.tools.store.schema import notes
from reson.tools.store.store import Store

LONGEST = 500
"""Characters of a note."""


class NoteRow(Record):
    id: str
    device: str
    component: str
    """Empty: the whole device."""
    author: str
    """A person's login, or ``model:NAME``."""
    text: str
    recorded_wall: float
    recorded_device: float
    expires_device: float | None
    """Moment of the device's clock from which it is no longer shown; None: never."""


def record_note(
    store: Store, device: str, component: str, author: str, text: str, device_time: float, expires: float | None = None
) -> NoteRow:
    """The note, on record; saying the same again changes nothing. Raises ``ToolError`` for one without a word."""
    words = " ".join(text.split())[:LONGEST]
    if not any(char.isalnum() for char in words):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "a note needs words")
    digest = content_hash([device, component, author, words, device_time])
    row = {
        "id": f"note-{digest[:12]}",
        "device": device,
        "component": component,
        "author": author,
        "text": words,
        "recorded_wall": time.time(),
        "recorded_device": device_time,
        "expires_device": expires,
    }
    with writing(store.engine) as connection:
        if connection.execute(select(notes.c.id).where(notes.c.id == row["id"])).one_or_none() is None:
            add(connection, notes, [row])
    return NoteRow.model_validate(row)


def end_note(store: Store, note_id: str, device_time: float) -> None:
    """From now on the note is no longer shown; it stays on record. Raises ``ToolError`` for an unknown id."""
    with writing(store.engine) as connection:
        if not change(connection, notes, notes.c.id == note_id, {"expires_device": device_time}):
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no note {note_id[:60]!r}")


def list_notes(store: Store, device: str, *, component: str | None = None, at: float | None = None) -> list[NoteRow]:
    """In order of the device's clock. ``component``: those on it and on the whole device; ``at``: valid then."""
    query = select(notes).where(notes.c.device == device)
    if component is not None:
        query = query.where(notes.c.component.in_([component, ""]))
    if at is not None:
        query = query.where(notes.c.expires_device.is_(None) | (notes.c.expires_device > at))
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(notes.c.recorded_device, notes.c.recorded_wall, notes.c.id))
        return [record_of(NoteRow, row) for row in rows]
