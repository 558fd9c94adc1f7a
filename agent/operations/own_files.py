"""Measurements of one's own in a conversation: a file in the lab's ``data`` folder, by the same checks as ``reson
analyse``. Nothing is kept of it but its picture.
"""

from __future__ import annotations

from pathlib import Path

from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Operation
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Json

FOLDER = "data"
"""Of a lab: a conversation reads no file elsewhere, whoever asks for it."""
NAMED = 20


class OwnFile(Arguments):
    file: str
    experiment: str
    y: list[str]
    x: str = ""
    error: list[str] = []
    series: str = ""
    row: str = ""
    shots: str = ""
    told: dict[str, str] = {}


def _analyse(at: OpenLab, asked: OwnFile) -> Json:
    """Raises ``ToolError`` for another place or experiment, ``OperatorError`` for a file that does not hold what the
    experiment needs.
    """
    from reson.agent import own_data
    from reson.tools.own_data.columns import Wanted
    from reson.tools.own_data.reading import read_file

    path = inside(at.lab.directory / FOLDER, asked.file)
    given = own_data.told_of(asked.experiment, asked.told)
    wanted = Wanted(asked.x, tuple(asked.y), tuple(asked.error), asked.series, asked.row, asked.shots)
    seen, blobs = own_data.analyse(read_file(path), asked.experiment, wanted, given), at.store.blobs
    return seen.to_json() | {"file": path.name, "plot": str(blobs.path(blobs.put(seen.picture, ".png"), ".png"))}


def inside(folder: Path, name: str) -> Path:
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


ANALYSE_FILE = Operation("analyse_file", Effect.READS, OwnFile, _analyse, pictured=True)
