"""The default brain: the expert policy and the local reader. No key, no network, the same answer every time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reson.agent.expert import characterise, pairs
from reson.agent.expert.next_step import next_decision
from reson.agent.observation import Decision, GoalsView, Observation, PairView, QubitView
from reson.agent.reading import read_saved_data
from reson.records import Reading, Verdict
from reson.tools.data import Analysis


@dataclass(frozen=True)
class OfflineBrain:
    name: str = "offline"

    def choose(self, observation: Observation) -> list[Decision]:
        return [_decide(view, observation.goals) for view in observation.qubits]

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        return read_saved_data(analysis)

    def sure_of(self, reading: Reading) -> bool:
        return True


def _decide(view: QubitView, goals: GoalsView) -> Decision:
    if isinstance(view, PairView):
        return pairs.next_decision(view, goals)
    return (characterise.next_decision if characterise.applies(view) else next_decision)(view, goals)
