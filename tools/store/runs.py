"""Runs: when one started, with which settings, and how it ended."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import func, select

from reson.errors import OperatorError
from reson.records import Ending, Json, Record
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.rows import record_of
from reson.tools.store.schema import measurements, parameters, runs
from reson.tools.store.store import Store

RUNNING, ENDED = "running", "ended"
OWN_DATA = "own data"
"""In the place of a device where somebody brought a file: it has no clock, no parameter table and no history."""

ONE_DIRECTORY = (
    "its files lie in the directory that made it: go there, mount that one here, or give this lab a database of its own"
    " (docs/lab.md)"
)
"""What to do about a run of another lab directory on one server."""


class RunRow(Record):
    id: str
    kind: str
    device: str
    status: str
    """``running`` (also after a kill, until it is resumed) or ``ended``."""
    ending: Ending | None
    reason: str | None
    settings: Json
    seed: int | None
    started_wall: float
    ended_wall: float | None
    started_device: float
    ended_device: float | None


def start_run(
    store: Store,
    run_id: str,
    kind: str,
    device: str,
    settings: dict[str, Any],
    seed: int | None,
    device_time: float,
    *,
    new: bool = False,
) -> None:
    """Record that a run starts; a known id is resumed: it counts as running again and keeps start and settings.

    Raises ``OperatorError`` when the id belongs to another device or kind of run; for a ``new`` one also when it is
    known, since somebody else has begun it meanwhile.
    """
    with writing(store.engine) as connection:
        known = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
        if known is None:
            row = {"id": run_id, "kind": kind, "device": device, "status": RUNNING, "settings": settings, "seed": seed}
            times = {"started_wall": time.time(), "started_device": device_time}
            add(connection, runs, [row | times])
            return
        if new:
            raise OperatorError(
                f"a run {run_id} is on record already: another lab writes to the same database", ONE_DIRECTORY
            )
        if (known.kind, known.device) != (kind, device):
            raise OperatorError(
                f"run {run_id} was a {known.kind} on {known.device}, not a {kind} on {device}",
                "resume it with the settings of its lab, or start a new run",
            )
        again = {"status": RUNNING, "ending": None, "reason": None, "ended_wall": None, "ended_device": None}
        change(connection, runs, runs.c.id == run_id, again)


def end_run(store: Store, run_id: str, ending: Ending, reason: str, device_time: float) -> None:
    """Record how a run ended. Raises ``OperatorError`` for an unknown id."""
    with writing(store.engine) as connection:
        end = {"status": ENDED, "ending": ending.value, "reason": reason}
        times = {"ended_wall": time.time(), "ended_device": device_time}
        changed = change(connection, runs, runs.c.id == run_id, end | times)
    if not changed:
        raise _unknown(store, run_id)


def get_run(store: Store, run_id: str) -> RunRow:
    """Raises ``OperatorError`` for an unknown id, naming known ones."""
    with reading(store.engine) as connection:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise _unknown(store, run_id)
    return record_of(RunRow, row)


def list_runs(store: Store, limit: int = 20) -> list[RunRow]:
    """Newest first."""
    query = select(runs).order_by(runs.c.started_wall.desc(), runs.c.id.desc()).limit(limit)
    with reading(store.engine) as connection:
        return [record_of(RunRow, row) for row in connection.execute(query)]


def last_of_a_device(store: Store) -> RunRow | None:
    """The newest run that is more than a file that somebody brought; None where there is none."""
    query = select(runs).where(runs.c.device != OWN_DATA).order_by(runs.c.started_wall.desc(), runs.c.id.desc())
    with reading(store.engine) as connection:
        row = connection.execute(query.limit(1)).first()
    return None if row is None else record_of(RunRow, row)


def devices_on_record(store: Store) -> list[str]:
    """Every device that has a run or a value."""
    with reading(store.engine) as connection:
        found = connection.execute(select(runs.c.device).union(select(parameters.c.device))).scalars()
        return sorted(set(found) - {OWN_DATA})


def latest_device_time(store: Store, device: str) -> float | None:
    """Latest moment of the device's clock on record, from which a simulated clock goes on; None: never used."""
    newest = (  # a clock only goes on, so what ended last belongs to the run that began last
        select(runs.c.id)
        .where(runs.c.device == device)
        .order_by(runs.c.started_device.desc(), runs.c.started_wall.desc())
        .limit(1)
    ).scalar_subquery()
    queries = (
        select(func.max(measurements.c.device_ended)).where(measurements.c.run_id == newest),
        select(func.max(runs.c.started_device)).where(runs.c.device == device),
        select(func.max(runs.c.ended_device)).where(runs.c.device == device),
        select(parameters.c.valid_from)
        .where(parameters.c.device == device)
        .order_by(parameters.c.sequence.desc())
        .limit(1),
    )
    with reading(store.engine) as connection:
        times = [connection.execute(query).scalar() for query in queries]
    return max((moment for moment in times if moment is not None), default=None)


def _unknown(store: Store, run_id: str) -> OperatorError:
    known = [run.id for run in list_runs(store, 5)]
    return OperatorError(
        f"there is no run {run_id}",
        f"`reson runs` lists all; the latest are {', '.join(known)}" if known else "this lab has no runs yet",
    )
