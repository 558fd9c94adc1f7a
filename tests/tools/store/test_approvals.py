from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Effect
from reson.tools.store.approvals import (
    ApprovalStatus,
    answer,
    find_approval,
    get_approval,
    insert_approval,
    list_approvals,
    mark_executed,
    mark_stale,
    require_permit,
)
from reson.tools.store.parameters import commit
from reson.tools.store.store import Store

Make = Callable[..., Any]
MEASURE = Action(
    kind=ActionKind.MEASURE,
    effect=Effect.MEASURES,
    device="chip",
    component="q0",
    arguments={"experiment": "rabi", "parameters": {"max_amplitude": 0.4}},
)


def _not_allowed(call: Callable[[], Any], match: str) -> None:
    with pytest.raises(ToolError, match=match) as caught:
        call()
    assert caught.value.kind is ToolErrorKind.NOT_ALLOWED


def test_a_row_comes_back_as_it_went_in_and_is_inserted_once(store: Store, write_action: Make, ask: Make) -> None:
    row = ask("a", write_action({"x_amplitude": 0.2}), ApprovalStatus.PENDING)
    assert get_approval(store, "a") == row
    assert insert_approval(store, row.model_copy(update={"why": "another"})) == row
    assert find_approval(store, "b") is None
    with pytest.raises(OperatorError, match="no approval b"):
        get_approval(store, "b")


def test_the_inbox_is_listed_by_status_and_run(store: Store, ask: Make) -> None:
    ask("waits", MEASURE, ApprovalStatus.PENDING)
    ask("done", MEASURE)
    assert [row.id for row in list_approvals(store, status="pending")] == ["waits"]
    assert [row.id for row in list_approvals(store, run_id="run-1")] == ["done", "waits"]
    assert list_approvals(store, run_id="another") == []


@pytest.mark.parametrize(
    ("status", "said"), [("approved", "approve"), ("rejected", "reject"), ("responded", "respond")]
)
def test_one_answer_is_final(store: Store, ask: Make, status: str, said: str) -> None:
    ask("a", MEASURE, ApprovalStatus.PENDING)
    row = answer(store, "a", status=status, by="ann", note="hm")
    assert (row.status, row.answer, row.answered_by, row.note) == (status, said, "ann", "hm")
    for other in ("approved", "rejected", "responded"):
        _not_allowed(lambda other=other: answer(store, "a", status=other, by="bob", note=""), f"{said}.* by ann at 20")
    assert get_approval(store, "a") == row


def test_staleness_takes_back_only_what_is_open(store: Store, ask: Make) -> None:
    for status in ApprovalStatus:
        ask(status, MEASURE, status)
        mark_stale(store, status)
    after = {row.id: row.status for row in list_approvals(store)}
    assert after == {status: status for status in ApprovalStatus} | {"pending": "stale", "approved": "stale"}


def test_a_permit_is_for_exactly_this_measurement(store: Store, ask: Make) -> None:
    ask("a", MEASURE)
    require_permit(store, "a", MEASURE)
    other = MEASURE.model_copy(update={"arguments": {"experiment": "rabi", "parameters": {"max_amplitude": 0.5}}})
    _not_allowed(lambda: require_permit(store, "a", other), "another action")
    _not_allowed(lambda: require_permit(store, "a", MEASURE.model_copy(update={"component": "q1"})), "another action")


@pytest.mark.parametrize("status", ["pending", "denied", "rejected", "responded", "stale"])
def test_nothing_is_measured_without_a_yes(store: Store, ask: Make, status: str) -> None:
    ask("a", MEASURE, ApprovalStatus(status))
    _not_allowed(lambda: require_permit(store, "a", MEASURE), f"not approved: it is {status}")
    _not_allowed(lambda: mark_executed(store, "a", {}), f"not approved: it is {status}")


