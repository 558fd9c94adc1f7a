"""The gate before every write: what must hold, and what happens when it does not."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reson.components import Qubit
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Change, Effect, Verdict
from reson.tools.store.approvals import ApprovalStatus, get_approval
from reson.tools.store.integrity import problems
from reson.tools.store.parameters import commit, current, log, require_proposed, rollback_changes, values
from reson.tools.store.store import Store, open_store

Make = Callable[..., Any]


def _refused(store: Store, approval_id: str, match: str) -> None:
    before = log(store, "chip")
    with pytest.raises(ToolError, match=match) as caught:
        commit(store, approval_id, device_time=1100.0)
    assert caught.value.kind is ToolErrorKind.NOT_ALLOWED
    assert log(store, "chip") == before
    assert get_approval(store, approval_id).status is not ApprovalStatus.EXECUTED


def _tamper(lab: Path, sql: str, *values: Any) -> None:
    with sqlite3.connect(lab / "lab.db") as connection:
        assert connection.execute(sql, values).rowcount == 1
    connection.close()


def test_a_commit_is_executed_once(store: Store, write_action: Make, ask: Make) -> None:
    ask("a", write_action({"x_amplitude": 0.2, "t1": 5e-5}))
    first = commit(store, "a", device_time=1100.0)
    assert commit(store, "a", device_time=1900.0) == first
    row = get_approval(store, "a")
    assert row.status is ApprovalStatus.EXECUTED
    assert row.executed is not None
    assert row.executed["device_time"] == 1100.0
    assert [change["new"] for change in row.executed["changes"]] == [0.2, 5e-5]
    assert len(log(store, "chip", "q0", "x_amplitude")) == 2


@pytest.mark.parametrize("status", ["pending", "denied", "rejected", "responded", "stale"])
def test_what_is_not_approved_is_not_written(store: Store, write_action: Make, ask: Make, status: str) -> None:
    ask("a", write_action({"x_amplitude": 0.2}), ApprovalStatus(status))
    _refused(store, "a", f"not approved: it is {status}")


def test_an_action_that_was_changed_after_the_approval_is_not_written(
    lab: Path, store: Store, write_action: Make, ask: Make
) -> None:
    row = ask("a", write_action({"x_amplitude": 0.2}))
    other = row.action.to_json()
    other["arguments"]["changes"][0]["new"] = 0.9
    _tamper(lab, "UPDATE approvals SET action = ?", json.dumps(other))
    _refused(store, "a", "no longer holds the action")


def test_an_edit_that_was_slipped_in_is_not_written(lab: Path, store: Store, write_action: Make, ask: Make) -> None:
    row = ask("a", write_action({"x_amplitude": 0.2}))
    other = row.action.to_json()
    other["arguments"]["changes"][0]["new"] = 0.9
    _tamper(lab, "UPDATE approvals SET edited_action = ?", json.dumps(other))
    _refused(store, "a", "no longer holds the action")


def test_an_approval_that_was_moved_to_another_component_is_not_used(
    lab: Path, store: Store, write_action: Make, ask: Make
) -> None:
    ask("a", write_action({"x_amplitude": 0.2}))
    _tamper(lab, "UPDATE approvals SET component = 'q1'")
    _refused(store, "a", "no longer holds|moved")


def test_a_table_that_moved_makes_the_approval_stale(store: Store, write_action: Make, ask: Make) -> None:
    ask("a", write_action({"x_amplitude": 0.2}))
    ask("b", write_action({"t1": 5e-5}))
    ask("of another qubit", write_action({"x_amplitude": 0.3}, "q1"))
    commit(store, "b", device_time=1050.0)
    _refused(store, "a", "moved")
    assert get_approval(store, "a").status is ApprovalStatus.STALE
    commit(store, "of another qubit", device_time=1100.0)
    assert values(current(store, "chip"))["q1"]["x_amplitude"] == 0.3


def _with_change(action: Any, **fields: Any) -> Any:
    (change,) = action.arguments["changes"]
    return action.model_copy(update={"arguments": {**action.arguments, "changes": [change | fields]}})


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"new": 1.5}, "outside"),
        ({"old": 0.11}, "is not 0.11 any more"),
        ({"old": None}, "is not None any more"),
        ({"unit": "V"}, "not 'V'"),
        ({"component": "q1"}, "not for q1"),
        ({"parameter": "colour"}, "no parameter colour"),
    ],
)
def test_a_change_that_makes_no_sense_is_not_written(
    store: Store, write_action: Make, ask: Make, fields: dict[str, Any], match: str
) -> None:
    ask("a", _with_change(write_action({"x_amplitude": 0.2}), **fields))
    _refused(store, "a", match)


def test_no_change_and_two_changes_of_one_parameter_are_not_written(
    store: Store, write_action: Make, ask: Make
) -> None:
    action = write_action({"x_amplitude": 0.2})
    (change,) = action.arguments["changes"]
    for name, changes in (("none", []), ("twice", [change, change | {"new": 0.3}])):
        ask(name, action.model_copy(update={"arguments": {**action.arguments, "changes": changes}}))
        _refused(store, name, "at least one parameter, and none twice")


def test_only_writes_are_written(store: Store, write_action: Make, ask: Make) -> None:
    write = write_action({"x_amplitude": 0.2})
    ask("measure", write.model_copy(update={"kind": ActionKind.MEASURE, "effect": Effect.MEASURES}))
    ask("undeclared", write.model_copy(update={"effect": Effect.READS}))
    _refused(store, "measure", "not a change of parameters")
    _refused(store, "undeclared", "not a change of parameters")


def test_a_write_carries_its_measurement_and_verdict(
    store: Store, write_action: Make, ask: Make, judged: Callable[..., str]
) -> None:
    judged("m", verdict=Verdict.ACCEPT)
    ask("a", write_action({"x_amplitude": 0.2}, measurement="m", verdict="accept"))
    (row,) = commit(store, "a", device_time=1100.0)
    assert (row.measurement_id, row.verdict, row.approval_id) == ("m", "accept", "a")


@pytest.mark.parametrize(
    "fields",
    [{"new": 0.21}, {"new": 0.2 + 1e-12}, {"stderr": 0.002}, {"stderr": None}, {"parameter": "drive_frequency"}],
)
def test_a_write_is_bound_to_what_its_measurement_proposed(
    store: Store, write_action: Make, ask: Make, judged: Callable[..., str], fields: dict[str, Any]
) -> None:
    judged("m")
    action = write_action({"x_amplitude": 0.2}, measurement="m", verdict="accept")
    if "parameter" in fields:
        fields = fields | {"old": 5.0e9, "new": 5.0e9, "unit": "Hz"}
    ask("a", _with_change(action, **fields))
    _refused(store, "a", "m does not propose")


def test_numbers_gate_a_claimed_verdict_must_be_on_record(
    store: Store, write_action: Make, ask: Make, judged: Callable[..., str]
) -> None:
    judged("reviewed", verdict=Verdict.REVIEW)
    judged("of q1", 1)
    for name, measurement, match in (
        ("a", "reviewed", "on record is review"),
        ("b", "of q1", "no recorded measurement of q0"),
        ("c", "never taken", "no recorded measurement of q0"),
        ("d", None, "verdict without a measurement"),
    ):
        ask(name, write_action({"x_amplitude": 0.2}, measurement=measurement, verdict="accept"))
        _refused(store, name, match)


def test_an_edited_value_is_what_gets_executed(store: Store, write_action: Make, ask: Make) -> None:
    from reson.tools.store.approvals import answer

    asked = ask("a", write_action({"x_amplitude": 0.2}), ApprovalStatus.PENDING)
    edited = _with_change(asked.action, new=0.25)
    answer(store, "a", status="approved", by="ann", note="a bit more", edited_action=edited)
    (row,) = commit(store, "a", device_time=1100.0)
    assert (row.value, row.author) == (0.25, "ann")
    kept = get_approval(store, "a")
    assert Change.model_validate(kept.action.arguments["changes"][0]).new == 0.2, "what was asked stays on record"
    assert (kept.answer, kept.executed and kept.executed["changes"][0]["new"]) == ("edit", 0.25)


COMMIT = """
import sys
from pathlib import Path
from reson.errors import ToolError
from reson.tools.store.parameters import commit
from reson.tools.store.store import open_store
store = open_store(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    for row in commit(store, f"a{number}", device_time=1100.0 + number):
        print(row.id, row.sequence, flush=True)
"""


def _start(lab: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMIT, str(lab)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _approve_twenty(store: Store, write_action: Make, ask: Make) -> None:
    for number in range(20):
        component = Qubit(number)
        ask(f"a{number}", write_action({"t1": 5e-5, "t2_echo": 6e-5}, component))


def test_two_processes_that_commit_the_same_write_once(lab: Path, store: Store, write_action: Make, ask: Make) -> None:
    _approve_twenty(store, write_action, ask)
    started = [_start(lab), _start(lab)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=600)[0] for process in started]
    assert outputs[0] == outputs[1]
    assert len(outputs[0].splitlines()) == 40
    assert len(log(store, "chip", parameter="t1")) == 20


def test_kill_9_writes_whole_commits_and_none_twice(lab: Path, store: Store, write_action: Make, ask: Make) -> None:
    _approve_twenty(store, write_action, ask)
    for lines in (1, 8, 21):
        process = _start(lab)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        told = [process.stdout.readline().split()[0] for _ in range(lines)]
        process.kill()
        process.wait()
        fresh = open_store(lab)
        written = {row.id for row in log(fresh, "chip") if row.approval_id}
        assert set(told) <= written
        executed = {f"a{n}" for n in range(20) if get_approval(fresh, f"a{n}").status is ApprovalStatus.EXECUTED}
        assert written == {f"{name}:q{name[1:]}.{parameter}" for name in executed for parameter in ("t1", "t2_echo")}
    for number in range(20):
        commit(store, f"a{number}", device_time=2000.0)
    assert len(log(store, "chip", parameter="t1")) == 20


def _of_both(store: Store, write_action: Make, new: float) -> Action:
    """One write that names a pair and one of its qubits."""
    pair, qubit = write_action({"error_per_gate": new}, "q0-q1"), write_action({"x_amplitude": new}, "q0")
    changes = [*pair.arguments["changes"], *qubit.arguments["changes"]]
    return pair.model_copy(update={"component": "q0,q0-q1", "arguments": pair.arguments | {"changes": changes}})


def test_a_write_may_name_a_pair_and_a_qubit(store: Store, write_action: Make, ask: Make) -> None:
    ask("a", _of_both(store, write_action, 0.2))
    assert {(row.component, row.parameter) for row in commit(store, "a", device_time=1100.0)} == {
        ("q0-q1", "error_per_gate"),
        ("q0", "x_amplitude"),
    }
    assert values(current(store, "chip"))["q0-q1"] == {"error_per_gate": 0.2}


@pytest.mark.parametrize("moved", ["q0", "q0-q1"])
def test_a_write_of_both_is_bound_to_the_values_of_both(
    store: Store, write_action: Make, ask: Make, moved: str
) -> None:
    ask("a", _of_both(store, write_action, 0.2))
    ask("b", write_action({"error_per_gate": 0.1}, moved))
    commit(store, "b", device_time=1050.0)
    _refused(store, "a", "the values of q0,q0-q1 moved")
    assert get_approval(store, "a").status is ApprovalStatus.STALE


def test_a_write_of_both_changes_nothing_else(store: Store, write_action: Make, ask: Make) -> None:
    both = _of_both(store, write_action, 0.2)
    ask("a", both.model_copy(update={"component": "q0-q1"}))
    _refused(store, "a", "is for q0-q1, not for q0")


LIMIT = {"new": 2.4e-5, "stderr": None, "confidence": 0.95}


def test_an_upper_limit_is_one_in_the_table_and_its_history(store: Store, write_action: Make, ask: Make) -> None:
    ask("a", _with_change(write_action({"leakage_per_gate": 2.4e-5}), **LIMIT))
    (row,) = commit(store, "a", device_time=1100.0)
    assert (row.value, row.stderr, row.confidence) == (2.4e-5, None, 0.95)
    ask("b", _with_change(write_action({"leakage_per_gate": 4e-5}), stderr=1e-5))
    commit(store, "b", device_time=1200.0)
    assert current(store, "chip")["q0"]["leakage_per_gate"].confidence is None
    (back,) = [one for one in rollback_changes(store, "chip", ["q0"], 1150.0) if one.parameter == "leakage_per_gate"]
    assert (back.new, back.stderr, back.confidence) == (2.4e-5, None, 0.95)
    assert list(problems(store)) == []


@pytest.mark.parametrize("confidence", [None, 0.9])
def test_a_limit_is_not_written_as_anything_else(
    store: Store, write_action: Make, ask: Make, confidence: float | None
) -> None:
    proposed = Change.model_validate(
        {"component": "q0", "parameter": "leakage_per_gate", "old": None, "unit": "", **LIMIT}
    )
    action = write_action({"leakage_per_gate": 2.4e-5})
    require_proposed(ask("a", _with_change(action, **LIMIT)), [proposed])
    with pytest.raises(ToolError, match="does not propose"):
        require_proposed(ask("b", _with_change(action, **LIMIT | {"confidence": confidence})), [proposed])
