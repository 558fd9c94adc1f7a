"""An operation as a process of its own, which goes on when whoever asked for it ends; ``progress`` follows its run."""

from __future__ import annotations

import json
from typing import Any

from reson.agent.holder import holder_of, start_process
from reson.agent.operations.following import PROGRESS
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import A, Operation
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json


def begin(at: OpenLab, row: Operation[A, Any], asked: A) -> Json:
    """``reson ask`` of the same: the process, and what follows it. Raises ``ToolError``: not_allowed as the operation
    does, and where something holds the lab already.
    """
    row.require(at)
    if (holder := holder_of(at.lab.directory)) is not None:
        raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{holder.purpose} holds the lab (process {holder.pid}): follow it")
    given = asked.model_dump(mode="json", exclude_defaults=True)
    told = [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in given.items()]
    process = start_process(at.lab.directory, "ask", row.name, *told, by=at.author)
    return {"started": row.name, "process": process.pid, "follow": PROGRESS.name}
