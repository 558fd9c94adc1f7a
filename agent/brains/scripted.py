"""A brain that follows a list: single experiments from the command line, and tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reson.agent.observation import Decision, Done, Measure, Observation
from reson.agent.reading import read_saved_data
from reson.records import Reading, Verdict
from reson.tools.experiments.experiment import Analysis


@dataclass(frozen=True)
class ScriptedBrain:
    """Gives each qubit its measurements one after the other, whatever comes of them, then is done."""

    script: dict[str, tuple[Measure, ...]]
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
        return read_saved_data(analysis)

    def sure_of(self, reading: Reading) -> bool:
        return True
