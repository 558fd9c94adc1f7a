"""The brain that asks a model, over HTTP or through files; what gets no sound answer is decided offline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reson.agent.asking.choose_by_model import choose_by_model
from reson.agent.asking.looking import Lookup
from reson.agent.asking.outline import Advice
from reson.agent.asking.read_by_model import read_by_model
from reson.agent.brains.offline import OfflineBrain
from reson.agent.expert.next_step import MAX_ATTEMPTS
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import NoAnswer
from reson.agent.model.desk import Desk
from reson.agent.observation import Decision, Observation, QubitView
from reson.records import Reading, Seen, Verdict
from reson.tools.data import Analysis

MODEL, OFFLINE, PERSON = "model", "offline", "person"


@dataclass
class ModelBrain:
    desk: Desk
    able: Callable[[], Capabilities]
    """Asked at each question, so that an endpoint which was away at first is probed when it is back."""
    name: str
    sure: float
    offline: OfflineBrain = field(default_factory=OfflineBrain)
    lookup: Lookup | None = None
    """What it may look up before it decides about a qubit in trouble."""

    def choose(self, observation: Observation) -> list[Decision]:
        return self.choose_because(observation, {})

    def choose_because(self, observation: Observation, why: dict[str, str]) -> list[Decision]:
        """One question for all qubits; ``why`` (component -> reason) is told, and noted with each answer."""
        by_offline = {decision.component: decision for decision in self.offline.choose(observation)}
        spent = {view.component for view in observation.qubits if len(view.attempts) >= MAX_ATTEMPTS}
        asked = observation.model_copy(
            update={"qubits": tuple(view for view in observation.qubits if view.component not in spent)}
        )
        advice = {name: Advice(because=why.get(name, ""), expert=expert) for name, expert in by_offline.items()}
        decided = self._by_model(asked, advice) if asked.qubits else {}
        for view in observation.qubits:
            name = view.component
            who = OFFLINE if name not in decided else PERSON if decided[name].kind == "escalate" else MODEL
            self.desk.answered_by("choose", name, place_of(view), who, why.get(name, ""))
        return [decided.get(name, decision) for name, decision in by_offline.items()]

    def _by_model(self, observation: Observation, advice: dict[str, Advice]) -> dict[str, Decision]:
        try:
            decided, error = choose_by_model(self.desk, self.able(), observation, advice, self.lookup)
        except NoAnswer as no_answer:  # the endpoint could not even be probed
            decided, error = {}, no_answer
        if error is not None:
            left = [view.component for view in observation.qubits if view.component not in decided]
            self.desk.fell_back("choose", left, error)
        return decided

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        reading = self.look(figure, analysis)
        answered = MODEL if reading is not None else OFFLINE
        self.desk.answered_by("read", analysis.component, figure.stem, answered, "")
        return reading or self.offline.read(figure, analysis, numbers)

    def sure_of(self, reading: Reading) -> bool:
        """The offline reader's word stands as it does in an offline night; a model must be sure."""
        return reading.seen is Seen.SAVED_DATA or reading.confidence >= self.sure

    def writes(self, surprised: bool) -> Desk | None:
        return None if self.name == "files" else self.desk  # a run does not wait for a person's essay

    def look(self, figure: Path, analysis: Analysis, suspected: str = "") -> Reading | None:
        """The model's reading; None, with a note in the record, where there is none."""
        try:
            return read_by_model(self.desk, self.able(), figure, analysis, suspected)
        except NoAnswer as error:
            self.desk.fell_back("read", [analysis.component], error)
            return None


def place_of(view: QubitView) -> str:
    """Where in its run a qubit is: what was tried and what was answered."""
    return f"{len(view.attempts)}-{sum(attempt.write != 'none' for attempt in view.attempts)}"
