"""A console that is killed in the middle of an answer leaves the request answered or open, never half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from reson.agent.approvals import authorise
from reson.agent.policy import parse_policy
from reson.records import Action, ActionKind, Effect
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store, open_store

REQUESTS, KILLS = 120, 5
ANSWERING = """
import sys
from pathlib import Path
from reson.agent.approvals import approve, reject, respond
from reson.tools.store.approvals import list_approvals
from reson.tools.store.store import open_store
store = open_store(Path(sys.argv[1]))
for number, row in enumerate(list_approvals(store, status="pending")):
    print(row.id, flush=True)
    (approve, reject, respond)[number % 3](store, row.id, "ann", "a note")
"""


def _waiting(directory: Path) -> Store:
    store = open_store(directory)
    start_run(store, "run", "night", "chip", {}, 7, 0.0)
    for number in range(REQUESTS):
        measure = Action(
            kind=ActionKind.MEASURE,
            effect=Effect.MEASURES,
            device="chip",
            component="q0",
            arguments={"experiment": "rabi", "number": number},
        )
        authorise(
            store,
            parse_policy(""),
            measure,
            approval_id=f"a{number:03d}",
            run_id="run",
            device_kind="simulated",
            verdict=None,
            why="",
            evidence={},
            device_time=0.0,
        )
    return store


def test_an_answer_is_given_whole_or_not_at_all(tmp_path: Path) -> None:
    store, rng = _waiting(tmp_path), random.Random(5)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", ANSWERING, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(rng.randint(2, 12)):
            process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.01))  # somewhere in the answer that was begun last
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    rows = list_approvals(store)
    open_ones = [row for row in rows if row.status is ApprovalStatus.PENDING]
    answered = [row for row in rows if row.status is not ApprovalStatus.PENDING]
    assert len(rows) == REQUESTS
    assert len(answered) >= KILLS and open_ones, "the kills came too late or too early to say anything"
    assert all((row.answered_by, row.answer, row.answered_wall) == (None, None, None) for row in open_ones)
    assert all(row.answered_by == "ann" and row.note == "a note" and row.answered_wall for row in answered)
    assert {(row.status, row.answer) for row in answered} <= {
        (ApprovalStatus.APPROVED, "approve"),
        (ApprovalStatus.REJECTED, "reject"),
        (ApprovalStatus.RESPONDED, "respond"),
    }
