"""Whatever is done to a record behind Reson's back is found. A further kind of manipulation is one line here."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import ColumnElement, Table

from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import (
    Action,
    ActionKind,
    Change,
    Effect,
    Ending,
    FitReliability,
    Judgement,
    Outcome,
    Quantity,
    Reading,
    Seen,
    Status,
    Verdict,
)
from reson.tools.data import Analysis, Axis, RawData
from reson.tools.store import checked, integrity, schema, seal
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, answer, insert_approval, mark_executed
from reson.tools.store.blocks import Blocks
from reson.tools.store.chain import Head, as_stored, begin, change, parse_head
from reson.tools.store.database import writing
from reson.tools.store.integrity import head_of, problems
from reson.tools.store.lessons import contradict, record_lesson
from reson.tools.store.measurements import record_analysis, record_measurements
from reson.tools.store.notes import record_note
from reson.tools.store.parameters import commit, current, seed_table, snapshot
from reson.tools.store.runs import end_run, start_run
from reson.tools.store.schema import chain
from reson.tools.store.store import Store, open_store
from reson.tools.store.table import components_hash
from reson.tools.store.trajectories import adopt, keep_trajectory
from reson.trajectory import TrajectoryWriter

DESIGN = {"drive_frequency": 5.0e9, "x_amplitude": 0.1}


def _measure(store: Store, name: str, qubit: int, amplitude: float, controls: dict[str, float]) -> None:
    counts = np.array([[100, 0], [50 + qubit, 50 - qubit], [0, 100]])
    raw = RawData(
        experiment="rabi", component=Qubit(qubit), parameters={"max_amplitude": 0.4}, controls=controls, shots=100,
        circuits=[{"x": float(x), "series": "drive"} for x in (0, 1, 2)], arrays={"counts": counts},
        started=1005.0, ended=1010.0,
    )  # fmt: skip
    record_measurements(store, "run-1", 1, f"job-{name}", "first look", {name: raw})
    analysis = Analysis(
        experiment="rabi", component=Qubit(qubit), series=(), x_axis=Axis(label="amplitude", unit=""),
        y_axis=Axis(label="P(1)", unit=""), quantities={"x_amplitude": Quantity(value=amplitude, stderr=0.001)},
    )  # fmt: skip
    reading = Reading(
        outcome=Outcome.EXPECTED, reliability=FitReliability.RELIABLE, status=Status.SUCCESS, confidence=0.9,
        reason="one clear oscillation", reader="test", seen=Seen.PICTURE,
    )  # fmt: skip
    judgement = Judgement(verdict=Verdict.ACCEPT, checks=())
    record_analysis(store, name, analysis, f"PNG {name}".encode(), judgement, reading, "campaign")


def _ask(store: Store, name: str, action: Action, status: ApprovalStatus) -> None:
    given = status is not ApprovalStatus.PENDING
    row = ApprovalRow(
        id=name, run_id="run-1", device="chip", component=action.component, kind=action.kind, effect=action.effect,
        action=action, action_hash=action.hash, table_hash=components_hash(current(store, "chip"), action.component),
        status=status, rule="test", why="because", evidence={}, requested_device=1020.0, requested_wall=1.0,
        answered_wall=2.0 if given else None, answered_by="policy: test" if given else None,
        answer="approve" if given else None, expires_wall=4e9,
    )  # fmt: skip
    insert_approval(store, row)


def _write(store: Store, name: str, component: str, new: float, measurement: str) -> None:
    old = current(store, "chip")[component]["x_amplitude"].value
    change = Change(component=component, parameter="x_amplitude", old=old, new=new, stderr=0.001, unit="")
    arguments = {"measurement": measurement, "verdict": "accept", "changes": [change.to_json()]}
    action = Action(
        kind=ActionKind.WRITE, effect=Effect.WRITES, device="chip", component=component, arguments=arguments
    )
    _ask(store, name, action, ApprovalStatus.APPROVED)
    commit(store, name, device_time=1020.0)


def _measurement_asked(name: str, store: Store, status: ApprovalStatus) -> None:
    action = Action(
        kind=ActionKind.MEASURE, effect=Effect.MEASURES, device="chip", component="q0", arguments={"experiment": "rabi"}
    )
    _ask(store, name, action, status)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab with two runs and something in every table."""
    lab = tmp_path_factory.mktemp("kept") / "lab"
    store = open_store(lab)
    for run in ("run-1", "run-2"):
        start_run(store, run, "night", "chip", {"qubits": 2}, 7, 1000.0)
    seed_table(store, "chip", {"q0": DESIGN, "q1": DESIGN}, 1000.0, "design", "start values")
    snapshot(store, "run-1", "before", "chip", 1000.0)
    writer = TrajectoryWriter(lab / "runs" / "run-1" / "trajectory.jsonl")
    writer.write("start", "start", {"schema": "reson-trajectory-1"}, device_time=1000.0)
    request = store.blobs.put(b'{"prompt": "what do you see"}', ".json")
    writer.write("call", "model_call", {"request": request}, device_time=1001.0)
    keep_trajectory(store, writer.path)
    _measurement_asked("job-m0", store, ApprovalStatus.APPROVED)
    _measure(store, "m0", 0, 0.2, DESIGN)
    mark_executed(store, "job-m0", {"measurements": ["m0"]})
    _measure(store, "m1", 1, 0.22, DESIGN)
    _write(store, "m0-write", "q0", 0.2, "m0")
    _write(store, "m1-write", "q1", 0.22, "m1")
    for name, status in (("yes", "approved"), ("no", "rejected"), ("waits", "")):
        _measurement_asked(name, store, ApprovalStatus.PENDING)
        if status:
            answer(store, name, status=status, by="ann", note="looked at it")
    record_lesson(store, "l0", "run-1", "q0", "q0 heats", 1015.0)
    record_note(store, "chip", "q0", "ann", "the cable is new", 1015.0)
    for number in range(3):
        writer.write(f"event-{number}", "decision", {"why": f"reason {number}"}, device_time=1002.0 + number)
    writer.write("stop-0", "stop", {"ending": "finished"}, device_time=1020.0)
    snapshot(store, "run-1", "after", "chip", 1020.0)
    end_run(store, "run-1", Ending.FINISHED, "done", 1020.0)
    keep_trajectory(store, writer.path)
    store.engine.dispose()
    return lab


