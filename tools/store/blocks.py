"""Rows by blocks: what an earlier check compared row by row is known again by one hash of the whole block."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

BLOCK = 64
"""Rows: few enough that they stay in the processor's cache, and that a row which changed has few beside it."""


@dataclass
class Blocks:
    """``before``: name of a table -> hashes of its blocks as the last check without any problem found them."""

    before: Mapping[str, tuple[str, ...]]
    now: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, connection: Connection, table: str, query: str) -> Iterator[tuple[bool, Sequence[Sequence[Any]]]]:
        """(whether it is as it was, rows) of each block, in the order of writing."""
        order = "rowid" if connection.dialect.name == "sqlite" else "1"
        result = connection.exec_driver_sql(f"{query} ORDER BY {order}")
        cursor = result.cursor  # rows as plain tuples
        assert cursor is not None
        before, now = self.before.get(table, ()), list[str]()
        while rows := cursor.fetchmany(BLOCK):
            digest = hashlib.sha256(marshal.dumps(list(rows), 2)).hexdigest()
            yield len(now) < len(before) and before[len(now)] == digest, rows
            now.append(digest)
        self.now[table] = tuple(now)
