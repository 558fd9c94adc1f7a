"""The command line in a process that kills itself just before its n-th effect.

An effect is whatever outlasts the process: a line of the trajectory, a transaction, a checkpoint, a blob. Being killed
before one is being killed after the one before it, so counting reaches both sides of each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver
from sqlalchemy import Engine, event

from reson.agent.cli import main
from reson.tools.store.blobs import Blobs
from reson.trajectory import TrajectoryWriter


def kill_before(last: int, note: Path) -> None:
    """Arrange for SIGKILL just before effect number ``last``, counted from 1; ``note`` then holds the effect's name."""
    done = 0

    def effect(name: str) -> None:
        nonlocal done
        done += 1
        if done == last:
            note.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    def noticed(method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            effect(name)
            return method(*arguments, **named)

        return call

    event.listen(Engine, "commit", lambda connection: effect("transaction"))
    for owner, method, name in (
        (TrajectoryWriter, "write", "trajectory"),
        (SqliteSaver, "put", "checkpoint"),
        (Blobs, "put", "blob"),
    ):
        setattr(owner, method, noticed(getattr(owner, method), name))


def command_line_killed(last: int, note: Path, arguments: list[str]) -> None:
    """Run ``reson ARGUMENTS`` in this process, to be killed before effect number ``last``."""
    kill_before(last, note)
    sys.argv[1:] = arguments
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        main()
