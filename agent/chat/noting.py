"""Notes in a conversation: what a person or the model wants known, with author, date and expiry."""

from __future__ import annotations

from reson.agent.chat.facts import Record
from reson.agent.keyboard import login
from reson.components import named
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.store.notes import list_notes, record_note
from reson.tools.store.parameters import current
from reson.tools.store.runs import latest_device_time
from reson.wording import moment

DAY = 86_400.0


def note(record: Record, text: str, component: str = "", days: float = 0.0) -> Json:
    """Keep a note on a qubit, or on the whole device; ``days`` after which it is no longer shown, 0: for good."""
    known = current(record.store, record.device)
    if component and not all(name in known for name in named(component)):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no {component!r}; there are {', '.join(known)}")
    now = latest_device_time(record.store, record.device) or 0.0
    expires = now + days * DAY if days > 0 else None
    row = record_note(record.store, record.device, component, record.author or login(), text, now, expires)
    until = "for good" if expires is None else f"until {moment(expires)}"
    return {"noted": row.text, "on": component or record.device, "by": row.author, "kept": until, "note": row.id}


def notes(record: Record, component: str = "") -> list[Json]:
    """Notes that are valid now."""
    now = latest_device_time(record.store, record.device) or 0.0
    rows = list_notes(record.store, record.device, component=component or None, at=now)
    return [
        {"on": row.component or record.device, "by": row.author, "when": moment(row.recorded_device), "note": row.text}
        for row in rows
    ]
