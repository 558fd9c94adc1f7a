"""What a conversation may use: one budget for all that it says and for all runs that it starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from reson.agent.config import Budget
from reson.agent.lab import Lab
from reson.agent.model.accounts import account
from reson.agent.model.desk import Desk
from reson.agent.operations.opened import OpenLab
from reson.errors import ToolError, ToolErrorKind
from reson.events import Event, Paid
from reson.tools.store.measurements import list_measurements
from reson.tools.store.runs import list_runs
from reson.tools.store.store import Store
from reson.trajectory import read_events


@dataclass(frozen=True)
class Used:
    """By all runs of a conversation so far."""

    device_minutes: float = 0.0
    shots: int = 0
    experiments: int = 0


@dataclass(frozen=True)
class LabOfConversation(Lab):
    """The lab with the budget that the conversation has left."""

    used: Used = Used()

    def budget(self) -> Budget:
        """Raises ``ToolError`` (over_budget) where something of it is used up."""
        whole = super().budget()
        left = {name: getattr(whole, name) - getattr(self.used, name) for name in vars(self.used)}
        if gone := [name for name, much in left.items() if much <= 0]:
            raise ToolError(
                ToolErrorKind.OVER_BUDGET,
                f"this conversation has used up its {', '.join(gone)} ([budget] of lab.toml): begin another one",
            )
        return whole.model_copy(update=left)


@contextmanager
def within_budget(at: OpenLab, desk: Desk, runs: set[str]) -> Iterator[OpenLab]:
    """The same with a lab in which a run may use what the conversation has left.

    Runs that start meanwhile are added to ``runs`` and noted with what they took, also where they fail.
    """
    settings = desk.settings
    left = settings.model_copy(
        update={
            "tokens": max(0, settings.tokens - desk.spent.tokens),
            "cost": max(0.0, settings.cost - desk.spent.cost),
        }
    )
    config = at.lab.config.model_copy(update={"model": left})
    lab = LabOfConversation(at.lab.directory, config, used_by(at.store, runs))
    lab.budget()  # before anything runs
    before = {row.id for row in list_runs(at.store, limit=1_000_000)}
    try:
        yield replace(at, lab=lab)
    finally:
        for row in list_runs(at.store, limit=1_000_000):
            if row.id not in before:
                runs.add(row.id)
                desk.note_run(row.id, account(read_events(at.lab.runs / row.id / "trajectory.jsonl")))


def used_by(store: Store, runs: Iterable[str]) -> Used:
    rows = [row for run in sorted(runs) for row in list_measurements(store, run_id=run)]
    jobs = {row.job_id: row.device_ended - row.device_started for row in rows}
    shots = sum(row.shots * row.circuits for row in rows)
    return Used(sum(jobs.values()) / 60, shots, len(rows))


def runs_of(events: Iterable[Event]) -> set[str]:
    """The runs that a conversation has started."""
    return {event.run for event in events if isinstance(event, Paid)}
