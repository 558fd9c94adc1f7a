"""What is known of the chip: the values in force, each with its origin, and every version before them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, OfAnyComponent, OfComponent, Operation
from reson.components import qubits_of
from reson.errors import ToolError, ToolErrorKind
from reson.records import Change, Effect, Finite, Json
from reson.tools.quantities import PARAMETERS
from reson.tools.store.parameters import diff, log
from reson.tools.store.runs import latest_device_time
from reson.tools.store.table import ParameterRow, Table, current
from reson.wording import change, moment, quantity

MOST = 50
"""Rows that one answer in words holds at most."""
ALL = 1_000_000
OF_THE_CHIP = ("drive_frequency", "t1", "t2_echo", "assignment_fidelity", "error_per_gate")
Limit = Annotated[int, Field(ge=1)]


class AsOf(Arguments):
    as_of: Finite | None = None


class Versions(OfAnyComponent):
    parameter: str = ""


class PastOfValue(Arguments):
    component: str
    parameter: str
    limit: Limit = 15


class Moments(Arguments):
    earlier: Finite
    later: Finite | None = None


class OfParameter(Arguments):
    parameter: str


def table_of(at: OpenLab) -> Table:
    return current(at.store, at.device)


def in_force(at: OpenLab, component: str) -> dict[str, ParameterRow]:
    """The values of a qubit. Raises ``ToolError`` (bad_arguments) for one that there is not."""
    table = table_of(at)
    if component not in table:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no qubit {component!r}; there are {', '.join(table)}")
    return table[component]


def qubits_in_force(at: OpenLab) -> Table:
    """The table of the qubits, without their pairs."""
    table = table_of(at)
    return {name: table[name] for name in qubits_of(table)}


def require_parameter(parameter: str) -> None:
    """Raises ``ToolError`` (bad_arguments) for a name that the table may not hold."""
    if parameter not in PARAMETERS:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"no parameter {parameter}; there are {', '.join(PARAMETERS)}")


def _versions(at: OpenLab, asked: Versions) -> list[ParameterRow]:
    if asked.component:
        in_force(at, asked.component)
    if asked.parameter:
        require_parameter(asked.parameter)
    return log(at.store, at.device, asked.component or None, asked.parameter or None)


def _past(at: OpenLab, asked: PastOfValue) -> list[ParameterRow]:
    rows = _versions(at, Versions(component=asked.component, parameter=asked.parameter))
    return rows[-min(asked.limit, MOST) :]


def _differences(at: OpenLab, asked: Moments) -> list[Change]:
    return diff(at.store, at.device, asked.earlier, float("inf") if asked.later is None else asked.later)


def _ranking(at: OpenLab, asked: OfParameter) -> list[ParameterRow]:
    require_parameter(asked.parameter)
    rows = [values[asked.parameter] for values in table_of(at).values() if asked.parameter in values]
    return sorted(rows, key=lambda row: -row.value)


def _ages(at: OpenLab, asked: OfAnyComponent) -> Json:
    now = latest_device_time(at.store, at.device) or 0.0
    found: Json = {}
    for name, values in qubits_in_force(at).items():
        rows = [row for row in values.values() if row.measurement_id is not None]
        if asked.component in ("", name):
            oldest = min(rows, key=lambda row: row.valid_from, default=None)
            newest = max((row.valid_from for row in rows), default=None)
            found[name] = {
                "newest": "never measured" if newest is None else f"{(now - newest) / 3600:.1f} h ago",
                "oldest": "" if oldest is None else f"{oldest.parameter}, {(now - oldest.valid_from) / 3600:.1f} h ago",
            }
    return found


def value_in_words(row: ParameterRow) -> str:
    return quantity(row.value, row.stderr, PARAMETERS[row.parameter].unit, confidence=row.confidence)


def origin(row: ParameterRow) -> str:
    if row.measurement_id is None:
        return str(row.author)
    return f"{row.measurement_id}, written by {row.author} at {moment(row.valid_from)}"


def change_in_words(one: Change) -> str:
    return change(one, f"{one.component} {one.parameter}")


def _with_origin(row: ParameterRow) -> Json:
    return {"value": value_in_words(row), "from": origin(row)}


def _chip_in_words(at: OpenLab, table: Table) -> Json:
    return {name: {key: value_in_words(row[key]) for key in OF_THE_CHIP if key in row} for name, row in table.items()}


def _qubit_in_words(at: OpenLab, rows: dict[str, ParameterRow]) -> Json:
    return {name: _with_origin(row) for name, row in rows.items()}


def _past_in_words(at: OpenLab, rows: Iterable[ParameterRow]) -> list[Json]:
    return [
        {"value": value_in_words(row), "since": moment(row.valid_from), "from": origin(row), "reason": row.reason}
        for row in rows
    ]


SHOW_CHIP = Operation("show_chip", Effect.READS, Nothing, lambda at, _: table_of(at), _chip_in_words)
SHOW_QUBIT = Operation(
    "show_qubit", Effect.READS, OfComponent, lambda at, asked: in_force(at, asked.component), _qubit_in_words
)
PARAMETER_HISTORY = Operation("parameter_history", Effect.READS, PastOfValue, _past, _past_in_words)
TABLE = Operation(
    "parameter_table",
    Effect.READS,
    AsOf,
    lambda at, asked: current(at.store, at.device, as_of=asked.as_of),
    lambda at, table: {name: _qubit_in_words(at, rows) for name, rows in table.items()},
)
VERSIONS = Operation(
    "parameter_versions",
    Effect.READS,
    Versions,
    _versions,
    lambda at, rows: [
        {"of": f"{row.component} {row.parameter}"} | _past_in_words(at, [row])[0] for row in rows[-MOST:]
    ],
)
DIFFERENCES = Operation(
    "parameter_differences",
    Effect.READS,
    Moments,
    _differences,
    lambda at, changes: [change_in_words(one) for one in changes],
)
AGES = Operation("ages", Effect.READS, OfAnyComponent, _ages)
RANKING = Operation(
    "ranking",
    Effect.READS,
    OfParameter,
    _ranking,
    lambda at, rows: {row.component: f"{value_in_words(row)}, from {origin(row)}" for row in rows},
)
