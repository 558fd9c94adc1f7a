"""A run that the console starts is a process of its own: it is found, and stopped at a safe point."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from reson.agent.holder import holder_of, last_words, start_process, stop_holder
from reson.agent.lab import open_lab
from reson.agent.launch import resume
from reson.agent.operations.conversations import answer_to
from reson.agent.operations.following import PROGRESS
from reson.agent.operations.opened import PERSON, open_for
from reson.agent.operations.processes import begin
from reson.agent.operations.runs import RUN_EXPERIMENT
from reson.errors import OperatorError, ToolError
from reson.tools.store.runs import list_runs


def until(true, seconds=240.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def pretend(lab, **facts):
    held = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": "reson night", "since": "2026-01-01"}
    (lab / "lab.holder.json").write_text(json.dumps(held | facts))


def test_nobody_holds_a_lab_that_is_free_or_whose_holder_was_killed(tmp_path):
    assert holder_of(tmp_path) is None
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    pretend(tmp_path, pid=gone.pid)
    assert holder_of(tmp_path) is None
    (tmp_path / "lab.holder.json").write_text('{"pid": ')
    assert holder_of(tmp_path) is None, "half written"


def test_a_process_that_does_not_hold_the_lock_is_never_signalled(tmp_path):
    lab = open_lab(tmp_path / "lab", seed=1, qubits=1)
    pretend(lab.directory)  # this very process lives, but holds nothing
    with pytest.raises(OperatorError, match="nothing runs"):
        stop_holder(lab)


def test_a_run_is_started_found_and_stopped_at_a_safe_point(tmp_path):
    place = tmp_path / "lab"
    process = start_process(place, "night", "--seed", "3")  # of five qubits and four pairs: it is not over before
    until(lambda: (place / "lab.db").exists() and list_runs(open_lab(place).store(), 1))
    holder = holder_of(place)
    assert holder is not None and holder.pid == process.pid and holder.purpose == "reson night"
    until(lambda: (place / "runs" / "night-0001" / "trajectory.jsonl").exists())
    stop_holder(open_lab(place))
    assert process.wait(40) == 6, last_words(place)
    assert list_runs(open_lab(place).store(), 1)[0].ending == "stopped"
    assert holder_of(place) is None


def test_a_run_of_its_own_is_followed_by_whoever_asks(tmp_path):
    lab = open_lab(tmp_path / "lab", seed=3, qubits=1)
    lab.device(lab.store())
    at = open_for(lab, "ada", PERSON)
    told = {"experiment": "qubit_spectroscopy", "components": ["q0"], "parameters": {"points": 41}}
    begun = begin(at, RUN_EXPERIMENT, RUN_EXPERIMENT.checked(told))
    assert begun["follow"] == "progress"
    until(lambda: any(run.ending for run in list_runs(at.store)))
    seen = PROGRESS.in_words(at, {})
    assert seen["ending"] == "finished" and seen["measurements"] == 1 and "q0" in seen["qubits"]
    assert list_runs(at.store)[0].settings["by"] == "ada"
    pretend(lab.directory)
    with pytest.raises(ToolError, match="holds the lab"):
        begin(at, RUN_EXPERIMENT, RUN_EXPERIMENT.checked(told))


def test_a_command_that_cannot_start_says_why(tmp_path):
    process = start_process(tmp_path / "lab", "night", "--until", "soon")
    assert process.wait(30) == 2
    assert "no time of day" in " ".join(last_words(tmp_path / "lab"))


def test_a_question_is_answered_from_the_record(waiting_lab):
    *_, answer = answer_to(waiting_lab, "show q1")
    [said] = answer
    assert said.kind == "said" and "drive_frequency" in said.text and "There is no model" not in said.text


@pytest.mark.parametrize("question", ["show q9", "why nonsense", "run raby on q0"])
def test_a_question_without_an_answer_says_why(waiting_lab, question):
    *_, answer = answer_to(waiting_lab, question)
    assert [one.kind for one in answer] == ["failed"] and "there is no" in answer[0].text


def test_a_plot_is_named_and_a_conversation_that_breaks_is_told(waiting_lab, tmp_path):
    *_, answer = answer_to(waiting_lab, "show the plot of rabi on q0")
    assert answer[0].plots and open_lab(waiting_lab).store().blobs.path(answer[0].plots[0], ".png").exists()
    (tmp_path / "lab.toml").write_text("no settings")
    *_, answer = answer_to(tmp_path, "chip")
    assert {one.kind for one in answer} == {"failed"} and "lab.toml" in answer[0].text


def test_a_run_is_on_record_as_running_only_when_a_signal_can_stop_it(own_lab, monkeypatch):
    before, handlers = signal.getsignal(signal.SIGTERM), []

    def start_run(*facts):
        handlers.append(signal.getsignal(signal.SIGTERM))
        raise OperatorError("stopped here", "by the test")

    monkeypatch.setattr("reson.tools.store.runs.start_run", start_run)
    with pytest.raises(OperatorError, match="stopped here"):
        resume(open_lab(own_lab), "night-0001", lambda kind, body: None)
    assert callable(handlers[0]) and handlers[0] is not before
    assert signal.getsignal(signal.SIGTERM) is before
