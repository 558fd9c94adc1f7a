"""A brain that follows a list: single experiments from the command line, and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reson.agent.brains.brain import Brain
from reson.agent.brains.offline import OfflineBrain
from reson.agent.observation import Decision, Done, Measure, Observation
from reson.records import Reading, Verdict
from reson.tools.data import Analysis


@dataclass(frozen=True)
class ScriptedBrain:
    """Gives each qubit its measurements one after the other, whatever comes of them, then is done."""

    script: dict[str, tuple[Measure, ...]]
    eyes: Brain = field(default_factory=OfflineBrain)
    """Who reads the plots."""
    name: str = "scripted"

    def choose(self, observation: Observation) -> list[Decision]:
        decisions: list[Decision] = []
        for view in observation.qubits:
            steps = self.script[view.component]
            made = len(view.attempts)
            decisions.append(
                steps[made] if made < len(steps) else Done(component=view.component, why="measured as asked")
            )
        return decisions

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        return self.eyes.read(figure, analysis, numbers)

    def sure_of(self, reading: Reading) -> bool:
        return self.eyes.sure_of(reading)
