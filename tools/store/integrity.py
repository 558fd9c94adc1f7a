"""Is the record still what was written? The chain of hashes over everything, and what hangs together besides.

Every entry of the chain and every row is read each time. What takes longer is done for what is new or changed since the
last check that found nothing: following the chain's links, comparing rows with it (blocks of rows that are as they were
need neither), reading files, and comparing records with them. Where that finds anything, all is looked at once more.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, text

from reson.tools.store.blocks import Blocks
from reson.tools.store.chain import TRAJECTORY, Head, as_stored, content_of, head, link
from reson.tools.store.checked import MARGIN_NS, Files, Mark, damaged, files_of, load_mark, save_mark
from reson.tools.store.database import reading
from reson.tools.store.faults import operator_errors
from reson.tools.store.hanging import of_new_rows
from reson.tools.store.measurements import ANALYSIS, FIGURE
from reson.tools.store.pasts import impossible, pasts_of
from reson.tools.store.raw import RAW
from reson.tools.store.schema import CHAINED, analyses, chain, measurements, runs
from reson.tools.store.store import Store
from reson.tools.store.trajectories import Since, altered, blobs_of, inodes

FILES: dict[str, dict[str, str]] = {
    measurements.name: {"raw_sha": RAW},
    analyses.name: {"analysis_sha": ANALYSIS, "figure_sha": FIGURE},
}
"""Table -> column with the hash of a file -> suffix of that file."""


@dataclass
class _Rows:
    """The rows of a table that are new or no longer what they were at the last check, and how many the others are."""

    contents: dict[str, str] = field(default_factory=dict)
    """id -> hash of all it holds."""
    pasts: dict[str, set[str] | None] = field(default_factory=dict)
    """id -> hashes of all that it can have held before, where that is something; None where it cannot be told."""
    known: int = 0


@dataclass
class _Chained:
    """What the chain says was written last, of the rows that are looked at and of all that is newer than the mark."""

    entries: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    """Source -> key -> (content, number of the entry)."""
    earlier: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Source -> key -> what the entries before that one told, oldest first."""
    fresh: dict[str, set[str]] = field(default_factory=dict)
    """Source -> keys of which there was no entry before."""
    taken_in: set[str] = field(default_factory=set)
    """Runs that the chain began with: those of a lab that had none may have ended already, and one that is resumed then
    was never seen to begin. Whatever else is taken in is held like all others."""
    head: Head = field(default_factory=Head)

    def newer(self, source: str, number: int) -> list[str]:
        return [key for key, (_, entry) in self.entries.get(source, {}).items() if entry > number]


def problems(store: Store, *, everything: bool = False, heads: Iterable[Head] = ()) -> Iterator[str]:
    """One sentence for each thing that is not as it was written; nothing where all is well.

    ``everything``: believe nothing that an earlier check found right. ``heads``: what was kept elsewhere and must be in
    the chain; then everything is read too. Raises ``OperatorError`` where the database itself cannot be read.
    """
    mark, kept = load_mark(store.directory), list(heads)
    sought = [mark.head, *kept]
    if everything or kept:  # what a head proves must not rest on anything that lies in the lab
        mark = Mark()
    if mark.until:
        if not list(_looked_at(store, mark, sought)):
            return
        mark = Mark()
    yield from _looked_at(store, mark, sought)


def _looked_at(store: Store, mark: Mark, heads: Iterable[Head]) -> Iterator[str]:
    """What is wrong with what is new since the mark; where that is nothing, a mark is left."""
    until, found = time.time_ns() - MARGIN_NS, 0
    chained, blocks = _Chained(), Blocks(mark.blocks)
    rows = {table.name: _Rows() for table in CHAINED}
    with operator_errors(str(store.directory)), reading(store.engine) as connection:
        files, lines = files_of(store.blobs.directory, mark.until), inodes(store.directory)
        for problem in _all(store, connection, mark, chained, blocks, rows, files, heads):
            found += 1
            yield problem
    if not found:
        number = {name: len(one.contents) + one.known for name, one in rows.items()}
        left = Mark(
            head=chained.head,
            until=until,
            files=files.settled(until),
            trajectories=lines,
            rows=number,
            blocks=blocks.now,
        )
        save_mark(store.directory, left)


def _all(
    store: Store,
    connection: Connection,
    mark: Mark,
    chained: _Chained,
    blocks: Blocks,
    rows: Mapping[str, _Rows],
    files: Files,
    heads: Iterable[Head],
) -> Iterator[str]:
    if mark.until and files.settled(mark.until) != mark.files:
        yield "blobs: files are others than they were, or gone"  # which ones is told where all is looked at
    if not mark.until:
        yield from _of_the_database(connection)  # later on every row that was there is known to be as it was
    yield from _of_rows(connection, blocks, rows, files)
    yield from _of_the_chain(connection, mark, chained, blocks, rows, heads)
    for name, one in rows.items():
        yield from _against_the_chain(name, one, chained, mark)
    yield from _of_trajectories(store, connection, chained, mark, files)
    yield from damaged(store.blobs.directory, files)
    yield from of_new_rows(store, connection, files, lambda source: chained.newer(source, mark.head.number))


def _of_the_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return  # a server checks its own pages and holds its references
    answers = connection.execute(text("PRAGMA quick_check(20)")).scalars()
    yield from (f"database: {answer}" for answer in answers if answer != "ok")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row[1]} of {row[0]} refers to something in {row[2]} that is not there"


