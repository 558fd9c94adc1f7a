"""Measurements of one's own in a conversation: a file in the lab's ``data`` folder, by the same checks as ``reson
analyse``. Nothing is kept of it but its picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reson.agent.chat.facts import Record
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json

FOLDER = "data"
"""Of a lab: a conversation reads no file elsewhere, whoever asks for it."""
NAMED = 20


def analyse_file(
    record: Record,
    file: str,
    experiment: str,
    y: Sequence[str],
    x: str = "",
    error: Sequence[str] = (),
    series: str = "",
    row: str = "",
    shots: str = "",
    told: Mapping[str, str | float] | None = None,
) -> Json:
    """Verdict, reasons, values and plot. Raises ``ToolError`` for another place or experiment, ``OperatorError`` for a
    file that does not hold what the experiment needs.
    """
    from reson.agent import own_data
    from reson.tools.own_data.columns import Wanted
    from reson.tools.own_data.reading import read_file

    path = _inside(record.lab.directory / FOLDER, file)
    given = own_data.told_of(experiment, told or {})
    wanted = Wanted(x, tuple(y), tuple(error), series, row, shots)
    seen = own_data.analyse(read_file(path), experiment, wanted, given)
    blobs = record.store.blobs
    return seen.to_json() | {"file": path.name, "plot": str(blobs.path(blobs.put(seen.picture, ".png"), ".png"))}


def _inside(folder: Path, name: str) -> Path:
    """The file of that name in a folder, links followed. Raises ``ToolError`` for any other."""
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero in it
        inside, path = False, folder
    if not inside:
        there = sorted(one.name for one in folder.iterdir() if one.is_file())[:NAMED] if folder.is_dir() else []
        raise ToolError(
            ToolErrorKind.BAD_ARGUMENTS,
            f"there is no file {name[:60]!r} in {folder}, where files are read; there are {', '.join(there) or 'none'}",
        )
    return path
