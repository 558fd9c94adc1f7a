"""Runs, readers and answers as processes of their own on one PostgreSQL server, also where that dies in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reson.agent.config import TEMPLATE
from reson.records import Ending
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.faults import RecordAway
from reson.tools.store.integrity import problems
from reson.tools.store.measurements import list_measurements
from reson.tools.store.runs import list_runs
from reson.tools.store.store import Store, open_store
from reson.tools.store.table import current
from reson.trajectory import read_events
from tests.agent.cli.conftest import call
from tests.postgres import Server

ASK = '[[rule]]\nname = "measure"\ndecision = "auto"\neffect = "measures"\n\n[[rule]]\nname = "ask"\ndecision = "ask"\n'


def _lab(directory: Path, url: str, experiments: int = 100) -> Path:
    directory.mkdir()
    text = TEMPLATE.format(seed=7, qubits=2).replace('database = ""', f'database = "{url}"')
    (directory / "lab.toml").write_text(text.replace("experiments = 2000", f"experiments = {experiments}"))
    (directory / "policy.toml").write_text(ASK)
    return directory


def _reson(lab: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(process: subprocess.Popen[str]) -> tuple[int, str]:
    """(exit code, what it printed)."""
    said = process.communicate(timeout=120)[0]
    return process.returncode, said


def _wait_for(lines: int, trajectory: Path, process: subprocess.Popen[str]) -> None:
    while not trajectory.exists() or trajectory.read_bytes().count(b"\n") < lines:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.database()


def test_two_labs_that_start_at_once_are_never_one_run(tmp_path: Path, url: str) -> None:
    labs = [_lab(tmp_path / name, url) for name in ("one", "other")]
    said = [_said(process) for process in [_reson(lab, "run", "t1", "--qubits", "0") for lab in labs]]
    assert sorted(code == 0 for code, _ in said) == [False, True], said
    won, lost = sorted(zip(labs, said, strict=True), key=lambda found: found[1][0] != 0)
    assert "in use by reson run (process" in lost[1][1] or "was not made in" in lost[1][1]
    assert "Traceback" not in lost[1][1]
    store = open_store(won[0], url)
    assert [(row.id, row.ending) for row in list_runs(store)] == [("run-0001", Ending.FINISHED)]
    assert len(list_measurements(store)) == 1
    assert list(problems(store)) == []
    assert not (lost[0] / "runs").exists()


def test_what_is_approved_at_another_desk_is_executed_where_it_was_asked(tmp_path: Path, url: str) -> None:
    bench, desk = _lab(tmp_path / "bench", url), _lab(tmp_path / "desk", url)
    said = call(bench, "run", "resonator_spectroscopy", "--qubits", "0", "--commit")
    store = open_store(bench, url)
    waiting = list_approvals(store, status=ApprovalStatus.PENDING)
    assert waiting, said
    for words in (["resume", "run-0001"], ["report"], ["check"]):  # it has no files
        said = call(desk, *words)
        assert said.code != 0
        assert "run-0001, on record in this database, was not made in" in said.err + said.out
        assert len((said.err + said.out).strip().splitlines()) <= 3, said
    for row in waiting:
        assert call(desk, "approvals", "approve", row.id, "--by", "ann").code == 0
    before = current(store, waiting[0].device)["q0"]["readout_frequency"].id
    assert call(bench, "resume", "run-0001").code == 0
    assert {row.status for row in list_approvals(store)} == {ApprovalStatus.EXECUTED}
    assert current(store, waiting[0].device)["q0"]["readout_frequency"].id != before


def _look(store: Store) -> int:
    """As a page of the console does: whatever comes while the server is away has a name; returns how often it was."""
    try:
        assert {row.id for row in list_runs(store)} <= {"calibrate-0001"}
        list_approvals(store, status=ApprovalStatus.PENDING)
    except RecordAway:
        return 1
    return 0


def test_a_run_outlives_a_server_that_dies_in_the_middle_with_others_beside_it(
    postgres: Server, tmp_path: Path, url: str
) -> None:
    lab, desk = _lab(tmp_path / "lab", url, experiments=6), _lab(tmp_path / "desk", url)
    (lab / "policy.toml").write_text(ASK.replace('"ask"', '"auto"'))
    open_store(lab, url).engine.dispose()
    console = open_store(desk, url)
    trajectory = lab / "runs" / "calibrate-0001" / "trajectory.jsonl"
    run, away = _reson(lab, "calibrate", "q0"), 0
    for lines in (1, 8, 15, 22):
        _wait_for(lines, trajectory, run)
        postgres.stop(signal.SIGQUIT)
        away += _look(console)
        postgres.start()
        assert _look(console) == 0
    _, said = _said(run)
    assert away == 4
    rows = list_runs(console)
    assert [(row.id, row.ending) for row in rows] == [("calibrate-0001", Ending.BUDGET_SPENT)], said
    store = open_store(lab, url)
    assert list(problems(store)) == []
    events = read_events(trajectory)
    assert len({event.id for event in events}) == len(events)
    measured = list_measurements(store)
    assert len({(row.step, row.component) for row in measured}) == len(measured) == 6
