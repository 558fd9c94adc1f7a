"""The command line, killed just before its n-th effect of a kind: ``python killed_at.py N KIND ARGUMENTS``.

An effect is whatever outlasts the process: a line of the trajectory, a transaction, a checkpoint, a blob. Being killed
before one is being killed after the one before it, so counting reaches both sides of each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver
from sqlalchemy import Engine, event

from reson.agent.cli import main
from reson.tools.store.blobs import Blobs
from reson.trajectory import TrajectoryWriter


def kill_before(last: int, kind: str) -> None:
    """Arrange for SIGKILL just before effect number ``last`` of this kind, counted from 1.

    Kinds are counted apart, since LangGraph writes its checkpoints in a thread beside the nodes.
    """
    done = 0

    def effect(name: str) -> None:
        nonlocal done
        done += name == kind
        if name == kind and done == last:
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


if __name__ == "__main__":
    kill_before(int(sys.argv[1]), sys.argv[2])
    sys.argv[1:] = sys.argv[3:]
    main()
