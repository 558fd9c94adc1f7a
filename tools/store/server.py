"""A record on a database server: one run at a time holds it, and a server that restarts ends none.

The lock is one of PostgreSQL's session locks, in the record itself: it binds runs of any machine, and goes with the
process that holds it, also after kill -9. A restart of the server drops it; it is taken again before the next write.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from reson.errors import OperatorError
from reson.tools.store.faults import RecordAway

T = TypeVar("T")

HOLD = "reson_hold"
"""Execution option of an engine: the ``Hold`` of the run that writes through it."""
PATIENCE = 120.0
"""Seconds for which a run waits for its server, or for what the server still takes for its former connection."""
_TRIES = 5
_PAUSE = 0.5
_KEY = {"run": 0x72756E}
_TAKE = text("SELECT pg_try_advisory_lock(:run)")
_NAME = text("SELECT set_config('application_name', :name, false)")
_ASK = text("SELECT 1")
_WHO = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :run"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Hold:
    """The record of a server while one run has it for itself."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")  # no transaction stays open on it
        self._name = name
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        self._gave_up = False

    def take(self) -> None:
        """Raises ``OperatorError`` that names the holder where somebody else has it."""
        connection = self._engine.connect()
        try:
            connection.execute(_NAME, {"name": self._name[:63]})
            if not connection.execute(_TAKE, _KEY).scalar():
                names = ", ".join(connection.execute(_WHO, _KEY).scalars())
                raise OperatorError(
                    f"the record on the server is in use by {names or 'another run'}",
                    "wait for it to end, or stop it where it runs; another device gets a database of its own",
                )
        except BaseException:
            connection.invalidate()  # what of it is held goes with it
            connection.close()
            raise
        self._connection = connection

    def keep(self) -> None:
        """That it still has it; it is taken again where the server has dropped it. Raises as ``take``, when nobody has
        given it back for ``PATIENCE``.
        """
        with self._turn:
            try:
                if self._connection is not None:
                    self._connection.execute(_ASK)
                    return
            except DBAPIError:
                self.release()
            self.patiently(self.take, (DBAPIError, OperatorError))

    def patiently(self, function: Callable[[], T], known: tuple[type[Exception], ...]) -> T:
        """What it returns, called until ``PATIENCE`` is over; a run that has waited in vain waits no more."""
        until = time.monotonic() + (0.0 if self._gave_up else PATIENCE)
        while True:
            try:
                found = function()
            except known:
                if time.monotonic() >= until:
                    self._gave_up = True
                    raise
            else:
                self._gave_up = False
                return found
            time.sleep(_PAUSE)

    def release(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def hold_of(engine: Engine) -> Hold | None:
    return engine.get_execution_options().get(HOLD)


def connected(engine: Engine) -> Connection:
    """A connection; a run that holds the record waits for a server that is away."""
    hold = hold_of(engine)
    return engine.connect() if hold is None else hold.patiently(engine.connect, (DBAPIError,))


def through_restarts(function: Callable[[], T]) -> T:
    """What it returns; called again where the server went away in the middle, so only for what finds what it did."""
    for _ in range(_TRIES - 1):
        try:
            return function()
        except RecordAway:
            time.sleep(_PAUSE)
    return function()
