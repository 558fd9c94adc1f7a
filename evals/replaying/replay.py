"""Plays a recording again: its decisions and readings, on the lab of today or on the recorded one.

``lab-check``: live lab, recorded brain. The first difference ends it, since all that follows stands on it.
``model-check``: recorded lab, recorded brain; another brain is asked the same questions and its answers are compared.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict, deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import TypeAdapter

from reson.agent.approvals import approve, edit, reject, respond
from reson.agent.brains.brain import Brain
from reson.agent.brains.offline import OfflineBrain
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.run import run_campaign
from reson.agent.observation import Decision, Observation
from reson.errors import OperatorError, ToolError
from reson.evals.replaying.differences import Difference, compare_decisions, compare_events, compare_readings
from reson.evals.replaying.recording import RecordedAnswer, Recording
from reson.evals.replaying.stage import staged
from reson.records import Ending, Json, Reading, Seen, Verdict
from reson.tools.data import Analysis
from reson.tools.devices.device import Resting
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.measurements import record_measurements
from reson.tools.store.raw import unpack_raw
from reson.trajectory import read_trajectory

if TYPE_CHECKING:
    from reson.agent.model.desk import Tell

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
Pictures = dict[str, bytes]
OpenBrain = Callable[[Path, "Tell"], AbstractContextManager[Brain]]
"""(directory for what it keeps, where its events go) -> the brain that is asked beside the recorded one."""


class Diverged(OperatorError):
    """The lab no longer does what was recorded; what comes after would compare two different runs."""


@dataclass
class Replay:
    differences: list[Difference]
    pictures: Pictures
    """SHA-256 -> PNG of every figure that a difference names."""
    asked: int = 0
    """Questions that the other brain was asked."""

    @property
    def answers(self) -> list[Difference]:
        """Where the other brain decided or read otherwise; the rest is the lab's."""
        return [one for one in self.differences if one.what != "lab"]

    @property
    def first(self) -> Difference | None:
        return self.differences[0] if self.differences else None


@dataclass
class RecordedBrain:
    """Decides and reads as was recorded, and asks another brain beside it where there is one."""

    recording: Recording
    live: bool
    other: Brain | None
    name: str = ""
    bench: Bench | None = None
    differences: list[Difference] = field(default_factory=list)
    asked: int = 0
    last_figure: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.recording.brain
        self.decisions: dict[str, deque[tuple[str, Decision]]] = defaultdict(deque)
        self.readings: dict[str, deque[tuple[str, Reading]]] = defaultdict(deque)
        for event in self.recording.events:
            if event["kind"] == "decision":
                decision = _DECISION.validate_python(event["decision"])
                self.decisions[decision.component].append((event["id"], decision))
            elif event["kind"] == "verdict":
                reading = Reading.model_validate(event["reading"])
                self.readings[event["component"]].append((event["measurement"], reading))

    def choose(self, observation: Observation) -> list[Decision]:
        self.check()
        answers = {}
        if self.other is not None:
            answers = {one.component: one for one in self.other.choose(observation)}
        chosen, steps = [], set()
        for view in observation.qubits:
            name = view.component
            if not self.decisions[name]:
                raise Diverged(f"{name} is asked about once more than was recorded", "see the first difference")
            step, decision = self.decisions[name].popleft()
            chosen.append(decision)
            steps.add(step)
            if self.other is not None:
                self.asked += 1
                self._note(compare_decisions(step, decision, answers.get(name)), self.last_figure.get(name, ""))
        self.feed(steps)
        return chosen

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        name = analysis.component
        if not self.readings[name]:
            raise Diverged(f"{name} has one plot more than was recorded ({analysis.experiment})", "see what it is")
        measurement, reading = self.readings[name].popleft()
        self.last_figure[name] = figure.stem
        if self.other is not None:
            self.asked += 1
            seen = self.other.read(figure, analysis, numbers)
            self._note(compare_readings(measurement, name, figure.stem, reading, seen), figure.stem)
        return reading

    def sure_of(self, reading: Reading) -> bool:
        """As every brain that may ask a model has it; the offline reader's word always stands."""
        sure = self.recording.config.get("cascade", {}).get("sure", 0.0)
        return reading.seen is Seen.SAVED_DATA or reading.confidence >= sure

    def check(self) -> None:
        """On a live lab: everything so far is as it was recorded. Raises ``Diverged``."""
        if self.live and compare_events(self.recording.events, self.done(), whole=False, ended=False):
            raise Diverged("the lab no longer does what was recorded", "see the first difference")

    def feed(self, deciding: AbstractSet[str] = frozenset()) -> None:
        """On a recorded lab: put on record, as if they were made now, the measurements up to the next round of
        decisions. ``deciding``: events of the present round.
        """
        if self.live or self.bench is None:
            return
        bench, jobs = self.bench, defaultdict(list)
        made = {one.id: one for one in self.recording.measured}
        past = {"start", *(event["id"] for event in self.done())} | deciding
        coming = [event for event in self.recording.events if event["id"] not in past]
        if deciding and coming and coming[0]["kind"] == "stop":  # its budget was spent, or a person stopped it
            bench.stop.set()
        rounds = (n for n, event in enumerate(coming) if event["kind"] in ("decision", "stop"))
        for event in coming[: next(rounds, None)]:
            if event["kind"] == "verdict":
                jobs[made[event["measurement"]].job].append(event["measurement"])
        for job, names in jobs.items():
            data = {name: unpack_raw(self.recording.data[name].packed) for name in names}
            first = self.recording.data[names[0]]
            why = {made[name].component: self.recording.data[name].why for name in names}
            record_measurements(bench.store, bench.run_id, first.step, job, why, data)
            ended = max(made[name].ended for name in names)
            cast(Resting, bench.device).rest_until(datetime.fromtimestamp(ended, UTC))

    def done(self) -> list[Json]:
        assert self.bench is not None
        return read_trajectory(self.bench.trajectory.path) if self.bench.trajectory.path.exists() else []

    def _note(self, difference: Difference | None, figure: str) -> None:
        if difference is not None:
            self.differences.append(difference.model_copy(update={"figure": figure}))


