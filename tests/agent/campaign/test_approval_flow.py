"""With the policy on `ask`, nothing is written without an answer, and every kind of answer has its effect."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reson.agent.approvals import approve, edit, reject, respond
from reson.agent.launch import resume
from reson.errors import ToolError
from reson.records import Ending
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import commit, current, log
from tests.agent.campaign.conftest import ASK_BEFORE_WRITING


def test_nothing_is_written_before_the_answer_and_the_run_says_what_it_waits_for(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING, qubits=2)
    ended = calibrate(lab)
    store = lab.store()
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    assert {row.author for row in log(store, "simulated-3")} == {"design"}
    pending = list_approvals(store, status="pending")
    assert {row.component for row in pending} == {"q0", "q1"}
    assert ended.report.exists()
    again = resume(lab, ended.run_id, lambda kind, body: None)
    assert again.ending is Ending.WAITING_FOR_APPROVAL
    assert [row.id for row in list_approvals(store, status="pending")] == [row.id for row in pending]


def test_an_answer_in_another_process_lets_that_qubit_go_on(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    [pending] = list_approvals(lab.store(), status="pending")
    answer = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab.directory), "approvals", "approve", pending.id]
    subprocess.run([*answer, "--by", "ada"], check=True, capture_output=True)
    ended = resume(lab, ended.run_id, lambda kind, body: None)
    store = lab.store()
    written = [row for row in log(store, "simulated-3") if row.author != "design"]
    assert {row.parameter for row in written} == {"drive_frequency"}
    assert written[0].approval_id == pending.id
    assert [row.experiment for row in list_measurements(store, run_id=ended.run_id)] == ["qubit_spectroscopy", "rabi"]
    assert ended.ending is Ending.WAITING_FOR_APPROVAL


def test_an_edited_value_is_what_gets_executed_and_recorded(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    proposed = pending.action.arguments["changes"][0]["new"]
    edit(store, pending.id, "ada", "by eye", {"drive_frequency": proposed + 1e3})
    resume(lab, ended.run_id, lambda kind, body: None)
    row = current(store, "simulated-3")["q0"]["drive_frequency"]
    assert row.value == proposed + 1e3
    assert "ada" in row.author
    with pytest.raises(ToolError, match="ada"):
        reject(store, pending.id, "eve", "too late")


def test_a_rejected_value_is_not_written_and_the_qubit_is_set_aside(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    reject(store, pending.id, "ada", "the fridge was warm")
    ended = resume(lab, ended.run_id, lambda kind, body: None)
    assert ended.ending is Ending.FINISHED
    assert {row.author for row in log(store, "simulated-3")} == {"design"}
    with pytest.raises(ToolError):
        commit(store, pending.id, device_time=0.0)


def test_a_response_makes_the_brain_measure_again(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    respond(store, pending.id, "ada", "average longer, please")
    resume(lab, ended.run_id, lambda kind, body: None)
    rows = list_measurements(store, run_id=ended.run_id)
    assert [row.experiment for row in rows] == ["qubit_spectroscopy"] * 2
    [again] = list_approvals(store, status="pending")
    assert again.id != pending.id
    assert {row.author for row in log(store, "simulated-3")} == {"design"}


def test_an_approval_whose_table_moved_is_asked_again(make_lab, calibrate):
    """Approved, but before the run takes it up another approved change of the same qubit is executed."""
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    first = calibrate(lab)
    store = lab.store()
    [asked] = list_approvals(store, status="pending")
    second = calibrate(lab)
    [other] = [row for row in list_approvals(store, status="pending") if row.run_id == second.run_id]
    approve(store, asked.id, "ada")
    approve(store, other.id, "ada")
    commit(store, other.id, device_time=other.requested_device)
    ended = resume(lab, first.run_id, lambda kind, body: None)
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    [again] = [row for row in list_approvals(store, status="pending") if row.run_id == first.run_id]
    assert again.supersedes == asked.id
    assert again.action.arguments["changes"][0]["old"] == other.action.arguments["changes"][0]["new"]
    assert all(row.approval_id != asked.id for row in log(store, "simulated-3"))


def test_measuring_itself_can_need_an_answer(make_lab, calibrate):
    lab = make_lab(policy='[[rule]]\nname = "a person decides"\ndecision = "ask"\n')
    ended = calibrate(lab)
    store = lab.store()
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    assert list_measurements(store) == []
    [pending] = list_approvals(store, status="pending")
    assert pending.kind == "measure"
    approve(store, pending.id, "ada")
    resume(lab, ended.run_id, lambda kind, body: None)
    assert [row.experiment for row in list_measurements(store)] == ["qubit_spectroscopy"]


def test_a_policy_that_denies_ends_the_qubit_with_that_reason(make_lab, calibrate, watched):
    lab = make_lab(policy='[[rule]]\nname = "hands off"\ndecision = "deny"\n')
    ended = calibrate(lab)
    assert ended.ending is Ending.FINISHED
    assert list_measurements(lab.store()) == []
    [closed] = [body["decision"] for body in watched.of("decision") if body["decision"]["kind"] == "give_up"]
    assert "hands off" in closed["diagnoses"][0]["text"]
