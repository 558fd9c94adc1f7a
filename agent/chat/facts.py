"""What a conversation may look up: plain JSON from the record, small enough to be read by a person or a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reson.changes import named_changes
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.experiments.catalogue import get
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import list_approvals as pending_approvals
from reson.tools.store.measurements import FIGURE, MeasurementRow, get_measurement
from reson.tools.store.measurements import list_measurements as measurements_of
from reson.tools.store.parameters import ParameterRow, current, log
from reson.tools.store.runs import list_runs as runs_of
from reson.wording import change, moment, quantity

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store

MOST = 50
"""Rows that one answer holds at most."""

OF_THE_CHIP = ("drive_frequency", "t1", "t2_echo", "assignment_fidelity", "error_per_gate")


@dataclass(frozen=True)
class Record:
    """The open lab that a conversation is about."""

    lab: Lab
    store: Store
    device: str
    author: str = ""
    """Whose notes these are; empty: those of the person at the keyboard."""


def show_chip(record: Record) -> Json:
    table = current(record.store, record.device)
    return {name: {key: value_in_words(row[key]) for key in OF_THE_CHIP if key in row} for name, row in table.items()}


def show_qubit(record: Record, component: str) -> Json:
    row = in_force(record, component)
    return {name: {"value": value_in_words(one), "from": origin(one)} for name, one in row.items()}


def list_runs(record: Record, limit: int = 10) -> list[Json]:
    return [
        {
            "run": row.id,
            "began": moment(row.started_device),
            "ending": str(row.ending or "running or cut short"),
            "reason": row.reason or "",
        }
        for row in runs_of(record.store, min(limit, MOST))
    ]


def list_measurements(
    record: Record, component: str = "", experiment: str = "", run_id: str = "", limit: int = 15
) -> list[Json]:
    rows = measurements_of(
        record.store,
        run_id=run_id or None,
        component=component or None,
        experiment=experiment or None,
        limit=min(limit, MOST),
    )
    return [_short(row) for row in rows]


def show_measurement(record: Record, measurement_id: str) -> Json:
    row = get_measurement(record.store, measurement_id)
    writes = [one for one in pending_approvals(record.store) if one.evidence.get("measurement") == row.id]
    return _short(row) | {
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
        "plot": plot_path(record, row),
    }


def show_origin(record: Record, component: str, parameter: str) -> Any:
    """The measurement that the value in force is from; where it is from none, its history."""
    row = in_force(record, component).get(parameter)
    if row is None or row.measurement_id is None:
        return parameter_history(record, component, parameter)
    return {"value": value_in_words(row), "since": moment(row.valid_from)} | show_measurement(
        record, row.measurement_id
    )


def plot_path(record: Record, row: MeasurementRow) -> str:
    return str(record.store.blobs.path(row.figure_sha, FIGURE)) if row.figure_sha else ""


def parameter_history(record: Record, component: str, parameter: str, limit: int = 15) -> list[Json]:
    in_force(record, component)
    require_parameter(parameter)
    rows = log(record.store, record.device, component=component, parameter=parameter)
    return [
        {"value": value_in_words(row), "since": moment(row.valid_from), "from": origin(row), "reason": row.reason}
        for row in rows[-min(limit, MOST) :]
    ]


def recall(record: Record, question: str, limit: int = 5) -> list[str]:
    from reson.agent.memory import recall as search

    memory = record.lab.memory()
    try:
        return [hit.text for hit in search(memory, question, limit=min(limit, MOST))]
    finally:
        memory.close()


def list_approvals(record: Record) -> list[Json]:
    return [
        {
            "approval": row.id,
            "component": row.component,
            "asks": str(row.kind),
            "changes": [change(one, name) for name, one in named_changes(row.action).items()],
            "why": row.why,
        }
        for row in pending_approvals(record.store, status="pending")
    ]


def show_experiment(record: Record, experiment: str) -> Json:
    row = get(experiment)
    return {
        "measures": row.measures,
        "needs": list(row.needs),
        "calibrates": list(row.calibrates),
        "arguments": {
            spec.name: f"{spec.description}; {spec.low:g} to {spec.high:g} {spec.unit}".rstrip()
            + f"; default {'from the table' if spec.default is None else format(spec.default, 'g')}"
            for spec in row.parameters
        },
    }


def require_parameter(parameter: str) -> None:
    """Raises ``ToolError`` (bad_arguments) for a name that the table may not hold."""
    if parameter not in PARAMETERS:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"no parameter {parameter}; there are {', '.join(PARAMETERS)}")


def in_force(record: Record, component: str) -> dict[str, ParameterRow]:
    """The values of a qubit. Raises ``ToolError`` (bad_arguments) for one that there is not."""
    table = current(record.store, record.device)
    if component not in table:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no qubit {component!r}; there are {', '.join(table)}")
    return table[component]


def value_in_words(row: ParameterRow) -> str:
    return quantity(row.value, row.stderr, PARAMETERS[row.parameter].unit)


def origin(row: ParameterRow) -> str:
    if row.measurement_id is None:
        return str(row.author)
    return f"{row.measurement_id}, written by {row.author} at {moment(row.valid_from)}"


def _short(row: MeasurementRow) -> Json:
    short: dict[str, Any] = {
        "measurement": row.id,
        "component": row.component,
        "experiment": row.experiment,
        "verdict": str(row.judgement.verdict) if row.judgement else "not analysed",
        "plot_reads": str(row.reading.status) if row.reading else "",
    }
    return short
