"""One chain of hashes over every row of every table and every line of every trajectory, in order of writing.

Each entry hashes what was written and the entry before it, so that whoever knows one hash (the head, which each report
and each run's last words tell) can prove everything up to it. A row that is changed in place (an answer, an ending, a
successor) gets a further entry with what it holds from then on. A trajectory is a file: an entry holds the hash of all
its bytes up to some length. ``add`` and ``change`` are the only ways to write a row.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    desc,
    func,
    insert,
    select,
    text,
    update,
)

from reson.errors import OperatorError
from reson.records import Record
from reson.tools.store.schema import CHAINED, chain

TRAJECTORY = "trajectory"
_BATCH = 500


class Head(Record):
    """An entry of the chain; written like ``1234:9f86d0...``. Number 0 is the chain before anything was written."""

    number: int = 0
    hash: str = "0" * 64

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def parse_head(words: str) -> Head:
    """Raises ``OperatorError`` for what is no head."""
    number, colon, digest = words.strip().partition(":")
    if not (colon and number.isdecimal() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        raise OperatorError(f"{words!r} is no head of a record", "copy it whole from a report, like 1234:9f86d0...")
    return Head(number=int(number), hash=digest)


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows and chain them."""
    if rows:
        connection.execute(insert(table), [dict(row) for row in rows])
        chain_rows(connection, table, [row["id"] for row in rows])


def change(connection: Connection, table: Table, where: ColumnElement[bool], values: Mapping[str, Any]) -> int:
    """Change rows in place and chain what they hold now; returns how many."""
    ids = list(connection.execute(select(table.c.id).where(where)).scalars())
    if ids:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))
        chain_rows(connection, table, ids)
    return len(ids)


def chain_rows(connection: Connection, table: Table, ids: Sequence[str]) -> None:
    """Append what these rows hold now, in the order given."""
    contents = {
        name: content
        for start in range(0, len(ids), _BATCH)
        for name, content in contents_of(connection, table, ids[start : start + _BATCH])
    }
    append(connection, table.name, [(name, contents[name]) for name in ids])


def append(connection: Connection, source: str, entries: Iterable[tuple[str, str]]) -> Head:
    """Add (key, content) entries at the end. The transaction must be a writer's, of whom there is one at a time."""
    last, now, new = head(connection), time.time(), []
    for key, content in entries:
        number = last.number + 1
        digest = link(last.hash, number, source, key, content, now)
        last = Head(number=number, hash=digest)
        row = {"number": number, "source": source, "key": key, "content": content, "wall": now, "hash": digest}
        new.append(row)
    if new:
        connection.execute(insert(chain), new)
    return last


def head(connection: Connection) -> Head:
    """The newest entry."""
    row = connection.execute(select(chain.c.number, chain.c.hash).order_by(desc(chain.c.number)).limit(1)).first()
    if row is not None and not isinstance(row.hash, str):
        raise OperatorError("the chain of the record is damaged at its end", "restore lab.db from a backup")
    return Head() if row is None else Head(number=row.number, hash=row.hash)


def begin(connection: Connection) -> None:
    """Chain every row of a record that had no chain: its past is taken as it is found."""
    for table in CHAINED:
        append(connection, table.name, list(contents_of(connection, table)))


def began(connection: Connection) -> float | None:
    """Seconds since the epoch of the first entry."""
    return connection.execute(select(func.min(chain.c.wall)).where(chain.c.number == 1)).scalar()


def link(before: str, number: int, source: str, key: str, content: str, wall: float) -> str:
    """Hash of an entry."""
    return hashlib.sha256(f"{before}\n{number}\n{source}\n{len(key)}:{key}\n{content}\n{wall!r}".encode()).hexdigest()


def contents_of(connection: Connection, table: Table, ids: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    """(id, hash of all it holds) of rows as the database has them; of all, in order of id, or of some."""
    query = as_stored(connection, table)
    if ids is None:
        rows = connection.execute(text(f"{query} ORDER BY id"))
    else:
        some = text(f"{query} WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
        rows = connection.execute(some, {"ids": list(ids)})
    names = [column.name for column in table.columns]
    place = names.index("id")
    for row in rows:
        yield row[place], content_of(names, row)


def as_stored(connection: Connection, table: Table) -> str:
    """The query for all columns of a table as they are kept."""
    quote = connection.dialect.identifier_preparer.quote
    server = connection.dialect.name != "sqlite"  # its driver would parse JSON; the text that is stored counts
    columns = [
        f"CAST({quote(column.name)} AS TEXT)" if server and isinstance(column.type, JSON) else quote(column.name)
        for column in table.columns
    ]
    return f"SELECT {', '.join(columns)} FROM {table.name}"


def content_of(names: Sequence[str], row: Sequence[Any]) -> str:
    """Hash of a row: every value under its name. One that is null counts as absent, so that a column can be added."""
    parts = [
        f"{name}={len(value)}:{value}" if type(value) is str else f"{name}:{value!r}"
        for name, value in zip(names, row, strict=True)
        if value is not None
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def anchor(connection: Connection, lab: Path, path: Path) -> None:
    """Chain a trajectory as it is now: the whole lines of a file that only grows."""
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    key = f"{path.relative_to(lab).as_posix()}@{len(whole)}"
    append(connection, TRAJECTORY, [(key, hashlib.sha256(whole).hexdigest())])
