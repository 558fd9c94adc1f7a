"""Answers from a recorded trajectory, whoever decided then: for tests, evaluation, and looking at a night again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from reson.agent.observation import Decision, Observation
from reson.errors import OperatorError
from reson.events import Decided, Event, Judged
from reson.records import Reading, Verdict
from reson.tools.data import Analysis
from reson.trajectory import read_events

_REMEDY = "replay it on a lab with the same device, seed, table and settings, or record it anew"


@dataclass
class ReplayBrain:
    decisions: dict[str, deque[Decision]]
    """component -> what was decided for it, in order."""
    readings: dict[str, Reading]
    """SHA-256 of a figure -> what it was read as: another picture has no answer here."""
    name: str = "replay"

    def choose(self, observation: Observation) -> list[Decision]:
        """Raises ``OperatorError`` at the first qubit for which nothing more is recorded."""
        missing = [view.component for view in observation.qubits if not self.decisions[view.component]]
        if missing:
            raise OperatorError(f"the recording holds no further decision for {', '.join(missing)}", _REMEDY)
        return [self.decisions[view.component].popleft() for view in observation.qubits]

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        """Raises ``OperatorError`` for a picture that is not in the recording."""
        if figure.stem not in self.readings:
            raise OperatorError(
                f"the recording holds no reading of {figure.stem[:12]} ({analysis.experiment})", _REMEDY
            )
        return self.readings[figure.stem]

    def sure_of(self, reading: Reading) -> bool:
        return True


def open_replay(recording: Path, done: Iterable[Event]) -> ReplayBrain:
    """``done``: events of the present run, whose decisions are behind it when it is resumed.

    Raises ``OperatorError`` where there is no recording.
    """
    if not recording.is_file():
        raise OperatorError(
            f"there is no recording {str(recording)!r}", "name a trajectory.jsonl with recording under [model]"
        )
    decision = TypeAdapter(Decision)
    decisions: dict[str, deque[Decision]] = defaultdict(deque)
    readings = {}
    for event in read_events(recording):
        if isinstance(event, Decided):
            decisions[event.decision["component"]].append(decision.validate_python(event.decision))
        elif isinstance(event, Judged):
            readings[event.figure] = event.reading
    for event in done:
        if isinstance(event, Decided) and decisions[event.decision["component"]]:
            decisions[event.decision["component"]].popleft()
    return ReplayBrain(decisions, readings)
