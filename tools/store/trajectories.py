"""Trajectories of runs in the chain of the record, and whether they are still what they were."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from reson.errors import OperatorError
from reson.tools.store.chain import TRAJECTORY, anchor, began
from reson.tools.store.database import reading, writing
from reson.tools.store.faults import operator_errors
from reson.tools.store.runs import ONE_DIRECTORY, OWN_DATA
from reson.tools.store.schema import chain, runs
from reson.tools.store.store import Store

_KEY = re.compile(r"(.+)@(\d+)")
_BLOB = re.compile(rb'"(?:request|blob|figure)": "([0-9a-f]{64})"')


def keep_trajectory(store: Store, path: Path) -> None:
    """Chain what the file holds now."""
    with operator_errors(str(path)), writing(store.engine) as connection:
        anchor(connection, store.directory, path)


def adopt(store: Store) -> None:
    """Chain trajectories that are older than the chain, as they are found."""
    with reading(store.engine) as connection:
        first = began(connection)
        older = select(runs.c.id).where(runs.c.started_wall < (first or 0.0))
        names = list(connection.execute(older).scalars())
        if not names:
            return
        kept = connection.execute(select(chain.c.key).where(chain.c.source == TRAJECTORY)).scalars()
        known = {key.rpartition("@")[0] for key in kept}
    for name in names:
        path = store.directory / "runs" / name / "trajectory.jsonl"
        if path.is_file() and path.relative_to(store.directory).as_posix() not in known:
            keep_trajectory(store, path)


def require_made_here(store: Store, run_id: str) -> None:
    """That a run of a record that lies elsewhere was made in this lab directory: its trajectory is the one that was
    chained. Of a file that somebody brought there is none. Raises ``OperatorError``.
    """
    url = store.engine.url
    if url.get_backend_name() == "sqlite" and Path(url.database or "").resolve().parent == store.directory.resolve():
        return  # directory and record are one
    path = store.directory / "runs" / run_id / "trajectory.jsonl"
    name = path.relative_to(store.directory).as_posix()
    mine = (chain.c.source == TRAJECTORY) & chain.c.key.startswith(f"{name}@", autoescape=True)
    newest = select(chain.c.key, chain.c.content).where(mine).order_by(chain.c.number.desc())
    with reading(store.engine) as connection:
        if connection.execute(select(runs.c.device).where(runs.c.id == run_id)).scalar() == OWN_DATA:
            return
        last = connection.execute(newest).first()
    with operator_errors(str(path)):
        here = path.is_file()
        if here and last is not None:
            length = int(last.key.rpartition("@")[2])
            here = hashlib.sha256(path.read_bytes()[:length]).hexdigest() == last.content
        elif last is None:
            here = path.parent.is_dir()
    if not here:
        raise OperatorError(f"{run_id}, on record in this database, was not made in {store.directory}", ONE_DIRECTORY)


@dataclass(frozen=True)
class Since:
    """The last check: what was not touched after it, and has no entry after it, is taken as it was checked."""

    until: int
    """Of ctime, in ns."""
    number: int
    """Of the chain's last entry then."""
    inodes: Mapping[str, int]

    def touched(self, path: Path, name: str) -> bool:
        facts = path.lstat()
        return facts.st_ctime_ns >= self.until or self.inodes.get(name) != facts.st_ino


def inodes(lab: Path) -> dict[str, int]:
    """Name of each trajectory that is there -> number of its inode."""
    found = (lab / "runs").glob("*/trajectory.jsonl")
    return {path.relative_to(lab).as_posix(): path.lstat().st_ino for path in found}


def altered(
    lab: Path, kept: Mapping[str, str], ended: Iterable[str], since: Since, numbers: Mapping[str, int]
) -> Iterator[str]:
    """A sentence for each trajectory that is not as it was chained. ``kept``: key -> hash, ``numbers``: key ->
    entry."""
    lengths: dict[str, list[int]] = {}
    for key in kept:
        if found := _KEY.fullmatch(str(key)):
            lengths.setdefault(found[1], []).append(int(found[2]))
    over = {f"runs/{run}/trajectory.jsonl" for run in ended}
    for name, known in lengths.items():
        path = lab / name
        if not path.is_file() or path.is_symlink():
            yield f"{name} is gone"
            continue
        if not since.touched(path, name) and all(numbers[f"{name}@{length}"] <= since.number for length in known):
            continue
        yield from _altered(path.read_bytes(), name, sorted(known), kept, name in over)


def _altered(data: bytes, name: str, lengths: list[int], kept: Mapping[str, str], over: bool) -> Iterator[str]:
    if len(data) < lengths[-1]:
        yield f"{name} has lost its last lines: {len(data)} of {lengths[-1]} bytes are there"
        return
    if over and len(data) > lengths[-1]:
        yield f"{name} has lines that were added after its run had ended"
    digest, done = hashlib.sha256(), 0
    for length in lengths:
        digest.update(data[done:length])
        if digest.hexdigest() != kept[f"{name}@{length}"]:
            first, last = data[:done].count(b"\n") + 1, data[:length].count(b"\n")
            yield f"{name} was altered between its lines {first} and {last}"
            return
        done = length


def blobs_of(path: Path) -> set[str]:
    """Hashes of the files that a trajectory refers to."""
    return {found.decode() for found in _BLOB.findall(path.read_bytes())}
