"""kill -9 at any moment, then resume: nothing is repeated, lost, or written twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, resume, start
from reson.records import Ending
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import current, log
from reson.tools.store.runs import list_runs
from reson.trajectory import read_trajectory

KILLS = 10
KILLER = Path(__file__).with_name("killed_at.py")
EFFECTS = ("trajectory", "transaction", "checkpoint", "blob")
EXPERIMENTS = 14
"""Enough for a kill to hit every kind of node, few enough for a test."""
MOST_EFFECTS = 9
"""Of one kind: about a job's worth of lines, transactions, checkpoints or blobs."""


def small_lab(directory: Path) -> Lab:
    lab = open_lab(directory, seed=11, qubits=2)
    text = (directory / "lab.toml").read_text()
    (directory / "lab.toml").write_text(text.replace("experiments = 2000", f"experiments = {EXPERIMENTS}"))
    return open_lab(lab.directory)


def record(lab: Lab, run_id: str) -> dict:
    store = lab.store()
    events = read_trajectory(lab.runs / run_id / "trajectory.jsonl")
    return {
        "measurements": [(row.id, row.device_started, row.raw_sha) for row in list_measurements(store)],
        "parameters": [
            (row.component, row.parameter, row.value, row.approval_id) for row in log(store, "simulated-11")
        ],
        "approvals": sorted((row.id, row.status, row.action_hash) for row in list_approvals(store)),
        # a run that was killed tells besides of its endings and of who had it go on
        "events": sorted(event["id"] for event in events if not event["id"].startswith(("stop-", "resume-"))),
    }


def test_killed_ten_times_the_record_is_that_of_an_undisturbed_run(tmp_path: Path):
    undisturbed = small_lab(tmp_path / "undisturbed")
    ended = start(undisturbed, Plan(kind="calibrate"), lambda kind, body: None)
    assert ended.ending is Ending.BUDGET_SPENT

    killed = small_lab(tmp_path / "killed")
    moments = random.Random(20261121)
    command = ["calibrate", "0-1"]
    finished: set[int] = set()
    for number in range(KILLS):
        which = (str(moments.randint(1, MOST_EFFECTS)), EFFECTS[number % len(EFFECTS)])
        arguments = [sys.executable, str(KILLER), *which, "--lab", str(killed.directory), *command]
        died = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert died.returncode == -signal.SIGKILL, f"kill {number}, {which}: {died.stdout}{died.stderr}"
        if list_runs(killed.store()):
            command = ["resume", ended.run_id]
            finished.add(len(list_measurements(killed.store())))
    assert len(finished) >= 3, f"the kills are all at one place: {finished} measurements were done"
    last = resume(killed, ended.run_id, lambda kind, body: None)
    assert last.ending is Ending.BUDGET_SPENT
    assert record(killed, ended.run_id) == record(undisturbed, ended.run_id)
    assert current(killed.store(), "simulated-11").keys() == {"q0", "q1"}
