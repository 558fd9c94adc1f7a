"""With the policy on `ask`, nothing is written without an answer, and every kind of answer has its effect."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reson.agent.approvals import approve, edit, reject, respond
from reson.agent.lab import EPOCH, open_lab
from reson.agent.launch import Plan, resume, start
from reson.agent.memory import recall
from reson.agent.operations.rolling_back import roll_back
from reson.agent.policy import DEFAULT_POLICY
from reson.authors import PERSON
from reson.errors import ToolError
from reson.events import Resumed, event_of
from reson.records import Ending
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import commit, current, log, rollback_changes
from reson.tools.store.runs import get_run
from reson.trajectory import read_trajectory
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
    assert {row.parameter for row in written} == {"readout_frequency", "resonator_frequency", "resonator_linewidth"}
    assert written[0].approval_id == pending.id
    assert [row.experiment for row in list_measurements(store, run_id=ended.run_id)] == [
        "resonator_spectroscopy",
        "punch_out",
    ]
    assert ended.ending is Ending.WAITING_FOR_APPROVAL


ASK_BEFORE_MEASURING = """
[[rule]]
name = "a person sends pulses"
experiment = "resonator_spectroscopy"
effect = "measures"
decision = "ask"

[[rule]]
name = "the rest is fine"
decision = "auto"
"""


@pytest.mark.parametrize(
    ("give", "told"),
    [
        (lambda store, name: approve(store, name, "ada", "go ahead"), "go ahead"),
        (lambda store, name: reject(store, name, "ada", "the fridge is warm"), "the fridge is warm"),
        (lambda store, name: respond(store, name, "ada", "wait until ten"), "wait until ten"),
    ],
    ids=["approved", "rejected", "responded"],
)
def test_an_answer_to_a_request_to_measure_is_remembered(make_lab, give, told):
    lab = make_lab(policy=ASK_BEFORE_MEASURING)
    plan = Plan(kind="run", experiment="resonator_spectroscopy", writes=False)
    ended = start(lab, plan, lambda kind, body: None)
    [pending] = list_approvals(lab.store(), status="pending")
    give(lab.store(), pending.id)
    resume(lab, ended.run_id, lambda kind, body: None)
    [hit] = recall(lab.memory(), told, where=[{"kind": "decision"}], limit=3)
    assert told in hit.text and "ada" in hit.text
    assert hit.metadata["approval_id"] == pending.id


def test_who_started_a_run_and_who_had_it_go_on_is_on_record(make_lab, monkeypatch):
    lab = make_lab(policy=ASK_BEFORE_MEASURING)
    monkeypatch.setenv(PERSON, "ada")
    plan = Plan(kind="run", experiment="resonator_spectroscopy", writes=False)
    ended = start(lab, plan, lambda kind, body: None)
    for name in ("bob", "carl", "bob", "an\u200bn"):
        monkeypatch.setenv(PERSON, name)
        resume(lab, ended.run_id, lambda kind, body: None)
    assert get_run(lab.store(), ended.run_id).settings["by"] == "ada"
    events = [event_of(line) for line in read_trajectory(lab.runs / ended.run_id / "trajectory.jsonl")]
    assert [event.by for event in events if isinstance(event, Resumed)] == ["bob", "carl", "bob", ""]
    report = (lab.runs / ended.run_id / "report.html").read_text()
    assert "Started by ada." in report and "resumed 4 times by bob, carl" in report


def test_an_edited_value_is_what_gets_executed_and_recorded(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    proposed = pending.action.arguments["changes"][0]["new"]
    edit(store, pending.id, "ada", "by eye", {"readout_frequency": proposed + 1e3})
    resume(lab, ended.run_id, lambda kind, body: None)
    row = current(store, "simulated-3")["q0"]["readout_frequency"]
    assert row.value == proposed + 1e3
    assert row.verdict is None, "nobody judged the value that a person put in"
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
    assert [row.experiment for row in rows] == ["resonator_spectroscopy"] * 2
    [again] = list_approvals(store, status="pending")
    assert again.id != pending.id
    assert {row.author for row in log(store, "simulated-3")} == {"design"}


def test_an_approval_whose_table_moved_is_asked_again(make_lab, calibrate):
    """Approved, but before the run takes it up another approved change of the same qubit is executed."""
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    first = calibrate(lab)
    store = lab.store()
    [asked] = list_approvals(store, status="pending")
    approve(store, asked.id, "ada")  # else the next run's request would take its place
    second = calibrate(lab)
    [other] = [row for row in list_approvals(store, status="pending") if row.run_id == second.run_id]
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
    assert [row.experiment for row in list_measurements(store)] == ["resonator_spectroscopy"]


def test_a_policy_that_denies_ends_the_qubit_with_that_reason(make_lab, calibrate, watched):
    lab = make_lab(policy='[[rule]]\nname = "hands off"\ndecision = "deny"\n')
    ended = calibrate(lab)
    assert ended.ending is Ending.FINISHED
    assert list_measurements(lab.store()) == []
    [closed] = [body["decision"] for body in watched.of("decision") if body["decision"]["kind"] == "give_up"]
    assert "hands off" in closed["diagnoses"][0]["text"]


ASK_EVERYTHING = '[[rule]]\nname = "a person decides"\ndecision = "ask"\n'


def silent(kind: str, body: dict) -> None:
    pass


def test_a_granted_measurement_runs_once_and_also_after_a_pause(make_lab, calibrate):
    lab = make_lab(policy=ASK_EVERYTHING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    approve(store, pending.id, "ada")
    settings = lab.directory / "lab.toml"
    whole = settings.read_text()
    settings.write_text(whole.replace("wall_minutes = 240.0", "wall_minutes = 0.000001"))
    paused = resume(open_lab(lab.directory), ended.run_id, silent)
    assert paused.ending is Ending.BUDGET_SPENT
    assert list_measurements(store) == []
    settings.write_text(whole)
    ended = resume(open_lab(lab.directory), ended.run_id, silent)
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    assert [row.experiment for row in list_measurements(store)] == ["resonator_spectroscopy"]
    [next_one] = list_approvals(store, status="pending")
    assert next_one.kind == "write", "the same measurement is not asked for twice"


def test_a_rejected_measurement_sets_the_qubit_aside_with_the_reason(make_lab, calibrate, watched):
    lab = make_lab(policy=ASK_EVERYTHING)
    ended = calibrate(lab)
    store = lab.store()
    [pending] = list_approvals(store, status="pending")
    reject(store, pending.id, "ada", "the fridge is warm")
    ended = resume(lab, ended.run_id, watched)
    assert ended.ending is Ending.FINISHED
    assert list_measurements(store) == []
    [closed] = [body["decision"] for body in watched.of("decision") if body["decision"]["kind"] == "give_up"]
    assert "the fridge is warm" in closed["diagnoses"][0]["text"]


def test_without_a_permit_nothing_is_measured(make_lab, calibrate, monkeypatch):
    """The lock itself, not only the question: the action at hand is not the one that was approved."""
    from reson.agent.campaign import measuring

    whole = measuring.action_of
    monkeypatch.setattr(measuring, "action_of", lambda bench, job: whole(bench, job).model_copy(update={"device": "x"}))
    lab = make_lab()
    ended = calibrate(lab)
    assert ended.ending is Ending.FINISHED
    assert list_measurements(lab.store()) == []


def test_a_run_that_may_not_write_leaves_the_table(make_lab, watched):
    lab = make_lab()
    plan = Plan(kind="run", experiment="resonator_spectroscopy", writes=False)
    ended = start(lab, plan, watched)
    [row] = list_measurements(lab.store(), run_id=ended.run_id)
    assert row.judgement is not None
    assert row.judgement.verdict == "accept"
    assert {row.author for row in log(lab.store(), "simulated-3")} == {"design"}


def test_after_a_rollback_nothing_measured_before_it_is_written_or_counted(make_lab, calibrate):
    """Killed between measuring and writing; a person rolls the qubit back; the run is resumed."""
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    store = lab.store()
    for _ in range(2):
        [pending] = list_approvals(store, status="pending")
        approve(store, pending.id, "ada")
        ended = resume(lab, ended.run_id, silent)
    changes = rollback_changes(store, "simulated-3", ["q0"], EPOCH.timestamp())
    roll_back(lab, store, changes, "alice", "these values are bad")
    [line] = list_approvals(store, status="pending")
    with pytest.raises(ToolError, match="is stale"):
        approve(store, line.id, "ada")
    (lab.directory / "policy.toml").write_text(DEFAULT_POLICY)
    limited = (lab.directory / "lab.toml").read_text().replace("experiments = 2000", "experiments = 4")
    (lab.directory / "lab.toml").write_text(limited)
    resume(open_lab(lab.directory), ended.run_id, silent)
    after = [row.experiment for row in list_measurements(store, run_id=ended.run_id)]
    made = ["resonator_spectroscopy", "punch_out", "qubit_spectroscopy"]
    assert after == [*made, "resonator_spectroscopy"], "it begins again"
    rolled_back = current(store, "simulated-3")["q0"]
    assert rolled_back["drive_frequency"].measurement_id is None, "the old line was not written"


def test_the_policy_s_name_is_nobody_s(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    calibrate(lab)
    [pending] = list_approvals(lab.store(), status="pending")
    with pytest.raises(ToolError, match="no name of a person"):
        approve(lab.store(), pending.id, "policy: write accepted values")
