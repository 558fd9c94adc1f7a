"""The trajectory of a run: JSON lines, append-only, schema ``reson-trajectory-1``.

A start line, events, a stop line; a resumed run goes on in the same file. Every event has an id that follows from its
place in the run, so that a node that is executed again after a kill writes nothing twice.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from reson.events import Event, event_of
from reson.records import Json

SCHEMA = "reson-trajectory-1"
_log = logging.getLogger("reson")


class TrajectoryWriter:
    """Appends events to one file; an id that is already in the file is left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        drop_half_line(path)
        self._ids = {event["id"] for event in read_trajectory(path)} if path.exists() else set()

    def write(self, event_id: str, kind: str, body: Json, *, device_time: float) -> bool:
        """Append one event; ``device_time`` in seconds since the Unix epoch. False where its id is known already.

        Raises ``ValueError`` for a body that has one of the line's own keys, or a number that JSON does not know.
        """
        if taken := {"id", "kind", "device_time"} & body.keys():
            raise ValueError(f"the body of an event cannot have the keys {sorted(taken)}")
        if event_id in self._ids:
            return False
        line = json.dumps({"id": event_id, "kind": kind, "device_time": device_time, **body}, allow_nan=False)
        append_line(self.path, line)
        self._ids.add(event_id)
        return True

    def count(self, prefix: str) -> int:
        """How many events have an id that begins so."""
        return sum(event_id.startswith(prefix) for event_id in self._ids)


def whole_events(lines: bytes) -> Iterator[Event]:
    """The events of some whole lines of a file; what is none is passed over, as by ``read_events``."""
    for line in lines.split(b"\n"):
        try:
            yield event_of(_event_in(line))
        except ValueError:  # a ``ValidationError`` is one
            continue


def read_trajectory(path: Path) -> list[Json]:
    """All events of a file, in order. Lines that are no events are left out; the log and ``damage_of`` tell of them."""
    events, damage = _read(path)
    for problem in damage:
        _log.warning("%s: %s", path, problem)
    return events


def read_events(path: Path) -> list[Event]:
    """The same by type; none for a run that was cut short before its first.

    An event that lacks what its kind has is left out, and the log tells of it.
    """
    events = []
    for line in read_trajectory(path) if path.exists() else ():
        try:
            events.append(event_of(line))
        except ValidationError as error:
            _log.warning("%s: the event %s is no %s: %s", path, line["id"], line["kind"], error.errors()[0]["loc"])
    return events


def damage_of(path: Path) -> list[str]:
    """A sentence for each line that is no event: after a power cut, or of another hand."""
    return _read(path)[1]


def _read(path: Path) -> tuple[list[Json], list[str]]:
    events, damage = [], []
    for number, line in enumerate(_content(path).split(b"\n"), start=1):
        if not line:
            continue
        try:
            events.append(_event_in(line))
        except ValueError as error:
            damage.append(f"line {number} {error}")
    return events, damage


def _event_in(line: bytes) -> Json:
    """Raises ``ValueError`` for what is none, with what is wrong with it."""
    try:
        event = json.loads(line.decode())
        if b"\\ud" in line.lower():  # half a character can be kept nowhere else
            event = json.loads(json.dumps(event, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, a number or a nesting without end
        raise ValueError(f"cannot be read: {_first_words(error)}") from error
    if not (isinstance(event, dict) and isinstance(event.get("id"), str) and isinstance(event.get("kind"), str)):
        raise ValueError("is no event")
    return event


def _first_words(error: ValueError | RecursionError) -> str:
    return str(error).partition("\n")[0][:80]


def _content(path: Path) -> bytes:
    """Raises ``OSError`` for what is no file: a pipe or a device in its place may have no end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no file", str(path))
    return path.read_bytes()


def append_line(path: Path, line: str) -> None:
    """The line is on disk, or nothing of it: what a full disk cut short would take the next line with it.

    Raises ``OSError``.
    """
    with path.open("ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            data = memoryview(f"{line}\n".encode())
            while data:
                data = data[file.write(data) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise


def drop_half_line(path: Path) -> None:
    """A killed process may leave half a line, a power cut zeros: neither was ever complete, and what they told of is
    written again when the node is executed again.
    """
    if not path.exists():
        return
    data = _content(path)
    whole = data.rstrip(b"\0\n")
    whole = data[: len(whole) + 1] if data[len(whole) : len(whole) + 1] == b"\n" else whole[: whole.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
