"""What hangs together in the record: values with approvals, measurements with raw data, analyses and snapshots with
their hashes. One sentence for each thing that does not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from reson.changes import changes_of
from reson.components import value_name
from reson.errors import OperatorError, ToolError
from reson.older_records import with_component
from reson.records import content_hash
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.checked import Files
from reson.tools.store.measurements import ANALYSIS, FIGURE
from reson.tools.store.named_by_place import stands_for
from reson.tools.store.raw import RAW, unpack_raw
from reson.tools.store.rows import record_of
from reson.tools.store.runs import OWN_DATA
from reson.tools.store.schema import analyses, approvals, measurements, parameters, runs, snapshots
from reson.tools.store.store import Store

_BATCH = 500
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What a row raises that holds something else than was ever written there."""


def of_new_rows(
    store: Store, connection: Connection, files: Files, ids: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """``files`` that are there; ``ids``: name of a table -> ids of the rows to look at."""
    yield from _each(connection, approvals, ids, lambda row: _of_approval(files, row))
    asked = _permits(connection, ids(parameters.name))
    yield from _each(connection, parameters, ids, lambda row: _of_value(row, asked.get(row.approval_id)))
    new = ids(measurements.name)
    brought = set(connection.execute(select(runs.c.id).where(runs.c.device == OWN_DATA)).scalars()) if new else set()
    ever = _ever(connection) if new else set()
    yield from _each(connection, measurements, ids, lambda row: _of_measurement(store, row, ever, brought))
    yield from _each(connection, analyses, ids, lambda row: _of_analysis(store, connection, row))
    yield from _each(connection, snapshots, ids, _of_snapshot)


def _each(
    connection: Connection, table: Table, ids: Callable[[str], Sequence[str]], look: Callable[[Row], Iterator[str]]
) -> Iterator[str]:
    """What is found of each row; one that cannot be read keeps nobody from looking at the others."""
    for row in _rows(connection, table, ids(table.name)):
        try:
            yield from look(row)
        except OperatorError as error:
            yield f"{table.name}: row {row.id}: {error.what}"
        except _UNREADABLE as error:
            yield f"{table.name}: row {row.id} cannot be read ({type(error).__name__})"


def _rows(connection: Connection, table: Table, ids: Sequence[str]) -> Iterator[Row]:
    """Without those whose JSON is none, of which the chain tells."""
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        query = select(table).where(table.c.id.in_(some))
        try:
            found = connection.execute(query).all()
        except _UNREADABLE:
            found = [row for name in some for row in _rows(connection, table, [name])] if len(some) > 1 else []
        yield from found


def _of_approval(files: Files, found: Row) -> Iterator[str]:
    row = record_of(ApprovalRow, found)
    if not row.intact:
        yield f"approval {row.id}: its action is not the one that was asked"
    figure = row.evidence.get("figure")
    if figure and not files.has(figure, FIGURE):
        yield f"approval {row.id}: the figure that it was decided by is gone"


def _permits(connection: Connection, values: Sequence[str]) -> dict[str, Row]:
    """id -> approval that wrote one of the values."""
    given = {row.approval_id for row in _rows(connection, parameters, values)}
    names = [one for one in given if isinstance(one, str)]  # what is no text is no id, and the chain tells of it
    return {row.id: row for row in _rows(connection, approvals, names)}


def _of_value(row: Row, asked: Row | None) -> Iterator[str]:
    """A value of the parameter table against the approved action that wrote it."""
    here = f"{row.component} {row.parameter} = {row.value:g} ({row.id})"
    written = row.was or value_name(row.component, row.parameter)
    if row.was and not stands_for(row.was, row.component, row.parameter):
        yield f"{here} was never written as {row.was}"
    if row.approval_id is None and row.id != f"seed:{row.device}:{written}":
        yield f"{here} was allowed by nobody"
    if row.approval_id is None or asked is None:
        return  # a broken reference, which the database's own check has named
    approval = record_of(ApprovalRow, asked)
    try:
        changes = changes_of(approval.effective_action)
    except ToolError:
        yield f"approval {approval.id}: its changes cannot be read"
        return
    allowed = {value_name(change.component, change.parameter): change.new for change in changes}
    if allowed.get(written) != row.value:
        yield f"{here} is not what {approval.id} allowed"
    if approval.status != "executed":
        yield f"{here}: {approval.id} is {approval.status}"


def _ever(connection: Connection) -> set[tuple[str, str, float]]:
    """Every (component, parameter, value) that the parameter table has ever held."""
    columns = (parameters.c.component, parameters.c.parameter, parameters.c.value)
    return {(one, name, value) for one, name, value in connection.execute(select(*columns))}


def _of_measurement(store: Store, row: Row, ever: set[tuple[str, str, float]], brought: set[str]) -> Iterator[str]:
    """``brought``: runs of files of somebody's own, whose control values are none of the parameter table."""
    raw = unpack_raw(store.blobs.get(row.raw_sha, RAW))
    if content_hash(row.controls) != row.controls_hash or not _equal(row.controls, raw.controls):
        yield f"measurement {row.id}: its control values are not those that were recorded"
    written = (raw.experiment, raw.component, raw.shots, len(raw.circuits), raw.started, raw.ended)
    here = (row.experiment, row.component, row.shots, row.circuits, row.device_started, row.device_ended)
    if not _equal(row.parameters, raw.parameters) or here != written:
        yield f"measurement {row.id}: its arguments are not those that were recorded"
    if row.run_id in brought:
        return
    if never := [name for name, value in raw.controls.items() if (row.component, name, value) not in ever]:
        yield f"measurement {row.id}: the parameter table never held the {', '.join(never)} that it was made with"


def _of_analysis(store: Store, connection: Connection, row: Row) -> Iterator[str]:
    store.blobs.get(row.figure_sha, FIGURE)
    written: Mapping[str, Any] = json.loads(store.blobs.get(row.analysis_sha, ANALYSIS))
    measured = connection.execute(
        select(measurements.c.experiment, measurements.c.component).where(measurements.c.id == row.measurement_id)
    ).one_or_none()
    if written.get("quantities") != row.quantities or written.get("error") != row.error:
        yield f"analysis {row.id}: its numbers are not those that were recorded"
    if measured is not None and (
        written.get("experiment") != measured.experiment
        or with_component(written).get("component", "") not in ("", measured.component)
    ):
        yield f"analysis {row.id}: its file is of another measurement"


def _of_snapshot(row: Row) -> Iterator[str]:
    if content_hash(row._mapping["values"]) != row.hash:
        yield f"snapshot {row.id}: its values are not those that were recorded"


def _equal(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(math.isclose(one[name], other[name], rel_tol=0) for name in one)
