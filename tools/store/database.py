"""One database for all tables: SQLite in a file by default, or a server by URL. Many readers, one writer at a time."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.schema import CreateIndex, CreateTable

from reson.errors import OperatorError
from reson.tools.store.blobs import Blobs
from reson.tools.store.faults import operator_errors
from reson.tools.store.migrations import MIGRATIONS, migrate
from reson.tools.store.schema import SCHEMA_VERSION, metadata, schema_version
from reson.tools.store.server import HOLD, Hold, connected, hold_of

WAIT_SECONDS = 30
_WRITER_LOCK = 0x7265736F  # "reso": the advisory lock that makes a server's writers take turns as SQLite's do
_SMALLEST = 512  # bytes of one page, https://sqlite.org/fileformat.html; a file of one byte passes for an empty one
_ACTS = {"as", "cascade", "check", "collate", "conflict", "default", "delete", "generated", "unique", "update"}
"""Words of a table by which it fills in, alters, drops or refuses what is written to it."""


def open_database(url: str | URL, blobs: Blobs) -> Engine:
    """Open the database, creating its tables on first use, or bringing them to the newest schema with the files that
    belong to it. Raises ``OperatorError``; a refused file stays untouched.
    """
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite:
            _require_sqlite_file(Path(parsed.database or ""))
        engine = create_engine(
            parsed,
            connect_args={"timeout": WAIT_SECONDS} if sqlite else _server_arguments(parsed),
            pool_pre_ping=not sqlite,
            json_serializer=partial(json.dumps, allow_nan=False),
        )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise OperatorError(
            f"the database URL in lab.toml cannot be used: {error}",
            "write it like postgresql+psycopg://user@host/lab (install reson[postgres]), or leave it empty for lab.db",
        ) from error
    if sqlite:
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _require_schema(engine, blobs)
    except OperatorError:
        engine.dispose()  # closes the file: the -wal and -shm beside it would otherwise stay
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one consistent state of the database; nothing it does is kept."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ"
        )  # else each statement has a state of its own
    with operator_errors(place(engine)), connected(engine) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer interleaves with; kept whole when the block ends, else not at all."""
    writer = engine.execution_options(reson_writes=True)
    with operator_errors(place(engine)), connected(writer) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
        if (hold := hold_of(engine)) is not None:
            hold.keep()  # after the transaction began: a server that restarts from here on takes that with it
        yield connection


