"""The trajectory of a run: JSON lines, append-only, schema ``reson-trajectory-1``.

A start line, events, a stop line; a resumed run goes on in the same file. Every event has an id that follows from its
place in the run, so that a node that is executed again after a kill writes nothing twice.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from reson.errors import OperatorError
from reson.records import Json

SCHEMA = "reson-trajectory-1"


class TrajectoryWriter:
    """Appends events to one file; an id that is already in the file is left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_half_line(path)
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
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._ids.add(event_id)
        return True

    def count(self, prefix: str) -> int:
        """How many events have an id that begins so."""
        return sum(event_id.startswith(prefix) for event_id in self._ids)


def read_trajectory(path: Path) -> list[Json]:
    """All events of a file, in order. Raises ``OperatorError`` where a line is no JSON object."""
    events = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise OperatorError(
                f"line {number} of {path} is damaged: {error.msg}",
                "the measurements are safe in lab.db; move the file aside and run `reson report RUN` again",
            ) from error
    return events


def _drop_half_line(path: Path) -> None:
    """A killed process may leave half a line; its event is written again when the node is executed again."""
    if not path.exists():
        return
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(data.rfind(b"\n") + 1)
