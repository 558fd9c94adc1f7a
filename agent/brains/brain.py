"""The port to whatever decides: an expert policy, a language model, a recorded run, a person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from reson.agent.asking.talk import Talk
from reson.agent.model.desk import Desk
from reson.agent.observation import Decision, Observation
from reson.records import Reading, Verdict
from reson.tools.data import Analysis


class Brain(Protocol):
    @property
    def name(self) -> str: ...

    def choose(self, observation: Observation) -> list[Decision]:
        """One decision for each qubit of the observation."""
        ...

    def read(self, figure: Path, analysis: Analysis, numbers: Verdict) -> Reading:
        """What the plot shows. ``analysis`` holds the drawn points; a reader must not use its fitted quantities.

        ``numbers`` is the verdict of the numeric checks: by it a brain may choose whom to ask, but no reader is told.
        """
        ...

    def sure_of(self, reading: Reading) -> bool:
        """Whether the reading is sure enough to support a value; if not, the value is put under review."""
        ...


@runtime_checkable
class InTurns(Protocol):
    """A brain that may ask and look several times before it decides: a checkpoint lies between any two of its turns.

    ``choose`` of such a brain takes all its turns at once.
    """

    def opened(self, observation: Observation) -> Talk | None:
        """The talk about what it is to be asked; None where it decides without one."""
        ...

    def asked(self, observation: Observation, talk: Talk) -> Talk: ...

    def looked(self, observation: Observation, talk: Talk) -> Talk: ...

    def concluded(self, observation: Observation, talk: Talk | None) -> list[Decision]:
        """One decision for each qubit of the observation, once the talk is over."""
        ...


def all_turns(brain: InTurns, observation: Observation) -> list[Decision]:
    """What it decides, with all its turns taken one after the other."""
    talk = brain.opened(observation)
    while talk and not talk.over:
        talk = brain.looked(observation, talk) if talk.looks else brain.asked(observation, talk)
    return brain.concluded(observation, talk)


@runtime_checkable
class ReadsTogether(Protocol):
    """A brain that may look at all plots of a job at once before it reads each."""

    def look_ahead(self, plots: Mapping[Path, Analysis]) -> None:
        """``plots``: figure -> its analysis, all of one experiment."""
        ...


@runtime_checkable
class Author(Protocol):
    """A brain that can put a run in words."""

    def writes(self, surprised: bool) -> Desk | None:
        """Where the first lines of the report are asked for; None where they are not. ``surprised``: something is the
        matter with a qubit of the run.
        """
        ...
