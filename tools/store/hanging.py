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
from reson.tools.store.measurements import ANALYSIS, FIGURE
from reson.tools.store.named_by_place import stands_for
from reson.tools.store.raw import RAW, unpack_raw
from reson.tools.store.rows import record_of
from reson.tools.store.runs import OWN_DATA
from reson.tools.store.schema import analyses, approvals, measurements, parameters, runs, snapshots
from reson.tools.store.store import Store

_BATCH = 500


def of_new_rows(
    store: Store, connection: Connection, names: set[str], ids: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """``names`` of the files that are there; ``ids``: name of a table -> ids of the rows to look at."""
    yield from _of_approvals(names, _rows(connection, approvals, ids(approvals.name)))
    yield from _of_values(connection, list(_rows(connection, parameters, ids(parameters.name))))
    new = ids(measurements.name)
    brought = set(connection.execute(select(runs.c.id).where(runs.c.device == OWN_DATA)).scalars()) if new else set()
    ever = _ever(connection) if new else set()
    yield from _of_measurements(store, _rows(connection, measurements, new), ever, brought)
    yield from _of_analyses(store, connection, _rows(connection, analyses, ids(analyses.name)))
    for row in _rows(connection, snapshots, ids(snapshots.name)):
        if content_hash(row._mapping["values"]) != row.hash:
            yield f"snapshot {row.id}: its values are not those that were recorded"


def _rows(connection: Connection, table: Table, ids: Sequence[str]) -> Iterator[Row]:
    for start in range(0, len(ids), _BATCH):
        yield from connection.execute(select(table).where(table.c.id.in_(ids[start : start + _BATCH])))


def _of_approvals(names: set[str], rows: Iterator[Row]) -> Iterator[str]:
    for found in rows:
        row = record_of(ApprovalRow, found)
        if not row.intact:
            yield f"approval {row.id}: its action is not the one that was asked"
        figure = row.evidence.get("figure")
        if figure and f"{figure}{FIGURE}" not in names:
            yield f"approval {row.id}: the figure that it was decided by is gone"


def _of_values(connection: Connection, rows: Sequence[Row]) -> Iterator[str]:
    """Values of the parameter table against the approved actions that wrote them."""
    ids = sorted({row.approval_id for row in rows if row.approval_id is not None})
    asked = {row.id: record_of(ApprovalRow, row) for row in _rows(connection, approvals, ids)}
    for row in rows:
        written = row.was or value_name(row.component, row.parameter)
        if row.was and not stands_for(row.was, row.component, row.parameter):
            yield f"{row.component} {row.parameter} = {row.value:g} ({row.id}) was never written as {row.was}"
        if row.approval_id is None:
            if row.id != f"seed:{row.device}:{written}":
                yield f"{row.component} {row.parameter} = {row.value:g} ({row.id}) was allowed by nobody"
            continue
        approval = asked.get(row.approval_id)
        if approval is None:
            continue  # a broken reference, which the database's own check has named
        try:
            changes = changes_of(approval.effective_action)
        except ToolError:
            yield f"approval {approval.id}: its changes cannot be read"
            continue
        allowed = {value_name(change.component, change.parameter): change.new for change in changes}
        if allowed.get(written) != row.value:
            yield f"{row.component} {row.parameter} = {row.value:g} ({row.id}) is not what {approval.id} allowed"
        if approval.status != "executed":
            yield f"{row.component} {row.parameter} = {row.value:g} ({row.id}): {approval.id} is {approval.status}"


def _ever(connection: Connection) -> set[tuple[str, str, float]]:
    """Every (component, parameter, value) that the parameter table has ever held."""
    columns = (parameters.c.component, parameters.c.parameter, parameters.c.value)
    return {(one, name, value) for one, name, value in connection.execute(select(*columns))}


def _of_measurements(
    store: Store, rows: Iterator[Row], ever: set[tuple[str, str, float]], brought: set[str]
) -> Iterator[str]:
    """``brought``: runs of files of somebody's own, whose control values are none of the parameter table."""
    for row in rows:
        try:
            raw = unpack_raw(store.blobs.get(row.raw_sha, RAW))
        except OperatorError as error:
            yield f"measurement {row.id}: {error.what}"
            continue
        if content_hash(row.controls) != row.controls_hash or not _equal(row.controls, raw.controls):
            yield f"measurement {row.id}: its control values are not those that were recorded"
        written = (raw.experiment, raw.component, raw.shots, len(raw.circuits), raw.started, raw.ended)
        here = (row.experiment, row.component, row.shots, row.circuits, row.device_started, row.device_ended)
        if not _equal(row.parameters, raw.parameters) or here != written:
            yield f"measurement {row.id}: its arguments are not those that were recorded"
        if row.run_id in brought:
            continue
        if never := [name for name, value in raw.controls.items() if (row.component, name, value) not in ever]:
            yield f"measurement {row.id}: the parameter table never held the {', '.join(never)} that it was made with"


def _of_analyses(store: Store, connection: Connection, rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        try:
            store.blobs.get(row.figure_sha, FIGURE)
            written: Mapping[str, Any] = json.loads(store.blobs.get(row.analysis_sha, ANALYSIS))
        except OperatorError as error:
            yield f"analysis {row.id}: {error.what}"
            continue
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


def _equal(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(math.isclose(one[name], other[name], rel_tol=0) for name in one)
