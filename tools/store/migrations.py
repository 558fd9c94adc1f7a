"""From an older schema to this one, a step at a time: ``MIGRATIONS[n]`` makes version n + 1 of version n.

Each step runs in one transaction with all others, so that a killed process leaves the old lab. A step that changes rows
chains them (``chain.chain_rows``).
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text, update

from reson.tools.store.chain import begin
from reson.tools.store.schema import analyses, chain, parameters, schema_version


def _chained(connection: Connection) -> None:
    """Version 2: the record hangs in a chain; requests for approval expire."""
    connection.execute(text("ALTER TABLE approvals ADD COLUMN expires_wall FLOAT"))
    chain.create(connection)
    begin(connection)


def _successors_indexed(connection: Connection) -> None:
    """Version 3: a value that takes another's place costs the same however many there are."""
    for table in (analyses, parameters):
        for index in table.indexes:
            if table.c.superseded_by in index.columns.values():
                index.create(connection, checkfirst=True)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _chained, 2: _successors_indexed}


def migrate(connection: Connection, version: int) -> int:
    """Bring the tables from ``version`` to the newest one that there is a way to; returns which."""
    while version in MIGRATIONS:
        MIGRATIONS[version](connection)
        version += 1
    connection.execute(update(schema_version).values(version=version))
    return version
