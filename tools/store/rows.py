"""From a row of the database to a record."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import Row

from reson.errors import OperatorError
from reson.records import Record

R = TypeVar("R", bound=Record)


def record_of(kind: type[R], row: Row) -> R:
    """Raises ``OperatorError`` for a row that no longer holds what was written."""
    try:
        return kind.model_validate(dict(row._mapping))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise OperatorError(
            f"row {row.id} ({kind.__name__}) in the database is damaged: {field}: {first['msg']}",
            "restore lab.db from a backup; nothing was done with that row",
        ) from error
