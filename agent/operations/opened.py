"""A lab as whoever asks has it open: where it is, under which name they act, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reson.agent.keyboard import login
from reson.records import Effect, Json

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store

Watch = Callable[[str, Json], None]
"""Hears the events of a run: (kind, body)."""
LOOKING = frozenset({Effect.READS})
TALKING = LOOKING | {Effect.NOTES, Effect.MEASURES, Effect.WRITES}
"""All but what a person alone does."""
PERSON = frozenset(Effect)


def unwatched(kind: str, body: Json) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class OpenLab:
    lab: Lab
    store: Store
    device: str
    """Name of the lab's device in the record."""
    author: str = ""
    """Who asks; empty: the person at the keyboard."""
    may: frozenset[Effect] = LOOKING
    watch: Watch = unwatched

    @property
    def by(self) -> str:
        """Under whose name it is done. Raises ``OperatorError`` where the system knows none."""
        return self.author or login()


def open_for(lab: Lab, author: str = "", may: frozenset[Effect] = LOOKING, watch: Watch = unwatched) -> OpenLab:
    """The lab, open to somebody."""
    from reson.agent.lab import device_name

    return OpenLab(lab, lab.store(), device_name(lab.config.device), author, may, watch)