def _of_rows(connection: Connection, blocks: Blocks, rows: Mapping[str, _Rows], files: Files) -> Iterator[str]:
    """Reads all rows and keeps what is to be compared; the ``files`` that they refer to must be there."""
    for table in CHAINED:
        here = rows[table.name]
        names = [column.name for column in table.columns]
        place = names.index("id")
        refers = [(names.index(column), suffix) for column, suffix in FILES.get(table.name, {}).items()]
        for known, block in blocks.read(connection, table.name, as_stored(connection, table)):
            if known:
                here.known += len(block)
            else:
                here.contents.update((row[place], content_of(names, row)) for row in block)
                pasts = ((row[place], pasts_of(table.name, names, row)) for row in block)
                here.pasts.update((name, past) for name, past in pasts if past != set())
            for column, suffix in refers:
                there = files.there.get(suffix, set())
                if not there.issuperset([row[column] for row in block]):
                    gone = ((row[place], row[column]) for row in block if row[column] not in there)
                    yield from (f"{table.name}: row {name}: its file {sha}{suffix} is missing" for name, sha in gone)


def _of_the_chain(
    connection: Connection,
    mark: Mark,
    chained: _Chained,
    blocks: Blocks,
    rows: Mapping[str, _Rows],
    heads: Iterable[Head],
) -> Iterator[str]:
    """Follows every link that was not followed before; ``heads`` must be among the entries."""
    sought = {one.number: one for one in heads if one.number}
    looked_at, nothing = {name: one.contents for name, one in rows.items()}, dict[str, str]()
    before, last, began = 0, Head().hash, None
    for known, block in blocks.read(
        connection, chain.name, "SELECT number, source, key, content, wall, hash FROM chain"
    ):
        for number, source, key, content, wall, digest in () if known else block:
            if number != before + 1:
                yield f"chain: the entries between {before} and {number} are gone"
            elif link(last, number, source, key, content, wall) != digest:
                yield f"chain: entry {number} ({source} {key}) was altered, or what came before it"
            before, last = number, digest
        before, last = block[-1][0], block[-1][5]
        if any(block[0][0] <= one <= before for one in sought):
            for row in block:
                if (kept := sought.pop(row[0], None)) is not None and kept.hash != row[5]:
                    yield f"chain: entry {row[0]} is another than the one that was kept: {kept}"
        for number, source, key, content, wall, _ in block:
            began = wall if began is None else began
            if wall == began and source == runs.name:
                chained.taken_in.add(key)
            if number > mark.head.number or key in looked_at.get(source, nothing) or source == TRAJECTORY:
                entries, key = chained.entries.setdefault(source, {}), str(key)
                if key in entries:
                    chained.earlier.setdefault(source, {}).setdefault(key, []).append(entries[key][0])
                elif number > mark.head.number:
                    chained.fresh.setdefault(source, set()).add(key)
                entries[key] = (content, number)
    chained.head = Head(number=before, hash=str(last))
    for kept in sought.values():
        yield f"chain: it ends at entry {before}; the one that was kept is gone: {kept}"


def _against_the_chain(table: str, rows: _Rows, chained: _Chained, mark: Mark) -> Iterator[str]:
    entries, earlier = chained.entries.get(table, {}), chained.earlier.get(table, {})
    for name, content in rows.contents.items():
        if name not in entries:
            problem = "was added behind the record's back"
        elif entries[name][0] != content:
            problem = "is not what was written"
        elif impossible(table, earlier.get(name, ()), content, rows.pasts.get(name, set())) and not (
            table == runs.name and name in chained.taken_in
        ):
            problem = "cannot have been what was written first: it was made into another one"
        else:
            continue
        yield f"{table}: row {name} {problem}"
    yield from (f"{table}: row {name} is gone" for name in entries if name not in rows.contents)
    missing = mark.rows.get(table, 0) + len(chained.fresh.get(table, ())) - rows.known - len(rows.contents)
    if mark.until and missing:
        yield f"{table}: {missing} rows are gone"


def _of_trajectories(
    store: Store, connection: Connection, chained: _Chained, mark: Mark, files: Files
) -> Iterator[str]:
    entries: Mapping[str, tuple[str, int]] = chained.entries.get(TRAJECTORY, {})
    kept = {key: content for key, (content, _) in entries.items()}
    for key, contents in chained.earlier.get(TRAJECTORY, {}).items():
        if set(contents) != {kept[key]}:
            yield f"{key.rpartition('@')[0]} was chained a second time, as another one"
    numbers = {key: number for key, (_, number) in entries.items()}
    ended = connection.execute(select(runs.c.id).where(runs.c.status == "ended")).scalars()
    since = Since(mark.until, mark.head.number, mark.trajectories)
    yield from altered(store.directory, kept, ended, since, numbers)
    for name in sorted({key.rpartition("@")[0] for key in kept}):
        path = store.directory / name
        if path.is_file() and since.touched(path, name):
            gone = blobs_of(path).difference(*files.there.values())
            yield from (f"{name} refers to {sha}, which is gone" for sha in sorted(gone))


def head_of(store: Store) -> Head:
    """The newest entry of the chain."""
    with reading(store.engine) as connection:
        return head(connection)