@pytest.fixture
def lab(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "lab"))


def _found(lab: Path, **given: object) -> list[str]:
    store = open_store(lab)
    try:
        return list(problems(store, **given))  # pyright: ignore[reportArgumentType]
    finally:
        store.engine.dispose()


SQL = [
    # values
    "UPDATE parameters SET value = 0.21 WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET value = 0.11 WHERE id = 'seed:chip:q0.x_amplitude'",
    "UPDATE parameters SET stderr = 1e-9 WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET stderr = NULL WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET unit = 'V' WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET valid_from = 900.0 WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET recorded_wall = 1.0 WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET author = 'ann' WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET reason = 'ann said so' WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET verdict = NULL WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET measurement_id = 'm1' WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET approval_id = NULL WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET approval_id = NULL, author = 'design' WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET sequence = sequence + 100 WHERE approval_id = 'm0-write'",
    "UPDATE parameters SET component = 'q7' WHERE approval_id = 'm0-write'",
    "DELETE FROM parameters WHERE id = 'seed:chip:q1.drive_frequency'",
    "INSERT INTO parameters SELECT 'seed:chip:q5.t1', 99, device, 'q5', 't1', 1e-4, NULL, 's', valid_from,"
    " recorded_wall, NULL, NULL, NULL, 'design', reason, NULL, NULL, NULL FROM parameters LIMIT 1",
    # measurements
    "UPDATE measurements SET parameters = '{\"max_amplitude\": 0.5}' WHERE id = 'm0'",
    "UPDATE measurements SET controls = replace(controls, '0.1', '0.4') WHERE id = 'm0'",
    "UPDATE measurements SET component = 'q1' WHERE id = 'm0'",
    "UPDATE measurements SET experiment = 't1' WHERE id = 'm0'",
    "UPDATE measurements SET shots = 1000000 WHERE id = 'm0'",
    "UPDATE measurements SET circuits = 2 WHERE id = 'm0'",
    "UPDATE measurements SET device_ended = 2000.0 WHERE id = 'm0'",
    "UPDATE measurements SET recorded_wall = 1.0 WHERE id = 'm0'",
    "UPDATE measurements SET run_id = 'run-2' WHERE id = 'm0'",
    "UPDATE measurements SET why = 'ann asked for it' WHERE id = 'm0'",
    "UPDATE measurements SET step = 7 WHERE id = 'm0'",
    "UPDATE measurements SET raw_sha = (SELECT raw_sha FROM measurements WHERE id = 'm1') WHERE id = 'm0'",
    # analyses
    "UPDATE analyses SET quantities = replace(quantities, '0.2', '0.5') WHERE measurement_id = 'm0'",
    "UPDATE analyses SET judgement = replace(judgement, 'accept', 'review') WHERE measurement_id = 'm0'",
    "UPDATE analyses SET reading = replace(reading, 'SUCCESS', 'DAMPED') WHERE measurement_id = 'm0'",
    "UPDATE analyses SET error = 'no fit' WHERE measurement_id = 'm0'",
    "UPDATE analyses SET author = 'ann' WHERE measurement_id = 'm0'",
    "UPDATE analyses SET figure_sha = (SELECT max(figure_sha) FROM analyses)"
    " WHERE figure_sha = (SELECT min(figure_sha) FROM analyses)",
    "UPDATE analyses SET analysis_sha = (SELECT max(analysis_sha) FROM analyses)"
    " WHERE analysis_sha = (SELECT min(analysis_sha) FROM analyses)",
    "DELETE FROM analyses WHERE measurement_id = 'm0'",
    # approvals
    "UPDATE approvals SET action = replace(action, '0.2', '0.3') WHERE id = 'm0-write'",
    "UPDATE approvals SET status = 'approved', answer = 'approve' WHERE id = 'no'",
    "UPDATE approvals SET status = 'approved', answered_by = 'ann' WHERE id = 'waits'",
    "UPDATE approvals SET status = 'approved' WHERE id = 'm0-write'",
    "UPDATE approvals SET answered_by = 'bob' WHERE id = 'yes'",
    "UPDATE approvals SET note = 'did not look' WHERE id = 'yes'",
    "UPDATE approvals SET answered_wall = 5.0 WHERE id = 'yes'",
    "UPDATE approvals SET rule = 'another' WHERE id = 'yes'",
    "UPDATE approvals SET why = 'another' WHERE id = 'yes'",
    "UPDATE approvals SET table_hash = 'another' WHERE id = 'yes'",
    "UPDATE approvals SET evidence = '{\"figure\": \"another\"}' WHERE id = 'yes'",
    "UPDATE approvals SET expires_wall = 9e9 WHERE id = 'waits'",
    "UPDATE approvals SET expires_wall = NULL WHERE id = 'waits'",
    "UPDATE approvals SET executed = replace(executed, '1020', '1021') WHERE id = 'm0-write'",
    "DELETE FROM approvals WHERE id = 'no'",
    # runs, snapshots, lessons
    "UPDATE runs SET ending = 'failed' WHERE id = 'run-1'",
    "UPDATE runs SET reason = 'another' WHERE id = 'run-1'",
    "UPDATE runs SET seed = 8 WHERE id = 'run-1'",
    "UPDATE runs SET settings = '{\"qubits\": 3}' WHERE id = 'run-1'",
    "UPDATE runs SET started_wall = 1.0 WHERE id = 'run-1'",
    "UPDATE runs SET status = 'running' WHERE id = 'run-1'",
    "DELETE FROM runs WHERE id = 'run-2'",
    "UPDATE snapshots SET \"values\" = replace(\"values\", '0.2', '0.3') WHERE moment = 'after'",
    "UPDATE snapshots SET hash = 'another' WHERE moment = 'after'",
    "DELETE FROM snapshots WHERE moment = 'before'",
    "UPDATE lessons SET text = 'q0 is fine'",
    "UPDATE lessons SET component = 'q1'",
    "DELETE FROM lessons",
    # rows exchanged for one another
    "UPDATE lessons SET id = 'l1'",
    "UPDATE runs SET id = 'run-3' WHERE id = 'run-2'",
    # the chain itself
    "DELETE FROM chain",
    "DELETE FROM chain WHERE number = 5",
    "DELETE FROM chain WHERE number = (SELECT max(number) FROM chain)",
    "UPDATE chain SET content = 'x' WHERE number = 5",
    "UPDATE chain SET hash = 'x' WHERE number = 5",
    "UPDATE chain SET wall = 1.0 WHERE number = 5",
    "UPDATE chain SET key = 'x' WHERE number = 5",
    "UPDATE chain SET number = number + 1000 WHERE number > 5",
    "UPDATE chain SET content = (SELECT content FROM chain WHERE number = 6) WHERE number = 5",
]  # fmt: skip


