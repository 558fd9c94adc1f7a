"""From an older schema to this one, a step at a time: ``MIGRATIONS[n]`` makes version n + 1 of version n.

Each step runs in one transaction with all others, so that a killed process leaves the old lab. A step that changes rows
chains them (``chain.chain_rows``).
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, text, update

from reson.tools.store.chain import begin
from reson.tools.store.schema import analyses, chain, notes, parameters, schema_version


def _chained(connection: Connection) -> None:
    """Version 2: the record hangs in a chain; requests for approval expire."""
    _noted(connection)  # the chain takes in every table of today
    connection.execute(text("ALTER TABLE approvals ADD COLUMN expires_wall FLOAT"))
    chain.create(connection)
    begin(connection)


def _successors_indexed(connection: Connection) -> None:
    """Version 3: a value that takes another's place costs the same however many there are."""
    for table in (analyses, parameters):
        for index in table.indexes:
            if table.c.superseded_by in index.columns.values():
                index.create(connection, checkfirst=True)


def _noted(connection: Connection) -> None:
    """Version 4: notes of people; lessons with what they rest on, and what took their place."""
    notes.create(connection, checkfirst=True)
    held = {column["name"] for column in inspect(connection).get_columns("lessons")}
    for name, kind in _OF_LESSONS.items():
        if name not in held:
            connection.execute(text(f"ALTER TABLE lessons ADD COLUMN {name} {kind}"))


_OF_LESSONS = {
    "code": "TEXT",
    "remedy": "TEXT",
    "evidence": "JSON",
    "sets_aside": "INTEGER",
    "since_device": "FLOAT",
    "superseded_by": "VARCHAR(255)",
    "contradicted_by": "VARCHAR(255)",
}
MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _chained, 2: _successors_indexed, 3: _noted}


def migrate(connection: Connection, version: int) -> int:
    """Bring the tables from ``version`` to the newest one that there is a way to; returns which."""
    while version in MIGRATIONS:
        MIGRATIONS[version](connection)
        version += 1
    connection.execute(update(schema_version).values(version=version))
    return version
