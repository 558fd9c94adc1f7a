"""A brain that looks before it decides, as a sub-graph of the campaign: killed between two turns, it goes on there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from reson.agent.launch import resume
from reson.agent.operations.notes import NOTE
from reson.agent.operations.opened import PERSON, open_for
from reson.records import Ending, Json
from tests.agent.brains.chat_server import Answer, able, serving, text_of
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_nights import make_lab, trajectory

LOOK = ("list_measurements", {"component": "q0"})
SET_ASIDE = {"why": "no line at any power", "code": "no_drive_response", "remedy": "check the drive line"}
ASKED_AND_LOOKED = 4
"""Checkpoints of the sub-graph when it is about to ask again: its input, its start, and one after each turn."""


def turns_kept(checkpoints: Path) -> int:
    """Checkpoints of the sub-graph."""
    with sqlite3.connect(checkpoints) as connection:
        return connection.execute("SELECT count(*) FROM checkpoints WHERE checkpoint_ns != ''").fetchone()[0]


def test_killed_between_two_turns_it_neither_asks_nor_looks_again(tmp_path, monkeypatch):
    """Though a note came in meanwhile, with which the question would read otherwise."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    questions: list[Json] = []
    child: list[subprocess.Popen[bytes]] = []
    checkpoints = tmp_path / "lab" / "checkpoints.db"

    def script(body: Json) -> Answer:
        if (probe := able(body)) is not None:
            return probe
        if "tools" not in body:
            return Answer(status=500)
        questions.append(body)
        if len(questions) == 1:
            return Answer(calls=(LOOK,))
        if child:
            process = child.pop()
            while turns_kept(checkpoints) < ASKED_AND_LOOKED:  # a checkpoint is written beside the node that follows it
                assert process.poll() is None
            os.kill(process.pid, signal.SIGKILL)
        return Answer(calls=(("give_up", {"components": ["q0"], **SET_ASIDE}),))

    with serving(script) as server:
        lab = make_lab(tmp_path / "lab", "cascade", server, qubits=1, faults='q0 = "dead_drive_line"', retries=0)
        command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab.directory), "calibrate", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        child.append(process)
        said = process.communicate()[0]
        assert process.returncode == -signal.SIGKILL, said.decode()
        NOTE(open_for(lab, "ada", PERSON), NOTE.checked({"text": "q0 was warmed up", "component": "q0"}))
        ended = resume(lab, "calibrate-0001", lambda kind, body: None)
    assert ended.ending is Ending.FINISHED
    assert len(questions) == 3, "the one that was under way is put again, and no other"
    assert questions[2]["messages"] == questions[1]["messages"]
    assert any(message["role"] == "tool" for message in questions[1]["messages"])
    assert "warmed up" not in text_of(questions[2])
    calls = [event for event in trajectory(lab) if event["kind"] == "model_call" and event["purpose"] == "choose"]
    assert [bool(event.get("failure")) for event in calls] == [False, False]
    assert turns_kept(checkpoints) == 0, "of a run that has ended nothing is kept, of its talks neither"
