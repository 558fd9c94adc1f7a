"""Measurements and their analyses: raw data first, then what was made of it; a newer analysis supersedes an older."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, and_, func, select

from reson.errors import OperatorError
from reson.records import Judgement, Quantity, Reading, Record, content_hash
from reson.tools.data import Analysis, RawData
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.raw import RAW, pack_raw, unpack_raw
from reson.tools.store.rows import record_of
from reson.tools.store.schema import analyses, measurements, runs
from reson.tools.store.store import Store

ANALYSIS, FIGURE = ".json", ".png"


class MeasurementRow(Record):
    """One measurement with its newest analysis; the fields of the analysis are None before there is one."""

    id: str
    run_id: str
    device: str
    step: int
    job_id: str
    experiment: str
    component: str
    parameters: dict[str, float]
    controls: dict[str, float]
    controls_hash: str
    shots: int
    circuits: int
    device_started: float
    device_ended: float
    recorded_wall: float
    raw_sha: str
    why: str
    analysis_sha: str | None
    figure_sha: str | None
    quantities: dict[str, Quantity] | None
    judgement: Judgement | None
    reading: Reading | None
    error: str | None
    author: str | None


def record_measurements(
    store: Store, run_id: str, step: int, job_id: str, why: str | Mapping[str, str], data: Mapping[str, RawData]
) -> None:
    """Store the data of one job, measurement id -> data of one qubit: all of them or none.

    ``why``: one reason for the job, or component -> reason. Ids that are already present are left alone, so a job that
    is recorded again after a kill changes nothing.
    """
    shas = {name: store.blobs.put(pack_raw(raw), RAW) for name, raw in data.items()}
    rows = [
        {
            "id": name,
            "run_id": run_id,
            "step": step,
            "job_id": job_id,
            "experiment": raw.experiment,
            "component": raw.component,
            "parameters": raw.parameters,
            "controls": raw.controls,
            "controls_hash": content_hash(raw.controls),
            "shots": raw.shots,
            "circuits": len(raw.circuits),
            "device_started": raw.started,
            "device_ended": raw.ended,
            "recorded_wall": time.time(),
            "raw_sha": shas[name],
            "why": why if isinstance(why, str) else why[raw.component],
        }
        for name, raw in data.items()
    ]
    with writing(store.engine) as connection:
        present = set(connection.execute(select(measurements.c.id).where(measurements.c.id.in_(list(data)))).scalars())
        add(connection, measurements, [row for row in rows if row["id"] not in present])


def record_analysis(
    store: Store,
    measurement_id: str,
    analysis: Analysis,
    figure_png: bytes,
    judgement: Judgement,
    reading: Reading,
    author: str,
) -> None:
    """Store an analysis, its figure, verdict and reading; it supersedes the newest one by another author.

    The first analysis by one author stays: recording it again changes nothing.
    """
    analysis_sha = store.blobs.put(analysis.model_dump_json().encode(), ANALYSIS)
    figure_sha = store.blobs.put(figure_png, FIGURE)
    row = {
        "id": f"{measurement_id}:{author}",
        "measurement_id": measurement_id,
        "created_wall": time.time(),
        "analysis_sha": analysis_sha,
        "figure_sha": figure_sha,
        "quantities": {name: quantity.to_json() for name, quantity in analysis.quantities.items()},
        "judgement": judgement.to_json(),
        "reading": reading.to_json(),
        "error": analysis.error,
        "author": author,
    }
    with writing(store.engine) as connection:
        of_measurement = analyses.c.measurement_id == measurement_id
        if author in connection.execute(select(analyses.c.author).where(of_measurement)).scalars():
            return
        newest = and_(of_measurement, analyses.c.superseded_by.is_(None))
        change(connection, analyses, newest, {"superseded_by": row["id"]})
        add(connection, analyses, [row])


def measured_runs(store: Store) -> set[str]:
    """Ids of the runs that measured something."""
    with reading(store.engine) as connection:
        return set(connection.execute(select(measurements.c.run_id).distinct()).scalars())


class Used(NamedTuple):
    """What a run has used up."""

    device_seconds: float
    measurements: int
    shots: int


def used(store: Store, run_id: str) -> Used:
    """Components measured together share their device time."""
    job = (
        select(
            func.max(measurements.c.device_ended - measurements.c.device_started).label("seconds"),
            func.count().label("number"),
            func.sum(measurements.c.shots * measurements.c.circuits).label("shots"),
        )
        .where(measurements.c.run_id == run_id)
        .group_by(measurements.c.job_id)
        .subquery()
    )
    with reading(store.engine) as connection:
        whole = select(func.sum(job.c.seconds), func.sum(job.c.number), func.sum(job.c.shots))
        seconds, number, shots = connection.execute(whole).one()
    return Used(float(seconds or 0.0), int(number or 0), int(shots or 0))


def has_measurement(store: Store, measurement_id: str) -> bool:
    """Whether the raw data is on record."""
    with reading(store.engine) as connection:
        found = connection.execute(select(measurements.c.id).where(measurements.c.id == measurement_id))
        return found.one_or_none() is not None


def get_measurement(store: Store, measurement_id: str) -> MeasurementRow:
    """Raises ``OperatorError`` for an unknown id."""
    return get_measurements(store, [measurement_id])[0]


def get_measurements(store: Store, measurement_ids: Sequence[str]) -> list[MeasurementRow]:
    """In the order asked for, read at once. Raises ``OperatorError`` for an unknown id."""
    with reading(store.engine) as connection:
        rows = connection.execute(_rows().where(measurements.c.id.in_(list(measurement_ids))))
        found = {row.id: record_of(MeasurementRow, row) for row in rows}
    for name in measurement_ids:
        if name not in found:
            raise OperatorError(f"there is no measurement {name}", "`reson runs show RUN` lists those of a run")
    return [found[name] for name in measurement_ids]


def list_measurements(
    store: Store,
    *,
    run_id: str | None = None,
    component: str | None = None,
    experiment: str | None = None,
    limit: int | None = None,
) -> list[MeasurementRow]:
    """In order of the device's clock; ``limit`` keeps the latest ones."""
    query = _rows()
    for column, wanted in (("run_id", run_id), ("component", component), ("experiment", experiment)):
        if wanted is not None:
            query = query.where(measurements.c[column] == wanted)
    newest_first = query.order_by(measurements.c.device_ended.desc(), measurements.c.id.desc()).limit(limit)
    with reading(store.engine) as connection:
        rows = [record_of(MeasurementRow, row) for row in connection.execute(newest_first)]
    return rows[::-1]


def load_raw(store: Store, row: MeasurementRow) -> RawData:
    """Raises ``OperatorError`` when the file is missing or damaged."""
    return unpack_raw(store.blobs.get(row.raw_sha, RAW))


def load_analysis(store: Store, row: MeasurementRow) -> Analysis:
    """Raises ``OperatorError`` when there is no analysis yet, or its file is missing or damaged."""
    if row.analysis_sha is None:
        raise OperatorError(f"measurement {row.id} has not been analysed", "resume its run: `reson resume`")
    return Analysis.model_validate_json(store.blobs.get(row.analysis_sha, ANALYSIS))


@cache
def _rows() -> Select:
    """Measurements with their newest analysis; to put the query together takes longer than to read a row."""
    made_of = ("analysis_sha", "figure_sha", "quantities", "judgement", "reading", "error", "author")
    newest = and_(analyses.c.measurement_id == measurements.c.id, analyses.c.superseded_by.is_(None))
    return select(measurements, runs.c.device, *(analyses.c[name] for name in made_of)).select_from(
        measurements.join(runs).outerjoin(analyses, newest)
    )
