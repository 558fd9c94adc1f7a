"""What a disk or a database server can do to us, told to the operator with a remedy."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from reson.errors import OperatorError

_FULL = "free space on that disk and start again; everything recorded so far is kept"
_NO_WRITE = "give this user write access there, or choose another directory with --lab"
_DAMAGED = "restore it from a backup, or move it aside with its -wal and -shm files; it was left as it is"
_DISK = "check the disk (dmesg, smartctl), then restore the lab from a backup if files are damaged"

_BY_SQLITE: dict[str, tuple[str, str]] = {
    "SQLITE_FULL": ("no space left to write", _FULL),
    "SQLITE_READONLY": ("may not be written", _NO_WRITE),
    "SQLITE_CANTOPEN": ("cannot be opened", _NO_WRITE),
    "SQLITE_PERM": ("may not be opened", _NO_WRITE),
    "SQLITE_CORRUPT": ("is damaged", _DAMAGED),
    "SQLITE_NOTADB": ("is not a database", _DAMAGED),
    "SQLITE_BUSY": ("is held by another process", "wait for the other process or end it, then try again"),
    "SQLITE_IOERR": ("cannot be read or written", _DISK),
}
_BY_ERRNO: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("no space left to write", _FULL),
    errno.EDQUOT: ("the disk quota is used up", _FULL),
    errno.EFBIG: ("the limit of file size is reached", "raise it (ulimit -f) and start again; the record is kept"),
    errno.EROFS: ("the disk is read-only", _NO_WRITE),
    errno.EACCES: ("no permission", _NO_WRITE),
    errno.EPERM: ("no permission", _NO_WRITE),
    errno.EIO: ("cannot be read or written", _DISK),
    errno.ENOTDIR: ("is no directory", "choose another directory with --lab"),
    errno.EEXIST: ("is no directory", "choose another directory with --lab"),
}


_BY_SQLSTATE: dict[str, tuple[str, str]] = {
    "42501": ("no permission", "give the user of `database` in lab.toml all rights on that database"),
    "25006": ("is read-only", "name the primary server under `database` in lab.toml, no replica"),
    "53": ("the database has no room left", "free space or connections on the server; what is recorded is kept"),
    "58": ("the database cannot be read or written", "check the server's disk and log"),
}
"""Code or class of PostgreSQL's errors -> what happened and what to do."""
_AWAY = ("08", "57P")


class RecordAway(OperatorError):
    """The database server is not there, or went away in the middle: what was being written may be kept or not."""


@contextmanager
def operator_errors(where: str) -> Iterator[None]:
    """Translate what a full, read-only or damaged disk and an absent database raise into ``OperatorError``.

    ``where`` names the file or database in the message. Programming errors (a broken constraint, bad SQL) pass through.
    """
    try:
        yield
    except DBAPIError as error:
        told = f"({_first_line(error.orig)})"
        if _is_away(error):
            remedy = "check that the server of `database` in lab.toml is up"
            raise RecordAway(f"{where}: the database does not serve {told}", remedy) from error
        found = _of_database(error.orig) if isinstance(error.orig, sqlite3.Error) else _of_server(error)
        if found is None:
            raise
        raise OperatorError(f"{where}: {found[0]} {told}", found[1]) from error
    except sqlite3.Error as error:  # from the PRAGMAs of a new connection, which SQLAlchemy does not wrap
        found = _of_database(error)
        if found is None:
            raise
        raise OperatorError(f"{where}: {found[0]} ({error})", found[1]) from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:  # of a column that was written by us
        raise OperatorError(f"{where}: is damaged ({error})", _DAMAGED) from error
    except OSError as error:
        found = _BY_ERRNO.get(error.errno or 0)
        if found is None:
            raise
        raise OperatorError(f"{error.filename or where}: {found[0]} ({error.strerror})", found[1]) from error


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]


def _of_database(error: BaseException) -> tuple[str, str] | None:
    """By SQLite's primary result code: SQLITE_IOERR_WRITE and its like count as SQLITE_IOERR."""
    name = getattr(error, "sqlite_errorname", "")
    # neither has a code of its own; statements are made from the schema, so it is the file that lacks a column
    if "Could not decode to UTF-8" in str(error) or str(error).startswith("no such "):
        name = "SQLITE_CORRUPT"
    return next((_BY_SQLITE[code] for code in _BY_SQLITE if name == code or name.startswith(f"{code}_")), None)


def _is_away(error: DBAPIError) -> bool:
    """Of a server: an error without a code comes from the driver, which lost it or did not reach it."""
    if isinstance(error.orig, sqlite3.Error):
        return False
    state = _sqlstate(error)
    return (
        error.connection_invalidated or state.startswith(_AWAY) or (isinstance(error, OperationalError) and not state)
    )


def _of_server(error: DBAPIError) -> tuple[str, str] | None:
    """What is operational is nobody's bug, with a name or without."""
    state = _sqlstate(error)
    known = next((told for code, told in _BY_SQLSTATE.items() if state.startswith(code)), None)
    if known is None and isinstance(error, OperationalError):
        return "the database does not serve", "check that the server of `database` in lab.toml is up and has space"
    return known


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
