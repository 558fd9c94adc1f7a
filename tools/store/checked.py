"""What the last check found in order, so that the next one need not read every file again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from reson.records import Record
from reson.tools.store.chain import Head
from reson.tools.store.seal import seal_of
from reson.tools.store.whole import write_whole

_FILE = "checked.json"
MARGIN_NS = 2_000_000_000
"""A file written while it is checked is read again the next time."""


class Mark(Record):
    """Where a check without any problem stood; all zero: nothing was checked yet."""

    head: Head = Head()
    until: int = 0
    """Files whose inode changed (ctime, ns) before this moment were read and were right; 0: nothing was checked."""
    files: str = ""
    """``Files.settled`` of those of blobs/."""
    trajectories: dict[str, int] = {}
    """Name of a trajectory that was read -> number of its inode."""
    rows: dict[str, int] = {}
    """Name of a table -> how many it had."""
    blocks: dict[str, tuple[str, ...]] = {}
    """Name of a table, or the chain -> hashes of its rows, by blocks."""


def load_mark(lab: Path) -> Mark:
    """Nothing checked, where there is no mark, it cannot be read, or was not left by a check of this person's."""
    try:
        kept = json.loads((lab / _FILE).read_bytes())
        mark = Mark.model_validate(kept["mark"])
        right = seal_of(mark.model_dump_json())
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return Mark()
    believed = right and hmac.compare_digest(right.encode(), str(kept.get("seal")).encode())
    return mark if believed and mark.until <= time.time_ns() else Mark()


def save_mark(lab: Path, mark: Mark) -> None:
    """Left out where it cannot be sealed or the lab may not be written: then the next check reads all again."""
    text = mark.model_dump_json()
    if seal := seal_of(text):
        with suppress(OSError):
            write_whole(lab / _FILE, f'{{"seal": "{seal}", "mark": {text}}}')


@dataclass(frozen=True)
class Files:
    """The content of blobs/."""

    until: int
    there: dict[str, set[str]] = field(default_factory=dict)
    """Suffix -> hashes that stand before it in the name of a file."""
    odd: list[str] = field(default_factory=list)
    """What is no file: a directory, a pipe, a link, whose content is wherever it leads."""
    unread: list[str] = field(default_factory=list)
    """Files that were touched at ``until`` (ns) or later."""
    touched: array[int] = field(default_factory=lambda: array("Q"))
    """When each file was last touched (ctime in ns) ..."""
    inodes: array[int] = field(default_factory=lambda: array("Q"))
    """... and the number of its inode."""

    def has(self, sha: str, suffix: str) -> bool:
        return sha in self.there.get(suffix, ())

    def settled(self, until: int) -> str:
        """One hash of which files were touched last before that moment: others under the same names do not give it,
        and to rename one touches it.
        """
        stamps = np.column_stack((self.touched, self.inodes))
        older = stamps[stamps[:, 0] < until]
        ordered = older[np.lexsort((older[:, 1], older[:, 0]))]
        return hashlib.sha256(ordered.astype(">u8").tobytes()).hexdigest()


def files_of(blobs: Path, until: int) -> Files:
    found = Files(until)
    if blobs.is_dir():
        for entry in os.scandir(blobs):
            if entry.name.startswith("."):
                continue
            facts = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(facts.st_mode):
                found.odd.append(entry.name)
                continue
            sha, dot, suffix = entry.name.partition(".")
            found.there.setdefault(dot + suffix, set()).add(sha)
            found.touched.append(facts.st_ctime_ns)
            found.inodes.append(facts.st_ino)
            if facts.st_ctime_ns >= until:
                found.unread.append(entry.name)
    return found


def damaged(blobs: Path, files: Files) -> Iterator[str]:
    """A sentence for each file whose content no longer has the hash of its name, and for what is no file."""
    yield from (f"{blobs / name} is no file" for name in sorted(files.odd))
    for name in sorted(files.unread):
        path = blobs / name
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            yield f"{path} is damaged: its content no longer has the hash of its name"
