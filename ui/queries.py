"""What pages ask of the record beside the store's own functions: counts, sums and newest rows, never whole tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select, text

from reson.authors import RULES
from reson.changes import named_changes
from reson.components import named, order
from reson.records import Action, Quantity
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.database import reading
from reson.tools.store.rows import record_of
from reson.tools.store.schema import analyses, approvals, measurements, parameters, runs
from reson.tools.store.store import Store
from reson.tools.store.table import ParameterRow
from reson.wording import asked


class Waiting(NamedTuple):
    """What tells whether the inbox has changed."""

    ids: tuple[str, ...]


class Use(NamedTuple):
    """What a run has used so far."""

    device_seconds: float
    shots: int
    measurements: int
    jobs: int


def waiting(store: Store) -> Waiting:
    """Ids of the requests that wait, oldest first; by index, for asking every second."""
    query = select(approvals.c.id).where(approvals.c.status == ApprovalStatus.PENDING)
    with reading(store.engine) as connection:
        return Waiting(tuple(connection.execute(query.order_by(approvals.c.requested_wall, approvals.c.id)).scalars()))


def waiting_briefly(store: Store) -> list[tuple[str, str, str]]:
    """(id, component, what is asked in a few words) of each request that waits, in the order of components."""
    rows = list_approvals(store, status=ApprovalStatus.PENDING)
    told = [(row.id, row.component, asked_briefly(row.action)) for row in rows]
    return sorted(told, key=lambda row: (order(named(row[1])[0]), row[2]))


def waiting_for_a_new_start(store: Store, run_ids: list[str]) -> list[ApprovalRow]:
    """Stale requests of these runs: what they ask is asked anew when the run goes on. Newest first."""
    stale = and_(approvals.c.status == ApprovalStatus.STALE, approvals.c.run_id.in_(run_ids))
    asked_again = select(approvals.c.supersedes).where(approvals.c.supersedes.is_not(None))
    query = select(approvals).where(stale, approvals.c.id.not_in(asked_again.where(approvals.c.run_id.in_(run_ids))))
    return _approvals(store, query.order_by(approvals.c.requested_wall.desc()).limit(20))


def answered(store: Store, run_ids: list[str], limit: int = 10) -> list[ApprovalRow]:
    """Answers that people gave in these runs, newest first."""
    by_people = and_(approvals.c.run_id.in_(run_ids), approvals.c.answered_by.not_like(RULES))
    return _approvals(store, select(approvals).where(by_people).order_by(approvals.c.answered_wall.desc()).limit(limit))


def in_flight(store: Store, run_id: str) -> list[ApprovalRow]:
    """Measurements of a run that were permitted and are not yet on record: what it measures now."""
    now = and_(approvals.c.status == ApprovalStatus.APPROVED, approvals.c.run_id == run_id)
    return _approvals(store, select(approvals).where(now, approvals.c.kind == "measure"))


def use_of(store: Store, run_id: str) -> Use:
    """Qubits measured together share their device time."""
    jobs = (
        select(
            func.max(measurements.c.device_ended - measurements.c.device_started).label("seconds"),
            func.sum(measurements.c.shots * measurements.c.circuits).label("shots"),
            func.count().label("number"),
        )
        .where(measurements.c.run_id == run_id)
        .group_by(measurements.c.job_id)
        .subquery()
    )
    total = select(func.sum(jobs.c.seconds), func.sum(jobs.c.shots), func.sum(jobs.c.number), func.count())
    with reading(store.engine) as connection:
        seconds, shots, number, count = connection.execute(total.select_from(jobs)).one()
    return Use(seconds or 0.0, shots or 0, number or 0, count)


def last_version(store: Store) -> int:
    """Number of the newest version of any value: as long as it stays, the parameter table does."""
    with reading(store.engine) as connection:
        return connection.execute(select(func.max(parameters.c.sequence))).scalar() or 0


def counts(store: Store) -> dict[str, int]:
    """Rows of each table that grows."""
    tables = {"runs": runs, "measurements": measurements, "parameter versions": parameters, "requests": approvals}
    with reading(store.engine) as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }


def versions(store: Store, device: str, component: str, parameter: str, limit: int = 400) -> list[ParameterRow]:
    """The latest versions of one value, oldest first."""
    of_value = [parameters.c[key] == value for key, value in _key(device, component, parameter)]
    query = select(parameters).where(*of_value).order_by(parameters.c.sequence.desc()).limit(limit)
    with reading(store.engine) as connection:
        return [record_of(ParameterRow, row) for row in connection.execute(query)][::-1]


def written_since(store: Store, device: str, component: str, wall: float) -> list[ParameterRow]:
    """Versions of a component's values that were written after a moment of the computer's clock."""
    mine = and_(parameters.c.device == device, parameters.c.component == component)
    query = select(parameters).where(mine, parameters.c.recorded_wall > wall).order_by(parameters.c.sequence)
    with reading(store.engine) as connection:
        return [record_of(ParameterRow, row) for row in connection.execute(query)]


class Found(NamedTuple):
    """One line of a list of measurements."""

    id: str
    run_id: str
    component: str
    experiment: str
    device_ended: float
    verdict: str | None
    status: str | None
    reasons: tuple[str, ...]
    quantities: Mapping[str, Quantity]


class Wanted(NamedTuple):
    """What to look for; an empty field matches all."""

    run_id: str = ""
    component: str = ""
    experiment: str = ""
    verdict: str = ""
    text: str = ""
    quantity: str = ""
    """Of the analysis; measurements without it are left out."""
    low: float | None = None
    high: float | None = None
    """Ends of its values, SI units."""
    largest_first: bool | None = None
    """By its value; None: the newest first."""


def search(store: Store, wanted: Wanted, limit: int, offset: int = 0) -> list[Found]:
    """Measurements, newest first in the order of recording."""
    # SQLite numbers its rows in that order, which spares sorting all of them
    sqlite = store.engine.dialect.name == "sqlite"
    newest_first = text("measurements.rowid DESC") if sqlite else measurements.c.recorded_wall.desc()
    query = _found().order_by(newest_first)
    for column, value in (
        ("run_id", wanted.run_id),
        ("component", wanted.component),
        ("experiment", wanted.experiment),
    ):
        if value:
            query = query.where(measurements.c[column] == value)
    if wanted.verdict:
        query = query.where(analyses.c.judgement["verdict"].as_string() == wanted.verdict)
    if wanted.text:
        query = query.where(measurements.c.id.contains(wanted.text, autoescape=True))
    if wanted.quantity:
        query = _by_quantity(query, wanted)
    with reading(store.engine) as connection:
        return [_line(row) for row in connection.execute(query.limit(limit).offset(offset))]


def _by_quantity(query: Select, wanted: Wanted) -> Select:
    value = analyses.c.quantities[wanted.quantity]["value"].as_float()
    query = query.where(value.is_not(None))
    if wanted.low is not None:
        query = query.where(value >= wanted.low)
    if wanted.high is not None:
        query = query.where(value <= wanted.high)
    if wanted.largest_first is None:
        return query
    return query.order_by(None).order_by(value.desc() if wanted.largest_first else value)


def latest_of(store: Store, component: str, limit: int) -> list[Found]:
    """The newest measurements of one component."""
    return search(store, Wanted(component=component), limit)


def analyses_of(store: Store, measurement_id: str) -> list[tuple[str, float, str | None]]:
    """(author, made at, error) of every analysis of one measurement, oldest first."""
    query = select(analyses.c.author, analyses.c.created_wall, analyses.c.error)
    query = query.where(analyses.c.measurement_id == measurement_id).order_by(analyses.c.created_wall)
    with reading(store.engine) as connection:
        return [(row.author, row.created_wall, row.error) for row in connection.execute(query)]


def asked_briefly(action: Action) -> str:
    """``x_amplitude``; of a measurement ``measure rabi``."""
    return ", ".join(named_changes(action)) or asked(action)


def _key(device: str, component: str, parameter: str) -> tuple[tuple[str, str], ...]:
    return ("device", device), ("component", component), ("parameter", parameter)


def _approvals(store: Store, query: Select) -> list[ApprovalRow]:
    with reading(store.engine) as connection:
        return [record_of(ApprovalRow, row) for row in connection.execute(query)]


def _found() -> Select:
    newest = and_(analyses.c.measurement_id == measurements.c.id, analyses.c.superseded_by.is_(None))
    names = ("id", "run_id", "component", "experiment", "device_ended")
    return select(
        *(measurements.c[name] for name in names),
        analyses.c.judgement,
        analyses.c.reading,
        analyses.c.error,
        analyses.c.quantities,
    ).select_from(measurements.outerjoin(analyses, newest))


def _line(row: Any) -> Found:
    judgement, seen = row.judgement or {}, row.reading or {}
    failed = tuple(check["message"] for check in judgement.get("checks", ()) if not check["passed"])
    reasons = failed or ((row.error,) if row.error else ())
    place = (row.id, row.run_id, row.component, row.experiment, row.device_ended)
    found = {name: Quantity.model_validate(one) for name, one in (row.quantities or {}).items()}
    return Found(*place, judgement.get("verdict"), seen.get("status"), reasons, found)