@pytest.mark.parametrize("checked_before", [False, True], ids=["first check", "checked before"])
@pytest.mark.parametrize("statement", SQL)
def test_a_manipulated_database_is_found(lab: Path, statement: str, checked_before: bool) -> None:
    if checked_before:
        assert _found(lab) == []
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        assert connection.execute(statement).rowcount >= 1
        connection.commit()
    assert _found(lab)


GARBAGE: dict[str, object] = {
    "a word": "x", "a number": 7.5, "half a character": b"\xff", "an endless number": float("inf"),
    "no JSON": "{", "JSON of nothing": "null", "a list": "[]", "no number": '{"a": NaN}', "half a pair": '"\\ud800"',
    "brackets without end": "[" * 100_000, "digits without end": "9" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("what", GARBAGE)
@pytest.mark.parametrize("table", [table.name for table in (*schema.CHAINED, schema.chain)])
def test_whatever_stands_in_a_column_is_found_and_ends_no_check(lab: Path, table: str, what: str) -> None:
    """Each column of the last row in turn."""
    for column in schema.metadata.tables[table].columns:
        with closing(sqlite3.connect(lab / "lab.db")) as connection:
            last = f"WHERE rowid = (SELECT max(rowid) FROM {table})"
            (before,) = connection.execute(f'SELECT "{column.name}" FROM {table} {last}').fetchone()
            try:
                connection.execute(f'UPDATE {table} SET "{column.name}" = ? {last}', (GARBAGE[what],))
            except sqlite3.IntegrityError:
                continue  # the database itself refuses it
            connection.commit()
            (now,) = connection.execute(f'SELECT "{column.name}" FROM {table} {last}').fetchone()
            assert now == before or list(_until_unreadable(lab)), column.name
            connection.execute(f'UPDATE {table} SET "{column.name}" = ? {last}', (before,))
            connection.commit()
    assert _found(lab) == []


def _until_unreadable(lab: Path) -> Iterator[str]:
    """As the command line has it: where the database cannot be read any further, that is told."""
    store = open_store(lab)
    try:
        yield from problems(store)
    except OperatorError as error:
        yield error.what
    finally:
        store.engine.dispose()


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def meddle(lab: Path) -> None:
        path = lab / "runs" / "run-1" / "trajectory.jsonl"
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return meddle


def _blob(suffix: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda lab: [change(path) for path in sorted((lab / "blobs").glob(f"*{suffix}"))[:1]]


def _swap(lab: Path) -> None:
    one, other = sorted((lab / "blobs").glob("*.npz"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _link(path: Path) -> None:
    path.symlink_to(path.parent / ".x")


def _request(lab: Path) -> None:
    for path in (lab / "blobs").glob("*.json"):
        if b"prompt" in path.read_bytes():
            path.unlink()


FILES: dict[str, Callable[[Path], object]] = {
    "a line altered": _lines(lambda lines: [*lines[:2], lines[2].replace(b"reason 0", b"reason X"), *lines[3:]]),
    "the first line altered": _lines(lambda lines: [lines[0].replace(b"1000.0", b"1000.5"), *lines[1:]]),
    "a space more": _lines(lambda lines: [*lines[:2], lines[2].replace(b": ", b":  ", 1), *lines[3:]]),
    "a line less": _lines(lambda lines: [*lines[:2], *lines[3:]]),
    "the last line less": _lines(lambda lines: lines[:-1]),
    "two lines exchanged": _lines(lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]]),
    "a line twice": _lines(lambda lines: [*lines[:3], *lines[2:]]),
    "a line more at the end": _lines(lambda lines: [*lines, b'{"id": "x", "kind": "decision"}\n']),
    "emptied": _lines(lambda lines: []),
    "trajectory deleted": lambda lab: (lab / "runs" / "run-1" / "trajectory.jsonl").unlink(),
    "raw data altered": _blob(".npz", lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x")),
    "raw data deleted": _blob(".npz", Path.unlink),
    "raw data of two measurements exchanged": _swap,
    "a figure altered": _blob(".png", lambda path: path.write_bytes(b"another")),
    "a figure deleted": _blob(".png", Path.unlink),
    "a figure emptied": _blob(".png", lambda path: path.write_bytes(b"")),
    "an analysis deleted": _blob(".json", Path.unlink),
    "a request to a model deleted": _request,
    "a directory in place of a figure": _blob(".png", lambda path: (path.unlink(), path.mkdir())),
    "a pipe in place of raw data": _blob(".npz", lambda path: (path.unlink(), os.mkfifo(path))),
    "a link to a copy of raw data": _blob(".npz", lambda path: (path.rename(path.parent / ".x"), _link(path))),
    "a pipe in place of a trajectory": lambda lab: (
        (lab / "runs" / "run-1" / "trajectory.jsonl").unlink(),
        os.mkfifo(lab / "runs" / "run-1" / "trajectory.jsonl"),
    ),
    "a file of somebody's own among them": lambda lab: (lab / "blobs" / "x.png").write_bytes(b"mine"),
    "all of them deleted": lambda lab: shutil.rmtree(lab / "blobs"),
    "all runs deleted": lambda lab: shutil.rmtree(lab / "runs"),
}


@pytest.mark.parametrize("checked_before", [False, True], ids=["first check", "checked before"])
@pytest.mark.parametrize("meddle", FILES.values(), ids=list(FILES))
def test_a_manipulated_file_is_found(lab: Path, meddle: Callable[[Path], object], checked_before: bool) -> None:
    if checked_before:
        assert _found(lab) == []
    meddle(lab)
    assert _found(lab)


def _made_otherwise(table: str, old: str, new: str) -> str:
    return (
        "PRAGMA writable_schema = ON;"
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE type = 'table' AND name = '{table}'"
    )


NO_RECORD = [
    "CREATE TRIGGER t AFTER INSERT ON approvals BEGIN UPDATE approvals SET status = 'approved'; END",
    "CREATE TRIGGER t BEFORE UPDATE ON parameters BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER t AFTER INSERT ON chain BEGIN DELETE FROM chain WHERE number < NEW.number; END",
    "DROP INDEX one_current_value",
    "DROP INDEX one_newest_analysis",
    "DROP INDEX one_current_value; CREATE INDEX one_current_value ON parameters (device)",
    "DROP INDEX one_newest_analysis; CREATE UNIQUE INDEX one_newest_analysis ON analyses (measurement_id) WHERE 0",
    "DROP TABLE lessons; CREATE VIEW lessons AS SELECT 1",
    _made_otherwise("approvals", "note TEXT", "note TEXT DEFAULT ''looked at it''"),
    _made_otherwise("approvals", "why TEXT", "why TEXT COLLATE NOCASE"),
    _made_otherwise("approvals", "PRIMARY KEY (id)", "PRIMARY KEY (id) ON CONFLICT REPLACE"),
    _made_otherwise("parameters", "UNIQUE (sequence)", "UNIQUE (sequence) ON CONFLICT IGNORE"),
    _made_otherwise("parameters", "DEFERRABLE", "ON DELETE CASCADE DEFERRABLE"),
    _made_otherwise("lessons", "code TEXT", "code TEXT AS (text)"),
    _made_otherwise("runs", "PRIMARY KEY (id)", "PRIMARY KEY (id), CHECK (ending <> ''failed'')"),
    "CREATE UNIQUE INDEX one_run ON runs (device, id)",
    "UPDATE schema_version SET version = 1",
    "INSERT INTO schema_version VALUES (1)",
]


@pytest.mark.parametrize("checked_before", [False, True], ids=["first check", "checked before"])
@pytest.mark.parametrize("statement", NO_RECORD)
def test_a_database_that_does_something_of_its_own_is_not_opened(
    lab: Path, statement: str, checked_before: bool
) -> None:
    """A trigger would alter rows before they are hashed; an index that is gone would let two values be in force."""
    if checked_before:
        assert _found(lab) == []
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.executescript(statement)
    with pytest.raises(OperatorError):
        open_store(lab)


REWRITTEN: dict[str, tuple[Table, ColumnElement[bool], dict[str, object]]] = {
    "a value": (schema.parameters, schema.parameters.c.approval_id == "m0-write", {"stderr": 1e-9}),
    "a value's author": (schema.parameters, schema.parameters.c.component == "q1", {"author": "ann"}),
    "a measurement": (schema.measurements, schema.measurements.c.id == "m0", {"why": "ann asked for it"}),
    "a verdict": (schema.analyses, schema.analyses.c.measurement_id == "m0", {"judgement": {"verdict": "review"}}),
    "a rejection": (schema.approvals, schema.approvals.c.id == "no", {"status": "approved", "answer": "approve"}),
    "who answered": (schema.approvals, schema.approvals.c.id == "yes", {"answered_by": "bob"}),
    "a request": (schema.approvals, schema.approvals.c.id == "waits", {"expires_wall": 9e9}),
    "a run's settings": (schema.runs, schema.runs.c.id == "run-2", {"settings": {"qubits": 3}}),
    "a snapshot": (schema.snapshots, schema.snapshots.c.moment == "after", {"device_time": 1.0}),
    "a lesson": (schema.lessons, schema.lessons.c.id == "l0", {"text": "q0 is fine"}),
}


@pytest.mark.parametrize("checked_before", [False, True], ids=["first check", "checked before"])
@pytest.mark.parametrize("what", REWRITTEN)
def test_a_row_made_into_another_is_found_also_with_an_entry_of_its_own(
    lab: Path, what: str, checked_before: bool
) -> None:
    """Whoever knows the chain can append to it: then the head that was kept is in it as before."""
    if checked_before:
        assert _found(lab) == []
    store = open_store(lab)
    head, (table, where, values) = head_of(store), REWRITTEN[what]
    with writing(store.engine) as connection:
        assert change(connection, table, where, values)
    assert any("cannot have been" in one for one in problems(store, heads=[head]))


def test_the_values_with_which_a_lab_begins_are_no_past_that_was_taken_in(tmp_path: Path) -> None:
    store = open_store(tmp_path / "lab")
    seed_table(store, "chip", {"q0": DESIGN}, 1000.0, "design", "start values")
    start_run(store, "run-1", "night", "chip", {"qubits": 2}, 7, 1000.0)
    assert list(problems(store)) == []
    head = head_of(store)
    with writing(store.engine) as connection:
        assert change(connection, schema.parameters, schema.parameters.c.parameter == "x_amplitude", {"value": 0.2})
    assert any("cannot have been" in one for one in problems(store, heads=[head]))


def test_a_trajectory_rewritten_and_chained_once_more_is_found(lab: Path) -> None:
    assert _found(lab) == []
    FILES["a line altered"](lab)
    store = open_store(lab)
    keep_trajectory(store, lab / "runs" / "run-1" / "trajectory.jsonl")
    assert list(problems(store))


EXCHANGED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "files": ("blobs", _blob(".png", lambda path: path.write_bytes(b"another"))),
    "a run": ("runs/run-1", FILES["a line altered"]),
}


@pytest.mark.parametrize("what", EXCHANGED)
def test_a_directory_made_ready_before_the_last_check_and_put_in_place_after_it_is_found(
    lab: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of its files was touched since; but they are others than those that were read."""
    monkeypatch.setattr(integrity, "MARGIN_NS", 0)
    other, (name, meddle) = Path(shutil.copytree(lab, tmp_path / "other")), EXCHANGED[what]
    meddle(other)
    assert _found(lab) == _found(lab) == []
    (lab / name).rename(tmp_path / "away")
    (other / name).rename(lab / name)
    assert _found(lab)


def _as_if_checked(lab: Path) -> None:
    """The mark that a check would leave which finds all rows as they are now."""
    mark, store = json.loads((lab / "checked.json").read_text()), open_store(lab)
    blocks = Blocks({})
    with store.engine.connect() as connection:
        for table in schema.CHAINED:
            list(blocks.read(connection, table.name, as_stored(connection, table)))
    store.engine.dispose()
    mark["mark"]["blocks"] |= blocks.now
    (lab / "checked.json").write_text(json.dumps(mark))


def test_a_mark_made_by_hand_is_not_believed(lab: Path) -> None:
    """Else whoever may write to the lab could have said that a row was compared already."""
    assert _found(lab) == []
    with closing(sqlite3.connect(lab / "lab.db")) as connection, connection:
        connection.execute(SQL[0])
    _as_if_checked(lab)
    assert _found(lab)


def test_a_head_that_was_kept_is_proved_without_what_an_earlier_check_left(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where somebody has the key of its seal."""
    assert _found(lab) == []
    store = open_store(lab)
    head = head_of(store)
    with closing(sqlite3.connect(lab / "lab.db")) as connection, connection:
        connection.execute(SQL[0])
    monkeypatch.setattr(checked, "seal_of", lambda text: "x")
    _as_if_checked(lab)
    (lab / "checked.json").write_text((lab / "checked.json").read_text().replace('"seal": "', '"seal": "x", "was": "'))
    assert list(problems(store, heads=[head]))


@pytest.mark.parametrize("home", ["not to be written", "gone"])
def test_without_a_place_for_the_key_all_is_read_each_time(
    lab: Path, tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "home"
    if home == "not to be written":
        place.write_text("a file")
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "below") if home == "gone" else str(place))
    if home == "gone":
        monkeypatch.setattr(seal.os, "open", _no_room)
    assert _found(lab) == _found(lab) == []
    assert not (lab / "checked.json").exists()


def _no_room(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_record_as_it_was_written_is_in_order_also_when_it_goes_on(lab: Path) -> None:
    assert _found(lab) == _found(lab) == []
    store = open_store(lab)
    for reason in ("killed", "by hand"):
        end_run(store, "run-2", Ending.FAILED, reason, 1025.0)
        start_run(store, "run-2", "night", "chip", {"qubits": 2}, 7, 1026.0)
    contradict(store, "l0", "m0")
    end_run(store, "run-2", Ending.STOPPED, "by hand", 1030.0)
    _measure(store, "m2", 0, 0.21, DESIGN | {"x_amplitude": 0.2})
    assert list(problems(store)) == list(problems(store, everything=True)) == []


def test_what_was_checked_before_is_not_compared_row_by_row_again(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a check takes as long as the record is: only what is new, or no longer what it was, is hashed by rows."""
    assert _found(lab) == []
    hashed, linked = [], []
    real, link = integrity.content_of, integrity.link
    monkeypatch.setattr(integrity, "content_of", lambda names, row: hashed.append(row[0]) or real(names, row))
    monkeypatch.setattr(integrity, "link", lambda *given: linked.append(given) or link(*given))
    assert _found(lab) == [] and not hashed and not linked
    store = open_store(lab)
    record_lesson(store, "l1", "run-1", "q0", "q0 cools", 1015.0)
    assert list(problems(store)) == []
    assert set(hashed) == {"l0", "l1"}
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.execute("UPDATE lessons SET text = 'q0 is fine' WHERE id = 'l0'")
        connection.commit()
    assert any("row l0 is not what was written" in one for one in problems(store))


def test_a_value_that_takes_anothers_place_costs_the_same_however_many_there_are(lab: Path) -> None:
    """Also in a lab from before: without an index the database would look through all values for the one before."""
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.executescript("""DROP INDEX ix_parameters_superseded_by; DROP INDEX ix_analyses_superseded_by;
        UPDATE schema_version SET version = 2;""")
    open_store(lab).engine.dispose()
    for table in ("parameters", "analyses"):
        with closing(sqlite3.connect(lab / "lab.db")) as connection:
            query = f"EXPLAIN QUERY PLAN SELECT id FROM {table} WHERE superseded_by = 'x'"
            assert "USING INDEX ix_" in connection.execute(query).fetchone()[3]


def test_another_past_with_a_chain_of_its_own_is_shown_by_a_head_that_was_kept(lab: Path) -> None:
    store = open_store(lab)
    head = parse_head(str(head_of(store)))
    assert list(problems(store, heads=[head])) == []
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.executescript("UPDATE lessons SET text = 'q0 is fine'; DELETE FROM chain;")
    with writing(store.engine) as connection:
        begin(connection)
    (lab / "checked.json").unlink(missing_ok=True)
    assert list(problems(store)) == []
    (told,) = problems(store, heads=[head])
    assert "that was kept" in told
    short = Head(number=head.number + 10_000, hash=head.hash)
    assert any("is gone" in one for one in problems(store, heads=[short]))


def test_a_lab_from_before_the_chain_takes_its_past_as_it_is_found(lab: Path) -> None:
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.executescript(
            "DROP TABLE chain; ALTER TABLE approvals DROP COLUMN expires_wall; UPDATE schema_version SET version = 1;"
        )
    store = open_store(lab)
    adopt(store)
    assert list(problems(store)) == []
    assert store.engine.connect().execute(chain.select().where(chain.c.source == "trajectory")).all()
    with closing(sqlite3.connect(lab / "lab.db")) as connection:
        connection.execute("UPDATE lessons SET text = 'q0 is fine'")
        connection.commit()
    assert any("lessons: row l0 is not what was written" in one for one in problems(store))


def test_every_table_hangs_in_the_chain() -> None:
    from reson.tools.store.schema import CHAINED, metadata

    assert set(metadata.tables) - {table.name for table in CHAINED} == {"chain", "schema_version"}


def _writes() -> Iterator[str]:
    import reson.tools.store

    for path in Path(next(iter(reson.tools.store.__path__))).glob("*.py"):
        if path.name not in ("chain.py", "database.py", "migrations.py"):
            yield from (
                f"{path.name}: {word}" for word in ("insert(", "update(", "delete(") if f" {word}" in path.read_text()
            )


def test_no_row_is_written_past_the_chain() -> None:
    assert list(_writes()) == []
