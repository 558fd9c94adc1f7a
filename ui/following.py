"""Follows the trajectory of a run as it grows: reads only what is new, and keeps the board that the terminal shows."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reson.agent.progress import Board, sentences, take
from reson.records import Json

KEPT = 200
"""Events that the page can list; all of them are in the trajectory."""


@dataclass
class Following:
    """Where one session stands in one trajectory."""

    path: Path
    offset: int = 0
    board: Board = field(default_factory=Board)
    limits: Json = field(default_factory=dict)
    lines: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """(time of the device's clock, event in words), oldest first."""

    def catch_up(self) -> None:
        """Take in the whole lines that were written since the last call."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            self._take(json.loads(line))

    def _take(self, event: Json) -> None:
        if event["kind"] == "start":
            self.limits = event.get("budget") or event.get("config", {}).get("budget", {})
        take(self.board, event["kind"], event)
        at = datetime.fromtimestamp(event["device_time"], UTC).strftime("%d %b %H:%M:%S")
        self.lines.extend((at, sentence) for sentence in sentences(event["kind"], event))
