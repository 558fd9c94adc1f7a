"""Notes on a qubit or the whole device: what a person or a model wants known, with author, date and expiry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, OfAnyComponent, Operation
from reson.agent.operations.values import table_of
from reson.components import named
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Finite, Json
from reson.tools.store.notes import NoteRow, end_note, list_notes, record_note
from reson.tools.store.runs import latest_device_time
from reson.wording import moment

DAY = 86_400.0


class Note(Arguments):
    text: str
    component: str = ""
    days: Annotated[Finite, Field(ge=0)] = 0.0


class OfNote(Arguments):
    note_id: str


def now(at: OpenLab) -> float:
    """The device's clock as far as the record knows it, seconds since the Unix epoch; 0 before its first use."""
    return latest_device_time(at.store, at.device) or 0.0


def _note(at: OpenLab, asked: Note) -> NoteRow:
    known, component = table_of(at), asked.component
    if component and not all(name in known for name in named(component)):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no {component!r}; there are {', '.join(known)}")
    expires = now(at) + asked.days * DAY if asked.days > 0 else None
    return record_note(at.store, at.device, component, at.by, asked.text, now(at), expires)


def _notes(at: OpenLab, asked: OfAnyComponent) -> list[NoteRow]:
    return list_notes(at.store, at.device, component=asked.component or None, at=now(at))


def _noted_in_words(at: OpenLab, row: NoteRow) -> Json:
    until = "for good" if row.expires_device is None else f"until {moment(row.expires_device)}"
    return {"noted": row.text, "on": row.component or at.device, "by": row.author, "kept": until, "note": row.id}


def _notes_in_words(at: OpenLab, rows: list[NoteRow]) -> list[Json]:
    return [
        {"on": row.component or at.device, "by": row.author, "when": moment(row.recorded_device), "note": row.text}
        for row in rows
    ]


NOTE = Operation("note", Effect.NOTES, Note, _note, _noted_in_words, of_lab=False)
LIST_NOTES = Operation("list_notes", Effect.READS, OfAnyComponent, _notes, _notes_in_words)
END_NOTE = Operation("end_note", Effect.NOTES, OfNote, lambda at, asked: end_note(at.store, asked.note_id, now(at)))
