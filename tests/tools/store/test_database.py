from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert, select, text

from reson.errors import OperatorError
from reson.tools.data import RawData
from reson.tools.store import database
from reson.tools.store.approvals import list_approvals
from reson.tools.store.blobs import Blobs
from reson.tools.store.database import open_database, reading, writing
from reson.tools.store.measurements import list_measurements, record_measurements
from reson.tools.store.parameters import log
from reson.tools.store.runs import list_runs
from reson.tools.store.schema import runs
from reson.tools.store.store import Store, open_store


def _content(directory: Path) -> dict[str, str]:
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _refused(lab: Path) -> OperatorError:
    before = _content(lab)
    with pytest.raises(OperatorError) as caught:
        open_store(lab)
    assert _content(lab) == before, "a refused lab must be left as it was"
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(5000), b"\0" * 8192])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lab.db").write_bytes(content)
    assert "lab.db" in _refused(tmp_path).what


@pytest.mark.parametrize("keep", [0.95, 0.5, 0.03])
def test_a_truncated_database_is_refused(lab: Path, keep: float) -> None:
    file = lab / "lab.db"
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * keep)])
    assert "lab.db" in _refused(lab).what


def _read_everything(lab: Path) -> None:
    store = open_store(lab)
    try:
        list_runs(store)
        list_measurements(store)
        log(store, "chip")
        list_approvals(store)
    finally:
        store.engine.dispose()


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_page_is_never_a_traceback(lab: Path, judged: Callable[..., str], seed: int) -> None:
    for number in range(10):
        judged(f"m{number}", number % 2)
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data, random = bytearray((lab / "lab.db").read_bytes()), Random(seed)
    for _ in range(10):
        start = random.randrange(100, len(data) - 64)
        data[start : start + 64] = random.randbytes(64) if seed % 2 else bytes(64)
    copy = lab.with_name("copy")
    copy.mkdir()
    (copy / "lab.db").write_bytes(data)
    with suppress(OperatorError):
        _read_everything(copy)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (b"start values", b"start\xffvalues"),  # no UTF-8
        (b'{"qubits": 2}', b'{"qubits"; 2}'),  # no JSON
    ],
)
def test_a_damaged_cell_is_the_operators_business(lab: Path, written: bytes, left: bytes) -> None:
    file = lab / "lab.db"
    assert written in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(written, left))
    with pytest.raises(OperatorError, match=r"lab\.db: is damaged"):
        _read_everything(lab)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "lab.db") as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    assert "not of a Reson lab" in _refused(tmp_path).what


def test_another_schema_version_is_refused(lab: Path) -> None:
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    assert "version 99" in _refused(lab).what


def test_a_database_that_lost_a_table_is_refused(lab: Path) -> None:
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("DROP TABLE lessons")
    connection.close()
    assert "lacks lessons" in _refused(lab).what


def test_an_emptied_database_beside_its_log_is_refused(lab: Path) -> None:
    """SQLite itself would delete the log, and with it what was written last."""
    (lab / "lab.db").write_bytes(b"")
    (lab / "lab.db-wal").write_bytes(b"the last transactions")
    assert "lab.db-wal" in _refused(lab).what


def test_blobs_without_their_database_are_refused(lab: Path, store: Store, raw: Callable[..., RawData]) -> None:
    record_measurements(store, "run-1", 1, "job", "why", {"m": raw()})
    store.engine.dispose()
    (lab / "lab.db").unlink()
    assert "lab.db is missing" in _refused(lab).what


def test_a_directory_and_a_file_in_the_wrong_places_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a" / "lab.db").mkdir(parents=True)
    assert "directory" in _refused(tmp_path / "a").what
    (tmp_path / "b").write_text("a file")
    with pytest.raises(OperatorError):
        open_store(tmp_path / "b")


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/lab", "mssql+nodriver://host/lab"])
def test_a_url_that_cannot_be_used_says_how_to_write_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(OperatorError, match="database URL") as caught:
        open_database(url, Blobs(tmp_path))
    assert "postgresql" in caught.value.remedy


def test_an_odd_path_is_no_other_path(tmp_path: Path) -> None:
    lab = tmp_path / "what? a #lab%20"
    open_store(lab)
    assert (lab / "lab.db").is_file()


