"""Everything that can be asked of a lab: the one list behind command line, conversation, console and other doors."""

from __future__ import annotations

from reson.agent.operations import (
    closer,
    devices,
    following,
    measurements,
    nights,
    notes,
    own_files,
    record,
    requests,
    rolling_back,
    runs,
    values,
)
from reson.agent.operations.operation import Operation, Rows

_ROOMS = (
    values,
    nights,
    following,
    measurements,
    closer,
    own_files,
    devices,
    record,
    requests,
    notes,
    runs,
    rolling_back,
)
OPERATIONS: Rows = {row.name: row for room in _ROOMS for row in vars(room).values() if isinstance(row, Operation)}


def some(names: str) -> Rows:
    """Those of these names, in this order."""
    return {name: OPERATIONS[name] for name in names.split()}
