"""The ledger of jobs: what was meant to be sent is on disk before it is sent, so that nothing is paid for twice.

JSON lines, append-only, in the lab's directory. A job is open from the intent to send it until its data is on record.
"""

from __future__ import annotations

import json
import time
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from reson.errors import OperatorError
from reson.records import Finite, Record
from reson.trajectory import append_line, drop_half_line

FILE = "ibm-jobs.jsonl"


class Step(StrEnum):
    INTENT = "intent"
    SENT = "sent"
    FETCHED = "fetched"
    CLOSED = "closed"


class Entry(Record):
    """What is known of one job."""

    tag: str
    """Names lab, run and act, and nothing else in the world; the job carries it at the service too."""
    key: str
    """Hash of circuits and shots: by it the act that was cut short is known again in its own run."""
    step: Step
    run_id: str
    clock: Finite
    """The device's clock, seconds since the Unix epoch, by which random circuits were drawn."""
    lab: str = ""
    meant: Finite = 0.0
    """When it was to be sent, by the clock of the wall, seconds since the Unix epoch."""
    ahead: str = ""
    """Name of the measurement that it was sent ahead for; empty where it was waited for at once."""
    job_id: str = ""
    estimate: Finite = 0.0
    """Quantum seconds, estimated before it was sent."""
    usage: Finite | None = None
    """Quantum seconds, as charged in the end."""
    doubtful: bool = False
    """Whether an answer to its sending was lost: it may be at the service more than once."""
    why: str = ""
    """Why it was closed."""


class Ledger:
    """All jobs of a lab, by tag. Opening it raises ``OperatorError`` where the file is damaged."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE
        self._entries = {entry.tag: entry for entry in self._read()}
        self._lab = next((entry.lab for entry in self._entries.values() if entry.lab), uuid4().hex[:8])

    def open_jobs(self, run_id: str | None = None) -> list[Entry]:
        """Of a run, or of all, in the order in which they were meant."""
        mine = (entry for entry in self._entries.values() if run_id in (None, entry.run_id))
        return [entry for entry in mine if entry.step is not Step.CLOSED]

    def flying(self, run_id: str) -> list[Entry]:
        """Jobs of a run at the service, whose data is not there yet."""
        return [entry for entry in self.open_jobs(run_id) if entry.step is Step.SENT]

    def begin(self, key: str, run_id: str, clock: float, estimate: float, ahead: str = "") -> Entry:
        """Note the intent to send a job."""
        entry = Entry(
            tag=f"reson-{self._lab}-{run_id}-{uuid4().hex}",
            key=key,
            step=Step.INTENT,
            run_id=run_id,
            clock=clock,
            lab=self._lab,
            meant=time.time(),
            estimate=estimate,
            ahead=ahead,
        )
        return self._note(entry)

    def sent(self, entry: Entry, job_id: str, doubtful: bool = False) -> Entry:
        update = {"step": Step.SENT, "job_id": job_id, "doubtful": doubtful}
        return self._note(entry.model_copy(update=update))

    def twice(self, entry: Entry, job_id: str) -> Entry:
        """Note that the job of an act is at the service a second time: it is charged too, its data is not wanted."""
        update = {"tag": f"{entry.tag}-{job_id}", "step": Step.SENT, "job_id": job_id, "usage": None}
        return self._note(entry.model_copy(update=update))

    def fetched(self, entry: Entry, usage: float | None) -> Entry:
        return self._note(entry.model_copy(update={"step": Step.FETCHED, "usage": usage}))

    def charged(self, entry: Entry, usage: float) -> Entry:
        """The final usage of a job, told later than its data."""
        return self._note(entry.model_copy(update={"usage": usage}))

    def close(self, entry: Entry, why: str, usage: float | None = None) -> Entry:
        charged = entry.usage if usage is None else usage
        return self._note(entry.model_copy(update={"step": Step.CLOSED, "why": why, "usage": charged}))

    def session(self, run_id: str, clock: float, seconds: float) -> None:
        """Note what the sessions of a run were charged beyond their jobs."""
        self._note(
            Entry(
                tag=f"reson-{self._lab}-{run_id}-{uuid4().hex}",
                key="",
                step=Step.CLOSED,
                run_id=run_id,
                clock=clock,
                lab=self._lab,
                meant=time.time(),
                job_id="session",
                usage=seconds,
                why="the clock of the wall",
            )
        )

    def pending(self, since: float) -> list[Entry]:
        """Jobs of all runs since then, seconds since the Unix epoch, that have ended and whose usage is not final."""
        mine = [entry for entry in self._entries.values() if entry.job_id and entry.clock >= since]
        return [entry for entry in mine if entry.usage is None and entry.step in (Step.FETCHED, Step.CLOSED)]

    def spent(self, run_id: str) -> float:
        """Quantum seconds of a run: as charged where that is known, else as estimated for what was sent."""
        mine = [entry for entry in self._entries.values() if entry.run_id == run_id and entry.job_id]
        return sum(entry.estimate if entry.usage is None else entry.usage for entry in mine)

    def _note(self, entry: Entry) -> Entry:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        drop_half_line(self.path)
        append_line(self.path, json.dumps(entry.to_json(), allow_nan=False))
        self._entries[entry.tag] = entry
        return entry

    def _read(self) -> list[Entry]:
        """All that was noted. A kill may leave half a line, of a step that was not yet taken; who only looks on beside
        a run changes nothing of it. Raises ``OperatorError`` for a line that is none of these.
        """
        data = self.path.read_bytes() if self.path.exists() else b""
        lines = data[: data.rfind(b"\n") + 1].splitlines()
        try:
            return [Entry.model_validate_json(line) for line in lines]
        except ValidationError as error:
            raise OperatorError(
                f"{self.path} is damaged: {str(error).splitlines()[0]}",
                "put it right, or move it away: then no job at the service is found again",
            ) from None
