"""From an older schema to this one, a step at a time: ``MIGRATIONS[n]`` makes version n + 1 of version n.

Each step runs in one transaction with all others, so that a killed process leaves the old lab. A step that changes rows
chains them (``chain.chain_rows``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect, text, update

from reson.tools.store.blobs import Blobs
from reson.tools.store.chain import begin
from reson.tools.store.named_by_place import name_pairs
from reson.tools.store.schema import analyses, chain, notes, parameters, schema_version


def _chained(connection: Connection, blobs: Blobs) -> None:
    """Version 2: the record hangs in a chain; requests for approval expire."""
    _noted(connection, blobs)  # the chain takes in every table of today, as it is today
    _add_columns(connection, parameters.name, _OF_PARAMETERS)
    connection.execute(text("ALTER TABLE approvals ADD COLUMN expires_wall FLOAT"))
    chain.create(connection)
    begin(connection)


def _successors_indexed(connection: Connection, blobs: Blobs) -> None:
    """Version 3: a value that takes another's place costs the same however many there are."""
    for table in (analyses, parameters):
        for index in table.indexes:
            if table.c.superseded_by in index.columns.values():
                index.create(connection, checkfirst=True)


def _noted(connection: Connection, blobs: Blobs) -> None:
    """Version 4: notes of people; lessons with what they rest on, and what took their place."""
    notes.create(connection, checkfirst=True)
    _add_columns(connection, "lessons", _OF_LESSONS)


def _pairs_named(connection: Connection, blobs: Blobs) -> None:
    """Version 5: values of pairs stand under the pair's name, where they stood twice under a place of its qubits."""
    _add_columns(connection, parameters.name, _OF_PARAMETERS)
    name_pairs(connection, blobs)


def _limits_told(connection: Connection, blobs: Blobs) -> None:
    """Version 6: a value may be an upper limit. What was written before stays what it was: a value with its error."""
    _add_columns(connection, parameters.name, _OF_PARAMETERS)


def _add_columns(connection: Connection, table: str, columns: Mapping[str, str]) -> None:
    held = {column["name"] for column in inspect(connection).get_columns(table)}
    for name, kind in columns.items():
        if name not in held:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {name} {kind}"))


_OF_LESSONS = {
    "code": "TEXT",
    "remedy": "TEXT",
    "evidence": "JSON",
    "sets_aside": "INTEGER",
    "since_device": "FLOAT",
    "superseded_by": "VARCHAR(255)",
    "contradicted_by": "VARCHAR(255)",
}
_OF_PARAMETERS = {"was": "TEXT", "confidence": "FLOAT"}
MIGRATIONS: dict[int, Callable[[Connection, Blobs], None]] = {
    1: _chained,
    2: _successors_indexed,
    3: _noted,
    4: _pairs_named,
    5: _limits_told,
}


def migrate(connection: Connection, blobs: Blobs, version: int) -> int:
    """Bring the tables from ``version`` to the newest one that there is a way to; returns which. ``blobs``: the files
    of the record, which say what the tables did not.
    """
    while version in MIGRATIONS:
        MIGRATIONS[version](connection, blobs)
        version += 1
    connection.execute(update(schema_version).values(version=version))
    return version
