"""Measurements on record: which there are, what one says, its files, and its saved data analysed anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reson.agent.approvals import parse_value
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Operation
from reson.agent.operations.values import MOST, PARAMETER_HISTORY, Limit, in_force, value_in_words
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Finite, Json, Quantity
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import get
from reson.tools.part_of_sweep import keep
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import (
    FIGURE,
    MeasurementRow,
    get_measurement,
    list_measurements,
    load_analysis,
    load_raw,
)
from reson.tools.store.raw import RAW
from reson.tools.store.runs import get_run
from reson.wording import moment, quantity


class Wanted(Arguments):
    component: str = ""
    experiment: str = ""
    run_id: str = ""
    limit: Limit = 15


class OfMeasurement(Arguments):
    measurement_id: str


class PartOfSweep(OfMeasurement):
    low: Finite | str = ""
    high: Finite | str = ""


@dataclass(frozen=True)
class Anew:
    """A measurement's saved data analysed by the code of today, beside what is on record."""

    recorded: Analysis | None
    fresh: Analysis
    kept: int
    """Circuits that were taken, of ``circuits``."""
    circuits: int


def _listed(at: OpenLab, asked: Wanted) -> list[MeasurementRow]:
    """The newest, oldest of them first. Raises ``OperatorError`` for an unknown run."""
    if asked.run_id:
        get_run(at.store, asked.run_id)
    return list_measurements(
        at.store,
        run_id=asked.run_id or None,
        component=asked.component or None,
        experiment=asked.experiment or None,
        limit=asked.limit,
    )


def _one(at: OpenLab, asked: OfMeasurement) -> MeasurementRow:
    return get_measurement(at.store, asked.measurement_id)


def _files(at: OpenLab, asked: OfMeasurement) -> dict[str, bytes]:
    """Name -> content: points in SI units with standard errors (CSV), untouched raw data (NumPy), picture (PNG)."""
    from reson.tools.points import measured_points

    row, blobs = _one(at, asked), at.store.blobs
    files = {f"{row.id}.npz": blobs.get(row.raw_sha, RAW)}
    if row.analysis_sha:
        files[f"{row.id}.csv"] = measured_points(load_analysis(at.store, row)).to_csv(index=False).encode()
    if row.figure_sha:
        files[f"{row.id}.png"] = blobs.get(row.figure_sha, FIGURE)
    return files


def _anew(at: OpenLab, asked: PartOfSweep) -> Anew:
    """Raises ``ToolError`` (bad_arguments) where the sweep cannot be cut so, or its experiment is none of today's."""
    row = _one(at, asked)
    raw = load_raw(at.store, row)
    recorded = load_analysis(at.store, row) if row.analysis_sha else None
    unit = recorded.x_axis.unit if recorded else ""
    ends = [usual if end == "" else parse_value(end, unit) for end, usual in ((asked.low, -1e30), (asked.high, 1e30))]
    part = keep(raw, *ends)
    if (asked.low, asked.high) != ("", "") and len(part.circuits) == len(raw.circuits):
        raise ToolError(
            ToolErrorKind.BAD_ARGUMENTS,
            f"{row.id} cannot be cut so: too few of its {len(raw.circuits)} points would be left, or none taken away",
        )
    return Anew(recorded, get(row.experiment).analyse(part), len(part.circuits), len(raw.circuits))


def short(row: MeasurementRow) -> Json:
    return {
        "measurement": row.id,
        "component": row.component,
        "experiment": row.experiment,
        "verdict": str(row.judgement.verdict) if row.judgement else "not analysed",
        "plot_reads": str(row.reading.status) if row.reading else "",
    }


def in_full(at: OpenLab, row: MeasurementRow) -> Json:
    writes = [one for one in list_approvals(at.store) if one.evidence.get("measurement") == row.id]
    return short(row) | {
        "why": row.why,
        "when": moment(row.device_started),
        "arguments": row.parameters,
        "found": {name: quantity(one.value, one.stderr, one.unit) for name, one in (row.quantities or {}).items()},
        "failed_checks": list(row.judgement.reasons) if row.judgement else [],
        "reading": {"reason": row.reading.reason, "by": row.reading.reader} if row.reading else None,
        "writes": [
            {"approval": one.id, "status": str(one.status), "by": one.answered_by, "note": one.note or ""}
            for one in writes
        ],
        "plot": str(at.store.blobs.path(row.figure_sha, FIGURE)) if row.figure_sha else "",
    }


def origin_of(at: OpenLab, component: str, parameter: str) -> Any:
    """The measurement that the value in force is from; where it is from none, its history."""
    row = in_force(at, component).get(parameter)
    if row is None or row.measurement_id is None:
        return PARAMETER_HISTORY.in_words(at, {"component": component, "parameter": parameter})
    found = SHOW_MEASUREMENT.in_words(at, {"measurement_id": row.measurement_id})
    return {"value": value_in_words(row), "since": moment(row.valid_from)} | found


def _anew_in_words(at: OpenLab, anew: Anew) -> Json:
    return {
        "kept": f"{anew.kept} of {anew.circuits} circuits",
        "error": anew.fresh.error,
        "quantities": {
            name: {"on_record": written(old), "anew": written(new)} for name, (old, new) in both(anew).items()
        },
    }


def both(anew: Anew) -> dict[str, tuple[Quantity | None, Quantity | None]]:
    """Name -> (what is on record, what was found anew)."""
    old, new = anew.recorded.quantities if anew.recorded else {}, anew.fresh.quantities
    return {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}


def written(one: Quantity | None) -> str:
    return "–" if one is None else quantity(one.value, one.stderr, one.unit)


LIST_MEASUREMENTS = Operation(
    "list_measurements", Effect.READS, Wanted, _listed, lambda at, rows: [short(row) for row in rows[-MOST:]]
)
SHOW_MEASUREMENT = Operation("show_measurement", Effect.READS, OfMeasurement, _one, in_full)
LOOK_AT_PLOT = Operation("look_at_plot", Effect.READS, OfMeasurement, _one, in_full, pictured=True)
MEASUREMENT_FILES = Operation(
    "measurement_files",
    Effect.READS,
    OfMeasurement,
    _files,
    lambda at, files: {name: f"{len(data)} bytes" for name, data in files.items()},
)
ANALYSE_AGAIN = Operation("analyse_again", Effect.READS, PartOfSweep, _anew, _anew_in_words)
