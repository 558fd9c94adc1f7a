"""A run as it goes on: its trajectory is read as it grows, whoever started it and wherever it runs."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reson.agent.holder import Holder, holder_of, last_words
from reson.agent.operations.nights import OfRun, run_in_words, run_of
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Operation
from reson.agent.progress import FOREIGN, Board, take, words_of
from reson.events import Event, Started
from reson.records import Effect, Json
from reson.tools.store.runs import RunRow
from reson.trajectory import whole_events

KEPT = 200
"""Events that are kept in words; all of them are in the trajectory."""
LAST = 20
"""Of them, those of an answer."""


@dataclass
class Following:
    """Where somebody stands in one trajectory."""

    path: Path
    offset: int = 0
    board: Board = field(default_factory=Board)
    limits: Json = field(default_factory=dict)
    lines: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """(time of the device's clock, event in words), oldest first."""

    def catch_up(self) -> None:
        """Take in the whole lines that were written since the last call."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self.offset += len(whole)
        for event in whole_events(whole):
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Started):
            self.limits = event.budget or event.config.get("budget", {})
        with suppress(*FOREIGN):
            take(self.board, event.kind, event.recorded())
        at = datetime.fromtimestamp(event.device_time, UTC).strftime("%d %b %H:%M:%S")
        self.lines.extend((at, sentence) for sentence in words_of(event))


Seen = tuple[RunRow, Following, Holder | None]
"""(a run, what its trajectory tells, the process that holds the lab now)."""


def _progress(at: OpenLab, asked: OfRun) -> Seen:
    row = run_of(at, asked.run_id)
    following = Following(at.lab.runs / row.id / "trajectory.jsonl")
    following.catch_up()
    return row, following, holder_of(at.lab.directory)


def _in_words(at: OpenLab, seen: Seen) -> Json:
    row, following, holder = seen
    rows, words = following.board.rows.items(), last_words(at.lab.directory)
    held = {"the lab is held by": f"{holder.purpose}, process {holder.pid}"} if holder else {}
    return {
        **run_in_words(row),
        "measurements": following.board.measurements,
        "qubits": {name: " ".join(filter(None, (one.state, one.last, one.verdict, one.why))) for name, one in rows},
        "events": [f"{when} {said}" for when, said in list(following.lines)[-LAST:]],
        **(held or ({"last words of a process": words} if words else {})),
    }


PROGRESS = Operation("progress", Effect.READS, OfRun, _progress, _in_words)
