"""Is the record still what was written? The pages of the database, its references, every file, and what hangs together.

A value altered by hand shows because it stands in several places: a value of the parameter table in the approved action
that wrote it, an analysis and a measurement's arguments in files that are named by the hash of their content.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from sqlalchemy import Connection, select, text

from reson.changes import changes_of
from reson.errors import OperatorError, ToolError
from reson.records import content_hash
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.database import reading
from reson.tools.store.measurements import ANALYSIS, FIGURE, RAW
from reson.tools.store.raw import unpack_raw
from reson.tools.store.rows import record_of
from reson.tools.store.schema import analyses, approvals, measurements, parameters
from reson.tools.store.store import Store


def problems(store: Store) -> Iterator[str]:
    """One sentence for each thing that is not as it was written; nothing where all is well. Reads every file.

    Raises ``OperatorError`` where the database itself cannot be read.
    """
    with reading(store.engine) as connection:
        yield from _of_the_database(connection)
        found = [record_of(ApprovalRow, row) for row in connection.execute(select(approvals))]
        yield from (f"approval {row.id}: its action is not the one that was asked" for row in found if not row.intact)
        yield from _of_values(connection, {row.id: row for row in found})
        yield from _of_measurements(store, connection)
        yield from _of_analyses(store, connection)


def _of_the_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return  # a server checks its own pages and holds its references
    answers = connection.execute(text("PRAGMA quick_check(20)")).scalars()
    yield from (f"database: {answer}" for answer in answers if answer != "ok")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row[1]} of {row[0]} refers to something in {row[2]} that is not there"


def _of_values(connection: Connection, asked: dict[str, ApprovalRow]) -> Iterator[str]:
    """Values of the parameter table against the approved actions that wrote them."""
    for row in connection.execute(select(parameters).where(parameters.c.approval_id.is_not(None))):
        approval = asked.get(row.approval_id)
        if approval is None:
            continue  # a broken reference, which the database's own check has named
        try:
            changes = changes_of(approval.effective_action)
        except ToolError:
            yield f"approval {approval.id}: its changes cannot be read"
            continue
        allowed = {(change.component, change.parameter): change.new for change in changes}
        if allowed.get((row.component, row.parameter)) != row.value:
            yield f"{row.component} {row.parameter} = {row.value:g} ({row.id}) is not what {approval.id} allowed"


def _of_measurements(store: Store, connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(measurements)):
        try:
            raw = unpack_raw(store.blobs.get(row.raw_sha, RAW))
        except OperatorError as error:
            yield f"measurement {row.id}: {error.what}"
            continue
        if content_hash(row.controls) != row.controls_hash or not _equal(row.controls, raw.controls):
            yield f"measurement {row.id}: its control values are not those that were recorded"
        if not _equal(row.parameters, raw.parameters) or (row.experiment, row.shots) != (raw.experiment, raw.shots):
            yield f"measurement {row.id}: its arguments are not those that were recorded"


def _of_analyses(store: Store, connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(analyses)):
        try:
            store.blobs.get(row.figure_sha, FIGURE)
            written = json.loads(store.blobs.get(row.analysis_sha, ANALYSIS))
        except OperatorError as error:
            yield f"analysis {row.id}: {error.what}"
            continue
        if written["quantities"] != row.quantities:
            yield f"analysis {row.id}: its numbers are not those that were recorded"


def _equal(one: dict[str, float], other: dict[str, float]) -> bool:
    return one.keys() == other.keys() and all(math.isclose(one[name], other[name], rel_tol=0) for name in one)
