"""The port to whatever decides: an expert policy, a language model, a recorded run, a person."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from reson.agent.observation import Decision, Observation
from reson.records import Reading
from reson.tools.experiments.experiment import Analysis


class Brain(Protocol):
    @property
    def name(self) -> str: ...

    def choose(self, observation: Observation) -> list[Decision]:
        """One decision for each qubit of the observation."""
        ...

    def read(self, figure: Path, analysis: Analysis) -> Reading:
        """What the plot shows. ``analysis`` holds the drawn points; a reader must not use its fitted quantities."""
        ...
