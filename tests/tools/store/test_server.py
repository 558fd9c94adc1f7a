"""A record on a PostgreSQL server: one run at a time, one state for who reads, and a restart that ends nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.data import RawData
from reson.tools.store import server
from reson.tools.store.database import held, reading, writing
from reson.tools.store.faults import RecordAway
from reson.tools.store.integrity import problems
from reson.tools.store.measurements import get_measurement, load_raw, record_measurements
from reson.tools.store.parameters import commit, current, seed_table
from reson.tools.store.runs import end_run, get_run, list_runs, start_run
from reson.tools.store.schema import runs
from reson.tools.store.server import through_restarts
from reson.tools.store.store import Store, open_store
from reson.tools.store.trajectories import keep_trajectory, require_made_here
from tests.postgres import Server
from tests.tools.store.conftest import DESIGN, DEVICE, RUN

_HOLDING = """
import sys, time
from pathlib import Path
from reson.tools.store.database import held
from reson.tools.store.store import open_store
with held(open_store(Path(sys.argv[1]), sys.argv[2]).engine, "reson night"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def store(tmp_path: Path, url: str) -> Store:
    """As the fixture of the same name for a file."""
    store = open_store(tmp_path / "lab", url)
    start_run(store, RUN, "night", DEVICE, {"qubits": 2}, 7, 1000.0)
    seed_table(store, DEVICE, DESIGN, 1000.0, "design", "start values")
    return store


def _count(store: Store) -> int:
    return len(list_runs(store, 1000))


def test_it_holds_what_a_file_holds(store: Store, judged: Any, write_action: Any, ask: Any) -> None:
    ask("a", write_action({"x_amplitude": 0.2}, measurement=judged("m"), verdict="accept"))
    commit(store, "a", device_time=1100.0)
    assert current(store, DEVICE)["q0"]["x_amplitude"].value == 0.2
    start_run(store, "of a large seed", "night", DEVICE, {}, 2**40, 1200.0)
    assert get_run(store, "of a large seed").seed == 2**40
    assert list(problems(store)) == []


def test_who_reads_sees_one_state_whatever_is_written_meanwhile(store: Store) -> None:
    count = select(func.count()).select_from(runs)
    with reading(store.engine) as connection:
        before = connection.execute(count).scalar_one()
        start_run(store, "meanwhile", "night", DEVICE, {}, 7, 1.0)
        assert connection.execute(count).scalar() == before
    with reading(store.engine) as connection:
        assert connection.execute(count).scalar() == before + 1


def test_one_run_at_a_time_of_any_machine(tmp_path: Path, store: Store, url: str) -> None:
    words = [sys.executable, "-c", _HOLDING, str(tmp_path / "another lab"), url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(OperatorError, match=rf"in use by reson night \(process {other.pid} on "):
            held(store.engine, "reson calibrate").__enter__()
        assert _count(store) == 1  # whoever does not run goes on
        other.kill()
    for _ in range(100):  # the server notices that its client is gone
        try:
            with held(store.engine, "reson calibrate"):
                return
        except OperatorError:
            time.sleep(0.05)
    pytest.fail("the lock outlived its process")


def _crash(postgres: Server, seconds: float) -> threading.Thread:
    """The server ends at once and is there again after that time."""
    postgres.stop(signal.SIGQUIT)
    back = threading.Timer(seconds, postgres.start)
    back.start()
    return back


@pytest.mark.parametrize("what", ["read", "write"])
def test_a_run_waits_for_a_server_that_restarts_and_holds_it_again(
    postgres: Server, tmp_path: Path, store: Store, url: str, what: str
) -> None:
    with held(store.engine, "reson night"):
        back = _crash(postgres, 0.7)
        if what == "write":
            start_run(store, "after", "night", DEVICE, {}, 7, 1.0)
        assert _count(store) == (2 if what == "write" else 1)
        back.join()
        end_run(store, RUN, Ending.FINISHED, "", 2000.0)
        with pytest.raises(OperatorError, match="in use by reson night"):
            held(open_store(tmp_path / "another lab", url).engine, "reson night").__enter__()


def test_who_only_looks_is_told_at_once(postgres: Server, store: Store) -> None:
    postgres.stop(signal.SIGQUIT)
    try:
        with pytest.raises(RecordAway, match="does not serve") as caught:
            _count(store)
    finally:
        postgres.start()
    assert "is up" in caught.value.remedy
    assert _count(store) == 1  # and needs no new start when it is back


@pytest.mark.parametrize("moment", ["before anything was written", "after it was written"])
def test_what_a_crash_cut_short_is_done_once(postgres: Server, store: Store, moment: str) -> None:
    crashes: list[threading.Thread] = []

    def work() -> None:
        with writing(store.engine) as connection:
            before = moment == "before anything was written"
            for act in ("crash", "write") if before else ("write", "crash"):
                if act == "crash" and not crashes:
                    crashes.append(_crash(postgres, 0.3))
                if act == "write":
                    connection.execute(runs.insert().values(_RUN))

    with held(store.engine, "reson night"):
        through_restarts(work)
    crashes[0].join()
    assert sorted(row.id for row in list_runs(store)) == ["once", RUN]


_RUN = {
    "id": "once",
    "kind": "night",
    "device": DEVICE,
    "status": "running",
    "settings": {},
    "seed": 7,
    "started_wall": 1.0,
    "started_device": 1.0,
}


def test_a_run_whose_record_somebody_took_writes_nothing_more(
    postgres: Server, tmp_path: Path, store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.5)
    other = open_store(tmp_path / "another lab", url)
    with held(store.engine, "reson night"):
        postgres.stop(signal.SIGQUIT)
        postgres.start()
        with held(other.engine, "reson calibrate"):
            with pytest.raises(OperatorError, match="in use by reson calibrate"):
                start_run(store, "beside it", "night", DEVICE, {}, 7, 1.0)
            start_run(other, "its own", "night", DEVICE, {}, 7, 1.0)
    assert {row.id for row in list_runs(store)} == {RUN, "its own"}


def test_a_server_that_stays_away_ends_the_wait(
    postgres: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.6)
    with held(store.engine, "reson night"):
        postgres.stop(signal.SIGQUIT)
        try:
            began = 0.0
            for _ in range(3):  # the second and third find out at once: an end has many last words
                began = time.monotonic()
                with pytest.raises(RecordAway):
                    end_run(store, RUN, Ending.FINISHED, "", 1.0)
            assert time.monotonic() - began < 0.5
        finally:
            postgres.start()
        end_run(store, RUN, Ending.FINISHED, "", 1.0)


@pytest.mark.parametrize("here", ["nothing", "an empty directory", "a run of that name", "a report that was asked for"])
def test_runs_of_another_lab_directory_are_known_by_what_they_wrote(
    tmp_path: Path, store: Store, url: str, here: str
) -> None:
    written = store.directory / "runs" / RUN / "trajectory.jsonl"
    written.parent.mkdir(parents=True)
    written.write_text('{"id": "start"}\n')
    keep_trajectory(store, written)
    require_made_here(store, RUN)
    other = open_store(tmp_path / "another lab", url)
    mine = other.directory / "runs" / RUN
    if here != "nothing":
        mine.mkdir(parents=True)
    if here == "a run of that name":
        (mine / "trajectory.jsonl").write_text('{"id": "other"}\n')
    if here == "a report that was asked for":
        (mine / "report.html").write_text("<html>")
    with pytest.raises(OperatorError, match=f"{RUN}, .* was not made in"):
        require_made_here(other, RUN)


def test_a_measurement_of_another_directory_says_where_its_data_are(
    tmp_path: Path, store: Store, url: str, raw: Callable[..., RawData]
) -> None:
    record_measurements(store, RUN, 1, "job", "why", {"m": raw()})
    other = open_store(tmp_path / "another lab", url)
    with pytest.raises(OperatorError, match="is missing") as caught:
        load_raw(other, get_measurement(other, "m"))
    assert "directory that measured" in caught.value.remedy
