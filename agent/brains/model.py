"""The brain that asks a model, over HTTP or through files; what gets no sound answer is decided offline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reson.agent.asking.choose_by_model import asked, looked, opened
from reson.agent.asking.looking import Lookup
from reson.agent.asking.outline import Advice
from reson.agent.asking.read_by_model import read_by_model, read_together
from reson.agent.asking.talk import Talk
from reson.agent.brains.brain import all_turns
from reson.agent.brains.offline import OfflineBrain
from reson.agent.expert.next_step import MAX_ATTEMPTS
from reson.agent.expert.replaying import succeeded
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import NoAnswer
from reson.agent.model.desk import Desk
from reson.agent.observation import Decision, Measure, Observation, QubitView
from reson.records import Reading, Seen, Verdict
from reson.tools.data import Analysis

MODEL, OFFLINE, PERSON = "model", "offline", "person"
PLANNED = "as planned"


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
    seen: dict[Path, Reading] = field(default_factory=dict)
    """Readings of the job at hand that were asked for together."""

    def choose(self, observation: Observation) -> list[Decision]:
        return all_turns(self, observation)

    def opened(self, observation: Observation) -> Talk | None:
        return self.opened_because(observation, {})

    def opened_because(self, observation: Observation, why: dict[str, str]) -> Talk | None:
        """One question for all qubits; ``why`` (component -> reason) is told. None where no qubit may go on so."""
        expert = self._expert(observation)
        asked = _to_ask(observation, _ahead(observation, expert))
        if not asked.qubits:
            return None
        try:
            return opened(self.desk, self.able(), asked, _advice(asked, expert, why), self.lookup)
        except NoAnswer as no_answer:  # the endpoint could not even be probed
            names = tuple(view.component for view in asked.qubits)
            return Talk(components=names, because=why).failed(no_answer)

    def asked(self, observation: Observation, talk: Talk) -> Talk:
        about = observation.about(talk.components)
        return asked(self.desk, about, talk, self._expert(about), self.lookup)

    def looked(self, observation: Observation, talk: Talk) -> Talk:
        return looked(self.desk, self.able(), talk, self.lookup)

    def concluded(self, observation: Observation, talk: Talk | None) -> list[Decision]:
        return self.concluded_because(observation, talk, {})

    def concluded_because(self, observation: Observation, talk: Talk | None, why: dict[str, str]) -> list[Decision]:
        """As ``concluded``; ``why`` (component -> reason) is noted with each answer."""
        by_offline = self._expert(observation)
        ahead = _ahead(observation, by_offline)
        decided = ahead | (talk.decided if talk else {})
        if talk and talk.failure:
            self.desk.fell_back("choose", talk.missing, talk.failure.as_error())
        for view in observation.qubits:
            name = view.component
            who = OFFLINE if name not in decided else PERSON if decided[name].kind == "escalate" else MODEL
            because = why.get(name, "") or (PLANNED if name in ahead else "")
            self.desk.answered_by("choose", name, place_of(view), who, because)
        return [decided.get(name, decision) for name, decision in by_offline.items()]

    def _expert(self, observation: Observation) -> dict[str, Decision]:
        """component -> what the expert would do."""
        return {decision.component: decision for decision in self.offline.choose(observation)}

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

    def look_ahead(self, plots: Mapping[Path, Analysis]) -> None:
        """One question for all, where the endpoint takes as many pictures; whatever it leaves open is asked singly."""
        self.seen = {}
        with suppress(NoAnswer):
            able = self.able()
            if len(plots) > 1 and able.images > len(plots):
                self.seen = read_together(self.desk, able, plots)

    def look(self, figure: Path, analysis: Analysis, suspected: str = "") -> Reading | None:
        """The model's reading; None, with a note in the record, where there is none."""
        if (seen := self.seen.pop(figure, None)) is not None:
            return seen
        try:
            return read_by_model(self.desk, self.able(), figure, analysis, suspected)
        except NoAnswer as error:
            self.desk.fell_back("read", [analysis.component], error)
            return None


def _ahead(observation: Observation, expert: Mapping[str, Decision]) -> dict[str, Decision]:
    """component -> the next step of its plan, where the last was accepted and the expert would do the next too."""
    return {
        view.component: one.model_copy(update={"then": view.planned[1:]})
        for view in observation.qubits
        if view.planned
        and isinstance(one := expert[view.component], Measure)
        and one.experiment == view.planned[0]
        and view.attempts
        and succeeded(view.attempts[-1])
    }


def _advice(observation: Observation, expert: Mapping[str, Decision], why: Mapping[str, str]) -> dict[str, Advice]:
    names = [view.component for view in observation.qubits]
    return {name: Advice(because=why.get(name, ""), expert=expert[name]) for name in names}


def _to_ask(observation: Observation, ahead: Collection[str]) -> Observation:
    """Those without a step ahead that have not used up their attempts: these are closed by the expert's rule."""
    open_ones = {view.component for view in observation.qubits if len(view.attempts) < MAX_ATTEMPTS}
    return observation.about(open_ones - set(ahead))


def place_of(view: QubitView) -> str:
    """Where in its run a qubit is: what was tried and what was answered."""
    return f"{len(view.attempts)}-{sum(attempt.write != 'none' for attempt in view.attempts)}"