@contextmanager
def held(engine: Engine, purpose: str) -> Iterator[None]:
    """While this lasts, no other run writes to the record of a server, and one that is away is waited for; a file is
    held by its directory's lock. Raises ``OperatorError`` where somebody else has it.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    hold = Hold(engine, f"{purpose} (process {os.getpid()} on {socket.gethostname()})")
    with operator_errors(place(engine)):
        hold.take()
    engine.update_execution_options(**{HOLD: hold})
    try:
        yield
    finally:
        engine.update_execution_options(**{HOLD: None})
        hold.release()


def place(engine: Engine) -> str:
    """How messages name the database: the file, or the URL without its password."""
    return engine.url.database or "" if engine.dialect.name == "sqlite" else engine.url.render_as_string()


def _server_arguments(url: URL) -> dict[str, Any]:
    """What bounds the wait for a server that is gone without a word; what the URL says itself stands."""
    if url.get_dialect().driver not in ("psycopg", "psycopg2"):
        return {}
    ours = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return {name: value for name, value in (ours | {"tcp_user_timeout": 60_000}).items() if name not in url.query}


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late for a consistent read
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # a writer that starts as a reader cannot wait for its turn: SQLite fails it at once, so take the lock first
    writes = connection.get_execution_options().get("reson_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _require_sqlite_file(path: Path) -> None:
    """Refuse what SQLite would overwrite or what is no database, before anything opens it to write."""
    with operator_errors(str(path)):
        if path.is_dir():
            raise OperatorError(f"{path} is a directory, not a database", "move it aside")
        if path.exists() and path.stat().st_size:
            if path.stat().st_size < _SMALLEST or not _is_sqlite(path):
                raise OperatorError(
                    f"{path} is not a database", "restore it from a backup, or move it aside; it was left as it is"
                )
            return
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:  # SQLite would delete it beside an empty database
            raise OperatorError(
                f"{path} is empty but {log.name} holds what was written last",
                "restore both from a backup, or move both aside; they were left as they are",
            )


def _is_sqlite(path: Path) -> bool:
    """Asked of SQLite itself: a file that this process opens and closes by other means takes the locks of all its
    connections to it away (POSIX, https://sqlite.org/howtocorrupt.html, 2.2), whereupon the next process that closes
    the database deletes the log that they still write to.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.DatabaseError as error:  # a lock or a journal to be played back is for who opens it to write
        return error.sqlite_errorname != "SQLITE_NOTADB"
    return True


def _require_schema(engine: Engine, blobs: Blobs) -> None:
    with reading(engine) as connection:
        version = _version(connection)
    if version in (None, SCHEMA_VERSION) or version in MIGRATIONS:  # never change the file of another program
        _write_ahead(engine)
    if version is None:
        with writing(engine) as connection:
            version = _version(connection)
            if version is None:
                metadata.create_all(connection)
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
                version = SCHEMA_VERSION
    elif version in MIGRATIONS:
        with writing(engine) as connection:
            try:
                version = migrate(connection, blobs, _version(connection) or version)
            except OperationalError as error:  # a column that it lacked then is there, or one that it had is not
                raise _not_ours(connection, f"; its tables are not those of schema version {version}") from error
    if version != SCHEMA_VERSION:
        raise OperatorError(
            f"{place(engine)} has schema version {version}, this Reson reads version {SCHEMA_VERSION}",
            "use the Reson that made this lab, or start a new one with --lab",
        )
    with reading(engine) as connection:
        _require_nothing_of_its_own(connection)


def _require_nothing_of_its_own(connection: Connection) -> None:
    """That a row is kept as it is written, and that no two values can be in force. Raises ``OperatorError``."""
    if connection.dialect.name != "sqlite":
        return  # a server's tables belong to whoever runs it
    made = {
        str(name): (str(kind), str(on), str(words))
        for kind, name, on, words in connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    }
    acting = sorted(name for name, (kind, on, _) in made.items() if kind == "trigger" and on in metadata.tables)
    if acting:
        raise _not_ours(connection, f"; triggers that Reson did not make would change what it writes: {acting[0]}")
    ours = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    for name, (kind, on, words) in made.items():
        if kind == "index" and on in metadata.tables and name not in ours and _acts(words)["unique"]:
            raise _not_ours(connection, f"; {name}, which Reson did not make, would refuse what it writes")
    for table in metadata.tables.values():
        asked = str(CreateTable(table).compile(dialect=connection.dialect))
        if more := sorted(_acts(made[table.name][2]) - _acts(asked)):
            raise _not_ours(connection, f"; its table {table.name} acts on what is written to it: {', '.join(more)}")
        for index in table.indexes:
            asked = str(CreateIndex(index).compile(dialect=connection.dialect))
            if index.unique and _plain(made.get(str(index.name), ("", "", ""))[2]) != _plain(asked):
                raise _not_ours(connection, f"; {index.name} is not there, which keeps two rows from being in force")


def _acts(words: str) -> Counter[str]:
    return Counter(word for word in re.findall(r"\w+", words.lower()) if word in _ACTS)


def _plain(words: str) -> str:
    return "".join(words.split()).lower()


def _write_ahead(engine: Engine) -> None:
    """Readers and a writer beside each other. Kept in the file, except by some ways to make a backup of it."""
    if engine.dialect.name == "sqlite":
        with operator_errors(place(engine)):
            connection = engine.raw_connection()  # the mode cannot change inside a transaction
            try:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
            finally:
                connection.close()


def _version(connection: Connection) -> int | None:
    """Version of the schema, None for an empty database. Raises ``OperatorError`` where the tables are not ours."""
    tables = set(inspect(connection).get_table_names())
    if not tables & set(metadata.tables):
        if tables and connection.dialect.name == "sqlite":
            raise _not_ours(connection)
        return None
    held = schema_version.name in tables
    versions = connection.execute(select(schema_version.c.version)).scalars().all() if held else []
    version = versions[0] if len(versions) == 1 else None
    expected = set(metadata.tables) if version == SCHEMA_VERSION else {schema_version.name}
    if missing := sorted(expected - tables):
        raise _not_ours(connection, f"; it lacks {', '.join(missing)}")
    if version is None:
        raise _not_ours(connection)
    return version


def _not_ours(connection: Connection, detail: str = "") -> OperatorError:
    return OperatorError(
        f"{place(connection.engine)} is a database, but not of a Reson lab{detail}",
        "restore lab.db from a backup, or choose another directory with --lab; it was left as it is",
    )