def test_no_space_is_one_clear_error_and_loses_nothing(store: Store) -> None:
    """SQLite's own page limit raises exactly what a full disk raises: SQLITE_FULL."""
    with writing(store.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    row = {"kind": "k" * 2000, "device": "d", "status": "s", "settings": {}, "started_wall": 1, "started_device": 1}
    written = 0
    with pytest.raises(OperatorError, match="no space left") as caught:
        for written in range(100):
            with writing(store.engine) as connection:
                connection.execute(insert(runs).values(id=f"r{written}", **row))
    assert "free space" in caught.value.remedy
    assert len(list_runs(store, 1000)) == 1 + written


def test_a_restored_backup_takes_readers_beside_a_writer_again(lab: Path) -> None:
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with reading(open_store(lab).engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_writer_that_never_ends_is_reported(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    other = sqlite3.connect(lab / "lab.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = open_store(lab)
    with pytest.raises(OperatorError, match="another process"), writing(store.engine):
        pass
    assert len(list_runs(store)) == 1, "reading goes on beside a writer"
    other.close()


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    count = select(runs.c.id)
    row = {"kind": "k", "device": "d", "status": "s", "settings": {}, "started_wall": 1, "started_device": 1}
    with reading(store.engine) as reader:
        before = len(reader.execute(count).all())
        with writing(store.engine) as writer:
            writer.execute(insert(runs).values(id="r-new", **row))
        assert len(reader.execute(count).all()) == before
    with reading(store.engine) as reader:
        assert len(reader.execute(count).all()) == before + 1


def test_a_failed_block_writes_nothing(store: Store) -> None:
    row = {"kind": "k", "device": "d", "status": "s", "settings": {}, "started_wall": 1, "started_device": 1}
    with pytest.raises(KeyError), writing(store.engine) as connection:
        connection.execute(insert(runs).values(id="half", **row))
        raise KeyError
    assert "half" not in [run.id for run in list_runs(store)]


def test_threads_take_turns(store: Store) -> None:
    def add(thread: int) -> None:
        row = {"kind": "k", "device": "d", "status": "s", "settings": {}, "started_wall": 1, "started_device": 1}
        for number in range(20):
            with writing(store.engine) as connection:
                total = len(connection.execute(select(runs.c.id)).all())
                connection.execute(insert(runs).values(id=f"{thread}-{number}", seed=total, **row))

    threads = [threading.Thread(target=add, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [run for run in list_runs(store, 1000) if run.kind == "k"]
    assert sorted(run.seed or 0 for run in rows) == list(range(1, 81)), (
        "each writer saw what the one before had written"
    )


CREATE = """
import sys
from pathlib import Path
from random import Random
from reson.tools.store.parameters import log
from reson.tools.store.runs import start_run
from reson.tools.store.store import open_store
start_run(open_store(Path(sys.argv[1])), sys.argv[2], "night", "chip", {}, 1, 0.0)
"""


def test_processes_that_make_the_lab_at_once_all_get_it(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", CREATE, str(tmp_path), f"run-{n}"], stderr=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    errors = [process.communicate(timeout=600)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], errors
    assert {run.id for run in list_runs(open_store(tmp_path))} == {f"run-{n}" for n in range(4)}


RECORD = """
import sys
from pathlib import Path
from random import Random
import numpy as np
from reson.tools.data import RawData
from reson.tools.store.measurements import record_measurements
from reson.tools.store.store import open_store
store = open_store(Path(sys.argv[1]))
for number in range(100_000):
    counts = {"counts": np.full((50, 2), number)}
    data = {f"{sys.argv[2]}-{number}-q{q}": RawData("t1", q, {}, {}, 100, [{}], counts, 0.0, 1.0) for q in (0, 1)}
    record_measurements(store, "run-1", number, f"job-{number}", "", data)
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(lab: Path) -> None:
    store = open_store(lab)
    for life, acknowledged in enumerate((1, 4, 9)):
        process = subprocess.Popen(
            [sys.executable, "-c", RECORD, str(lab), f"life{life}"], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        last = -1
        for _ in range(acknowledged):
            last = int(process.stdout.readline())
        process.kill()
        process.wait()
        mine = [row for row in list_measurements(store) if row.id.startswith(f"life{life}-")]
        steps = [row.step for row in mine]
        assert set(range(last + 1)) <= set(steps)
        assert all(steps.count(step) == 2 for step in steps), "a job is recorded whole or not at all"
        for row in mine:
            store.blobs.get(row.raw_sha, ".npz")
    with reading(store.engine) as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


_READ_AND_CLOSE = """
import sys
from pathlib import Path
from reson.tools.store.runs import list_runs
from reson.tools.store.store import open_store
store = open_store(Path(sys.argv[1]))
print(len(list_runs(store)))
store.engine.dispose()
"""


@pytest.mark.parametrize("again", [0, 1, 3])
def test_what_is_written_after_the_lab_was_opened_again_is_kept(lab: Path, again: int) -> None:
    """A second opening in the process must not give up the locks of the first: another process would take itself for
    the last that has the database, and delete the log which is still written to."""
    row = {"kind": "k", "device": "d", "status": "s", "settings": {}, "started_wall": 1, "started_device": 1}
    store = open_store(lab)
    for number in range(3):
        for other in [open_store(lab) for _ in range(again)]:
            if number:
                other.engine.dispose()
        with writing(store.engine) as connection:
            connection.execute(insert(runs).values(id=f"r{number}", **row))
        beside = subprocess.run(
            [sys.executable, "-c", _READ_AND_CLOSE, str(lab)], capture_output=True, text=True, check=True
        )
        assert int(beside.stdout) == len(list_runs(store))
    assert (lab / "lab.db-wal").exists(), "the log of an open database was deleted by another process"
    store.engine.dispose()
    assert {f"r{number}" for number in range(3)} <= {run.id for run in list_runs(open_store(lab))}
