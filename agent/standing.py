"""The state of a component, decided in one place from how its calibration ended and from how good its values are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reson.agent.approvals import answerable
from reson.agent.health import MOST, READ, Shortfall, shortfalls
from reson.components import named
from reson.events import Decided, Event
from reson.records import Json, Record
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.runs import list_runs
from reson.tools.store.table import Table, histories
from reson.trajectory import read_events

if TYPE_CHECKING:
    from reson.agent.config import Goals
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store

State = Literal["done", "below", "waiting", "failed", "open"]
"""Calibrated and in health; calibrated with a value below its goal or far worse than usual; held up by a request; set
aside with a diagnosis; not finished.
"""
CLOSED: dict[str, State] = {"done": "done", "give_up": "failed"}
CALIBRATES = ("night", "calibrate")
"""Kinds of runs whose last word on a qubit says how its calibration ended; a single experiment calibrates nothing."""


class Closed(Record):
    """How the calibration of a component ended last."""

    run_id: str
    word: Json
    """The brain's decision that closed it."""


class Standing(Record):
    """How a component stands now."""

    component: str
    state: State
    why: str
    below: tuple[Shortfall, ...]
    """Values below their goals or far worse than usual, the worst first; whatever the state."""
    diagnoses: tuple[Json, ...]
    closed_in: str
    """The run that closed it last; empty: none did."""


def standings(lab: Lab, store: Store, device: str, table: Table, components: Collection[str]) -> dict[str, Standing]:
    """How each of them stands, by the whole record and the values in force."""
    waits = [row for row in list_approvals(store, status=ApprovalStatus.PENDING) if answerable(table, row)]
    closed = closings(lab, store, device, components)
    health = health_of(store, device, table, lab.config.goals)
    found = {}
    for name in components:
        measured = any(row.measurement_id for row in table.get(name, {}).values())
        word = closed[name].word if name in closed else None
        below, mine = health.get(name, ()), [row for row in waits if name in named(row.component)]
        state, why = state_of(word, mine, below, "no run closed it" if measured else "not measured yet")
        found[name] = Standing(
            component=name,
            state=state,
            why=why,
            below=below,
            diagnoses=tuple((word or {}).get("diagnoses", ())),
            closed_in=closed[name].run_id if name in closed else "",
        )
    return found


def state_of(
    last_word: Json | None, waits: Sequence[ApprovalRow], below: Sequence[Shortfall], otherwise: str
) -> tuple[State, str]:
    """State and the reason for it, in words; ``otherwise``: the reason where nothing has closed it."""
    if waits:
        return "waiting", waits[-1].why
    state = CLOSED.get(last_word["kind"], "open") if last_word else "open"
    if last_word is None or state == "open":
        return "open", otherwise
    if state == "done" and below:
        return (
            "below",
            f"{'; '.join(one.text for one in below)}. The calibration itself came to its end: {last_word['why']}",
        )
    return state, last_word["why"]


def health_of(
    store: Store, device: str, table: Table, goals: Goals, until: float | None = None
) -> dict[str, tuple[Shortfall, ...]]:
    """component -> what of it is not as it should be, of the whole table; ``until``: of the device's clock."""
    known = histories(store, device, READ, MOST + 1, until=until)
    pulses = {name: rows["pulse_duration"].value for name, rows in table.items() if "pulse_duration" in rows}
    return {
        name: shortfalls(known.get(name, {}), pulses.get(name), goals, tunable="x_amplitude" in rows)
        for name, rows in table.items()
    }


def closings(lab: Lab, store: Store, device: str, components: Collection[str]) -> dict[str, Closed]:
    """component -> how its calibration ended last, however long ago; whatever a later run left open changes nothing."""
    found: dict[str, Closed] = {}
    for run_id, path, taken_up in trajectories(lab, store, device):
        wanted = set(components) - found.keys()
        if not wanted:
            break
        if path.exists() and (wanted & set(taken_up) or not taken_up):
            words = _last_words(path, path.stat().st_size)
            found |= {name: Closed(run_id=run_id, word=words[name]) for name in wanted & words.keys()}
    return found


def trajectories(lab: Lab, store: Store, device: str) -> list[tuple[str, Path, tuple[str, ...]]]:
    """(run, its trajectory, components it took up) of every run that calibrates on this device, newest first."""
    runs = [row for row in list_runs(store, limit=1_000_000) if row.device == device and row.kind in CALIBRATES]
    return [(row.id, lab.runs / row.id / "trajectory.jsonl", tuple(row.settings.get("components", ()))) for row in runs]


@lru_cache(maxsize=1024)
def _last_words(path: Path, size: int) -> dict[str, Json]:
    """The file only grows, so its size says whether it was read already."""
    return last_words(read_events(path))


def last_words(events: Iterable[Event]) -> dict[str, Json]:
    """component -> the last decision that was no measurement: ``done``, ``give_up`` or ``escalate``."""
    decisions = [event.decision for event in events if isinstance(event, Decided)]
    return {said["component"]: said for said in decisions if said["kind"] in ("done", "give_up", "escalate")}
