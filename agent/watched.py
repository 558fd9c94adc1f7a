"""The lab's diary of what its provider publishes: JSON lines, append-only, one whenever it changed."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from reson.errors import OperatorError
from reson.tools.devices.watching import Seen
from reson.trajectory import append_line, drop_half_line

FILE = "published.jsonl"


def diary(directory: Path) -> list[Seen]:
    """Raises ``OperatorError`` for a line that is none of these; half a line at the end is what a kill leaves."""
    path = directory / FILE
    if not path.exists():
        return []
    data = path.read_bytes()
    try:
        return [Seen.model_validate_json(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]
    except ValidationError as error:
        raise OperatorError(
            f"{path} is damaged: {str(error).splitlines()[0]}", "move it away: a new one is begun"
        ) from None


def note(directory: Path, seen: Seen) -> list[Seen]:
    """The diary with what is published now, which is written where it is news."""
    path = directory / FILE
    drop_half_line(path)
    known = diary(directory)
    if known and not seen.is_news_after(known[-1]):
        return known
    append_line(path, seen.model_dump_json())
    return [*known, seen]
