"""Is the record still what was written? The chain of hashes over everything, and what hangs together besides.

Every entry of the chain and every row is read each time. What takes longer is done for what is new since the last check
that found nothing, or for all: following the chain's links and comparing rows with it (blocks of rows that are as they
were need neither), reading files, and comparing records with them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, select, text

from reson.tools.store.blocks import Blocks
from reson.tools.store.chain import TRAJECTORY, Head, as_stored, content_of, head, link
from reson.tools.store.checked import Files, Mark, damaged, files_of, load_mark, save_mark
from reson.tools.store.database import reading
from reson.tools.store.faults import operator_errors
from reson.tools.store.hanging import of_new_rows
from reson.tools.store.measurements import ANALYSIS, FIGURE, RAW
from reson.tools.store.schema import CHAINED, analyses, chain, measurements, runs
from reson.tools.store.store import Store
from reson.tools.store.trajectories import altered, blobs_of

FILES: dict[str, dict[str, str]] = {
    measurements.name: {"raw_sha": RAW},
    analyses.name: {"analysis_sha": ANALYSIS, "figure_sha": FIGURE},
}
"""Table -> column with the hash of a file -> suffix of that file."""


@dataclass
class _Chained:
    """What the chain says was written last: source -> key -> (content, number of the entry)."""

    entries: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    head: Head = field(default_factory=Head)

    def newer(self, source: str, number: int) -> list[str]:
        return [key for key, (_, entry) in self.entries.get(source, {}).items() if entry > number]


def problems(store: Store, *, everything: bool = False, heads: Iterable[Head] = ()) -> Iterator[str]:
    """One sentence for each thing that is not as it was written; nothing where all is well.

    ``everything``: read all files, also those that an earlier check found right. ``heads``: what was kept elsewhere and
    must be in the chain. Raises ``OperatorError`` where the database itself cannot be read.
    """
    started, lab = time.time_ns(), store.directory
    mark = Mark() if everything else load_mark(lab)
    found = 0
    chained, blocks = _Chained(), Blocks(mark.blocks, mark.head.number)
    with operator_errors(str(lab)), reading(store.engine) as connection:
        files = files_of(store.blobs.directory, mark.until)
        if files.older != mark.files:  # something was taken away: what referred to it must be looked for
            mark = mark.model_copy(update={"until": 0})
            files = files_of(store.blobs.directory, 0)
        for problem in _all(store, connection, mark, chained, blocks, files, heads):
            found += 1
            yield problem
    if not found:
        settled = files_of(store.blobs.directory, started - 2_000_000_000)
        save_mark(lab, chained.head, started, settled.older, blocks.now)


def _all(
    store: Store,
    connection: Connection,
    mark: Mark,
    chained: _Chained,
    blocks: Blocks,
    files: Files,
    heads: Iterable[Head],
) -> Iterator[str]:
    number = mark.head.number if mark.until else 0
    if not number:
        yield from _of_the_database(connection)  # later on every row that was there is known to be as it was
    yield from _of_the_chain(connection, chained, blocks, [mark.head, *heads])
    yield from _of_rows(connection, chained, blocks, files.names)
    yield from _of_trajectories(store, connection, chained, mark, files.names)
    yield from damaged(store.blobs.directory, files.unread)
    newer = partial(chained.newer, number=number)
    yield from of_new_rows(store, connection, files.names, newer)


def _of_the_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return  # a server checks its own pages and holds its references
    answers = connection.execute(text("PRAGMA quick_check(20)")).scalars()
    yield from (f"database: {answer}" for answer in answers if answer != "ok")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row[1]} of {row[0]} refers to something in {row[2]} that is not there"


def _of_the_chain(connection: Connection, chained: _Chained, blocks: Blocks, heads: Iterable[Head]) -> Iterator[str]:
    """Follows every link; ``heads`` must be among the entries."""
    sought = {one.number: one for one in heads if one.number}
    before, last = 0, Head().hash
    for known, rows in blocks.read(
        connection, chain.name, "SELECT number, source, key, content, wall, hash FROM chain"
    ):
        for number, source, key, content, wall, digest in rows:
            if number != before + 1:
                yield f"chain: the entries between {before} and {number} are gone"
            elif not known and link(last, number, source, key, content, wall) != digest:
                yield f"chain: entry {number} ({source} {key}) was altered, or what came before it"
            before, last = number, digest
            chained.entries.setdefault(source, {})[key] = (content, number)
            if sought and (kept := sought.pop(number, None)) is not None and kept.hash != digest:
                yield f"chain: entry {number} is another than the one that was kept: {kept}"
    chained.head = Head(number=before, hash=last)
    for kept in sought.values():
        yield f"chain: it ends at entry {before}; the one that was kept is gone: {kept}"


def _of_rows(connection: Connection, chained: _Chained, blocks: Blocks, files: set[str]) -> Iterator[str]:
    """Rows against the chain, and the ``files`` that they refer to."""
    for table in CHAINED:
        left = dict(chained.entries.get(table.name, {}))
        names = [column.name for column in table.columns]
        place = names.index("id")
        refers = [(names.index(column), suffix) for column, suffix in FILES.get(table.name, {}).items()]
        for known, rows in blocks.read(connection, table.name, as_stored(connection, table)):
            for row in rows:
                entry = left.pop(row[place], None)
                if entry is None:
                    yield f"{table.name}: row {row[place]} was added behind the record's back"
                elif (not known or entry[1] > blocks.checked) and entry[0] != content_of(names, row):
                    yield f"{table.name}: row {row[place]} is not what was written"
                for column, suffix in refers:
                    if f"{row[column]}{suffix}" not in files:
                        yield f"{table.name}: row {row[place]}: its file {row[column]}{suffix} is missing"
        yield from (f"{table.name}: row {name} is gone" for name in left)


def _of_trajectories(
    store: Store, connection: Connection, chained: _Chained, mark: Mark, names: set[str]
) -> Iterator[str]:
    entries: Mapping[str, tuple[str, int]] = chained.entries.get(TRAJECTORY, {})
    kept = {key: content for key, (content, _) in entries.items()}
    numbers = {key: number for key, (_, number) in entries.items()}
    ended = connection.execute(select(runs.c.id).where(runs.c.status == "ended")).scalars()
    yield from altered(store.directory, kept, ended, mark.until, mark.head.number, numbers)
    shas = {name.partition(".")[0] for name in names}
    for name in sorted({key.rpartition("@")[0] for key in kept}):
        path = store.directory / name
        if path.is_file() and path.stat().st_ctime_ns >= mark.until:
            yield from (f"{name} refers to {sha}, which is gone" for sha in sorted(blobs_of(path) - shas))


def head_of(store: Store) -> Head:
    """The newest entry of the chain."""
    with reading(store.engine) as connection:
        return head(connection)
