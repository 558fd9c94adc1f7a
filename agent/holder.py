"""Runs in processes of their own: who holds the lab, start a run that outlives its starter, stop at a safe point."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from pydantic import ValidationError

from reson.agent.lab import Lab, is_locked
from reson.authors import PERSON
from reson.errors import OperatorError
from reson.records import Record


class Holder(Record):
    """The process that holds a lab."""

    pid: int
    host: str
    purpose: str
    since: str
    """ISO 8601, UTC."""


def holder_of(directory: Path) -> Holder | None:
    """Who holds the lab now; None where nobody does, also after its holder was killed.

    Asks for the process, not for the lock: taking that, even for a moment, could turn away a night that starts.
    """
    try:
        found = Holder.model_validate(json.loads((directory / "lab.holder.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, ValidationError):
        return None
    return found if found.host != socket.gethostname() or _lives(found.pid) else None


def stop_holder(lab: Lab) -> Holder:
    """Ask the run that holds the lab to stop at its next safe point. Raises ``OperatorError`` where it cannot."""
    holder = holder_of(lab.directory)
    if holder is None or not is_locked(lab):
        raise OperatorError(f"nothing runs in the lab {lab.directory}", "`reson runs` lists what has run")
    if holder.host != socket.gethostname():
        raise OperatorError(f"{holder.purpose} runs on {holder.host}", "stop it there")
    os.kill(holder.pid, signal.SIGTERM)
    return holder


def start_process(directory: Path, *arguments: str, by: str = "") -> subprocess.Popen[bytes]:
    """Start ``reson --lab DIRECTORY ARGUMENTS`` by itself, for a person (``by``) or the login's owner: it goes on when
    its starter ends. Output: console.log.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "console.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "reson.agent.cli", "--lab", str(directory), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | ({PERSON: by} if by else {}),
        )
    threading.Thread(target=process.wait, daemon=True).start()  # else it stays a zombie, which looks alive
    return process


def last_words(directory: Path, lines: int = 2) -> list[str]:
    """The last lines of console.log: why a process that was started so ended at once."""
    try:
        with (directory / "console.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
            return log.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