def test_a_permit_ends_with_the_table_it_was_given_for(store: Store, write_action: Make, ask: Make) -> None:
    ask("open", MEASURE)
    ask("executed", MEASURE)
    mark_executed(store, "executed", {"job": "j1"})
    ask("write", write_action({"x_amplitude": 0.2}))
    commit(store, "write", device_time=1100.0)
    _not_allowed(lambda: require_permit(store, "open", MEASURE), "moved")
    require_permit(store, "executed", MEASURE)


def test_an_executed_measurement_is_recorded_once_and_a_write_only_by_a_commit(
    store: Store, write_action: Make, ask: Make
) -> None:
    ask("a", MEASURE)
    mark_executed(store, "a", {"job": "j1"})
    mark_executed(store, "a", {"job": "j2"})
    assert get_approval(store, "a").executed == {"job": "j1"}
    ask("write", write_action({"x_amplitude": 0.2}))
    _not_allowed(lambda: mark_executed(store, "write", {}), "only a commit")


def test_a_tampered_approval_permits_nothing(lab: Path, store: Store, ask: Make) -> None:
    ask("a", MEASURE)
    other = MEASURE.model_copy(update={"arguments": {"experiment": "rabi", "parameters": {"max_amplitude": 1.0}}})
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("UPDATE approvals SET action = ?", [json.dumps(other.to_json())])
    connection.close()
    for action in (MEASURE, other):
        _not_allowed(lambda action=action: require_permit(store, "a", action), "another action")


def test_a_damaged_row_is_the_operators_business(lab: Path, store: Store, ask: Make) -> None:
    ask("a", MEASURE)
    with sqlite3.connect(lab / "lab.db") as connection:
        connection.execute("""UPDATE approvals SET action = '{"kind": "fly"}'""")
    connection.close()
    with pytest.raises(OperatorError, match=r"row a \(ApprovalRow\) in the database is damaged"):
        get_approval(store, "a")


ANSWER = """
import sys
from pathlib import Path
from reson.errors import ToolError
from reson.tools.store.approvals import answer
from reson.tools.store.store import open_store
store, me, status = open_store(Path(sys.argv[1])), sys.argv[2], sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    try:
        answer(store, f"a{number}", status=status, by=me, note="")
        print("won", number)
    except ToolError as error:
        print("lost", number, error.message)
"""


def test_two_people_at_once_one_answer(lab: Path, store: Store, ask: Make) -> None:
    for number in range(30):
        ask(f"a{number}", MEASURE, ApprovalStatus.PENDING)
    people = {"ann": "approved", "bob": "rejected"}
    started = {
        name: subprocess.Popen(
            [sys.executable, "-c", ANSWER, str(lab), name, status],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, status in people.items()
    }
    for process in started.values():
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started.values():
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = {name: process.communicate(timeout=600)[0].splitlines() for name, process in started.items()}
    won = {name: {line.split()[1] for line in told if line.startswith("won")} for name, told in lines.items()}
    assert len(won["ann"] | won["bob"]) == 30
    assert not won["ann"] & won["bob"]
    for row in list_approvals(store):
        assert row.answered_by is not None
        assert people[row.answered_by] == row.status
        assert row.id.removeprefix("a") in won[row.answered_by]
    losses = [line for told in lines.values() for line in told if line.startswith("lost")]
    assert len(losses) == 30
    assert all("by ann at" in line or "by bob at" in line for line in losses)


def test_a_request_expires_at_its_moment_and_one_of_a_clock_ahead_at_once(
    store: Store, write_action: Make, ask: Make
) -> None:
    """Clocks of two computers may differ by an hour; one that is farther ahead would keep its requests for ever."""
    now, row = time.time(), ask("a", write_action({"x_amplitude": 0.2}))
    for asked, until, expired in (
        (now - 60, now + 60, False),
        (now - 7200, now - 1, True),
        (now + 3500, now + 7200, False),
        (now + 3700, now + 7200, True),
    ):
        assert row.model_copy(update={"requested_wall": asked, "expires_wall": until}).expired is expired
    assert not row.model_copy(update={"requested_wall": now + 1e6}).expired, "without a limit none is looked at"
