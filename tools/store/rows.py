"""From a row of the database to a record."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Row

from reson.errors import OperatorError
from reson.records import Record

R = TypeVar("R", bound=Record)


def record_of(kind: type[R], row: Row) -> R:
    """Raises ``OperatorError`` for a row that no longer holds what was written."""
    try:
        return validated(kind, dict(row._mapping))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise OperatorError(
            f"row {row.id} ({kind.__name__}) in the database is damaged: {field}: {first['msg']}",
            "restore lab.db from a backup; nothing was done with that row",
        ) from error


def validated(kind: type[R], fields: dict[str, Any]) -> R:
    """Where a row becomes a record: what a benchmark counts."""
    return kind.model_validate(fields)