def ask_offline(directory: Path, tell: Tell) -> AbstractContextManager[Brain]:
    return nullcontext(OfflineBrain())


def replay(recording: Recording, *, live: bool, other: OpenBrain | None = None) -> Replay:
    """Play it again. Differences of the lab come in the order of the run, then those of the other brain."""
    with tempfile.TemporaryDirectory(prefix="reson-replay-") as place:
        directory = Path(place)
        opened = nullcontext(None) if other is None else other(directory / "other", lambda *event: None)
        with opened as asked_too:
            brain = RecordedBrain(recording, live, asked_too)
            with staged(recording, directory, brain, live=live) as bench:
                brain.bench = bench
                broken = _run(recording, bench, brain)
                now = brain.done()
                lab = compare_events(recording.events, now, whole=not broken, ended=live and not broken)
                if broken and not lab:
                    lab = [Difference(step="stop", component="", what="lab", recorded="the run goes on", now=broken)]
                found = [*lab, *brain.differences]
                return Replay(found, _pictures(bench, found), brain.asked)


def _run(recording: Recording, bench: Bench, brain: RecordedBrain) -> str:
    """Why the run could not be made again to its end; empty where it could."""
    segments = _answered_in(recording)
    checkpoints = bench.trajectory.path.with_name("checkpoints.db")
    try:
        for number in range(len(segments) + 1):
            bench.stop.clear()
            brain.feed()
            ending, _ = run_campaign(bench, list(recording.episode.components), checkpoints)
            due = set().union(*segments[: number + 2])
            if ending is not Ending.WAITING_FOR_APPROVAL or not _answer(bench, recording, due):
                break
        brain.check()
    except (OperatorError, ToolError) as error:
        return error.what if isinstance(error, OperatorError) else error.message
    return ""


def _answered_in(recording: Recording) -> list[set[str]]:
    """Approvals that a person answered, by how many times the run had stopped before it took the answer up."""
    by_person = {one.approval for one in recording.answers}
    segments: list[set[str]] = [set()]
    for event in recording.events:
        if event["kind"] == "stop":
            segments.append(set())
        elif event["kind"] == "approval_answered" and event["approval"] in by_person:
            segments[-1].add(event["approval"])
    return segments


def _answer(bench: Bench, recording: Recording, due: set[str]) -> bool:
    """Give the recorded answers to what waits; whether there were any."""
    answers = {one.approval: one for one in recording.answers if one.approval in due}
    waiting = list_approvals(bench.store, status=ApprovalStatus.PENDING, run_id=bench.run_id)
    given = [_give(bench, answers[row.id]) for row in waiting if row.id in answers]
    return bool(given)


def _give(bench: Bench, said: RecordedAnswer) -> None:
    match said.answer:
        case "approve":
            approve(bench.store, said.approval, said.by, said.note)
        case "reject":
            reject(bench.store, said.approval, said.by, said.note)
        case "respond":
            respond(bench.store, said.approval, said.by, said.note)
        case "edit":
            edit(bench.store, said.approval, said.by, said.note, said.values)


def _pictures(bench: Bench, differences: list[Difference]) -> Pictures:
    names = {one.figure for one in differences if one.figure}
    paths = {name: bench.store.blobs.path(name, ".png") for name in names}
    return {name: path.read_bytes() for name, path in paths.items() if path.exists()}
