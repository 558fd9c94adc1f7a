"""The cascade: offline first; the model where that is unsure or out of ideas; a person where the model is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reson.agent.asking.talk import Talk
from reson.agent.brains.brain import all_turns
from reson.agent.brains.model import MODEL, OFFLINE, PERSON, ModelBrain, place_of
from reson.agent.brains.offline import OfflineBrain
from reson.agent.config import CascadeSettings
from reson.agent.expert.replaying import succeeded
from reson.agent.model.desk import Desk
from reson.agent.observation import Decision, Escalate, GiveUp, Observation, QubitView
from reson.records import SUPPORTS_THE_VALUE, Reading, Verdict
from reson.tools.data import Analysis


@dataclass
class CascadeBrain:
    model: ModelBrain
    settings: CascadeSettings
    offline: OfflineBrain = field(default_factory=OfflineBrain)
    name: str = "cascade"

    def choose(self, observation: Observation) -> list[Decision]:
        return all_turns(self, observation)

    def opened(self, observation: Observation) -> Talk | None:
        """The expert decides; qubits in trouble go to the model, all of them in one question."""
        troubled = self._troubled(observation, self.offline.choose(observation))
        return self.model.opened_because(observation.about(troubled), troubled) if troubled else None

    def asked(self, observation: Observation, talk: Talk) -> Talk:
        return self.model.asked(observation, talk)

    def looked(self, observation: Observation, talk: Talk) -> Talk:
        return self.model.looked(observation, talk)

    def concluded(self, observation: Observation, talk: Talk | None) -> list[Decision]:
        expert = self.offline.choose(observation)
        decisions = {decision.component: decision for decision in expert}
        troubled = self._troubled(observation, expert)
        if troubled:
            answers = self.model.concluded_because(observation.about(troubled), talk, troubled)
            decisions |= {decision.component: decision for decision in answers}
        for view in observation.qubits:
            if view.component not in troubled:
                self.model.desk.answered_by("choose", view.component, place_of(view), OFFLINE, "")
        return [decisions[view.component] for view in observation.qubits]

    def _troubled(self, observation: Observation, expert: Sequence[Decision]) -> dict[str, str]:
        """component -> why the expert alone should not decide."""
        decisions = zip(observation.qubits, expert, strict=True)
        return {view.component: why for view, decision in decisions if (why := self._trouble(view, decision))}

    def _trouble(self, view: QubitView, decision: Decision) -> str:
        """Why the expert alone should not decide; empty where it may."""
        failed = _failed_in_a_row(view)
        if failed >= self.settings.failures:
            return f"{failed} attempts at {view.attempts[-1].experiment} failed in a row"
        if isinstance(decision, Escalate | GiveUp) and failed:
            return f"the expert would {decision.kind}: {decision.why}"
        return ""

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        """The offline reading, unless it is unsure or at odds with the numbers; then the model looks at the picture."""
        reading = self.offline.read(figure, analysis, numbers)
        why = self._doubt(reading, numbers)
        seen = self.model.look(figure, analysis, reading.status) if why else None
        who = OFFLINE if seen is None else MODEL if self.model.sure_of(seen) else PERSON
        self.model.desk.answered_by("read", analysis.component, figure.stem, who, why)
        return seen or reading

    def writes(self, surprised: bool) -> Desk | None:
        """A night without a surprise speaks for itself."""
        return self.model.desk if surprised else None

    def sure_of(self, reading: Reading) -> bool:
        return self.model.sure_of(reading)

    def _doubt(self, reading: Reading, numbers: Verdict) -> str:
        if reading.confidence < self.settings.sure:
            return f"the offline reading is unsure: {reading.confidence:.2f}"
        if (reading.status in SUPPORTS_THE_VALUE) != (numbers is Verdict.ACCEPT):
            return f"the offline reading {reading.status} disagrees with the numbers: {numbers}"
        return ""


def _failed_in_a_row(view: QubitView) -> int:
    """Failed attempts at the last experiment, back to its last success; attempts at other experiments do not count."""
    failed = 0
    for attempt in reversed(view.attempts):
        if attempt.experiment != view.attempts[-1].experiment:
            continue
        if succeeded(attempt):
            break
        failed += 1
    return failed
