"""What the last check found in order, so that the next one need not read every file again."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from reson.records import Record
from reson.tools.store.chain import Head

_FILE = "checked.json"
MARGIN_NS = 2_000_000_000
"""A file written while it is checked is read again the next time."""


class Mark(Record):
    """Where a check without any problem stood; all zero: nothing was checked yet."""

    head: Head = Head()
    until: int = 0
    """Files whose inode changed (ctime, ns) before this moment were read and were right; 0: nothing was checked."""
    files: int = 0
    """How many of blobs/ that were."""
    rows: dict[str, int] = {}
    """Name of a table -> how many it had."""
    blocks: dict[str, tuple[str, ...]] = {}
    """Name of a table, or the chain -> hashes of its rows, by blocks."""


def load_mark(lab: Path) -> Mark:
    """Nothing checked, where there is no mark or it cannot be read."""
    try:
        mark = Mark.model_validate_json((lab / _FILE).read_bytes())
    except (OSError, ValidationError):
        return Mark()
    return mark if mark.until <= time.time_ns() else Mark()


def save_mark(lab: Path, mark: Mark) -> None:
    """Left out where the lab may not be written: then the next check reads all again."""
    with suppress(OSError):
        part = lab / f"{_FILE}.part"
        part.write_text(mark.model_dump_json(), encoding="utf-8")
        part.replace(lab / _FILE)


@dataclass(frozen=True)
class Files:
    """The content of blobs/: every name, those to be read, and how many need not be."""

    names: set[str]
    unread: list[str]
    older: int


def files_of(blobs: Path, until: int) -> Files:
    names, unread, older = set(), [], 0
    if blobs.is_dir():
        with os.scandir(blobs) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                names.add(entry.name)
                if entry.stat().st_ctime_ns < until:
                    older += 1
                else:
                    unread.append(entry.name)
    return Files(names, unread, older)


def damaged(blobs: Path, names: list[str]) -> Iterator[str]:
    """A sentence for each file whose content no longer has the hash of its name."""
    for name in sorted(names):
        path = blobs / name
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            yield f"{path} is damaged: its content no longer has the hash of its name"
