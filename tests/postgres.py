"""A PostgreSQL server of a test's own: Debian's, in a directory of its own, reached through a socket there."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

USER = "reson"
_INSTALLED = "/usr/lib/postgresql/*/bin"
_UNPRIVILEGED = "nobody"
"""Whom the server runs as where the tests run as root, which it refuses."""


def programs() -> Path | None:
    """Where initdb and postgres are; None where there are none."""
    found = sorted(Path("/").glob(f"{_INSTALLED[1:]}/initdb"), key=lambda path: float(path.parents[1].name))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


class Server:
    """One that listens on a socket in its directory and nowhere else."""

    def __init__(self, directory: Path, where: Path) -> None:
        self._bin, self._data, self._socket = where, directory / "data", directory
        self._process: subprocess.Popen[bytes] | None = None
        self._as: Callable[[], None] | None = None
        if os.getuid() == 0:
            user = pwd.getpwnam(_UNPRIVILEGED)
            os.chown(directory, user.pw_uid, user.pw_gid)
            self._as = lambda: (os.setgroups([]), os.setgid(user.pw_gid), os.setuid(user.pw_uid), None)[-1]
        words = [where / "initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(words, check=True, capture_output=True, preexec_fn=self._as, cwd=directory)
        self._databases = 0

    def start(self) -> None:
        """Returns when it answers."""
        import psycopg

        words = [self._bin / "postgres", "-D", self._data, "-k", self._socket, "-h", "", "-F"]
        with (self._socket / "log").open("ab") as log:
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=self._as, cwd=self._socket
            )
        for _ in range(600):
            try:
                psycopg.connect(self._conninfo("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._socket / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self._socket / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every connection in good order; SIGQUIT at once and without any, as a crash does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def database(self) -> str:
        """The URL of a new, empty database."""
        import psycopg

        self._databases += 1
        name = f"lab{self._databases}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self._socket}"

    def _conninfo(self, name: str) -> str:
        return f"host={self._socket} user={USER} dbname={name} connect_timeout=2"
