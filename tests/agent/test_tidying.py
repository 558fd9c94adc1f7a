"""What a killed process leaves behind is finished or swept at the next start; what somebody still writes stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from reson.agent.memory import finish_rebuild
from reson.agent.tidying import LEFT_BEHIND, tidy
from reson.records import Action, ActionKind, Effect
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, get_approval, insert_approval
from reson.tools.store.store import open_store


@pytest.mark.parametrize(
    ("there", "kept"),
    [
        (("memory",), "memory"),
        (("memory", "memory.new"), "memory"),  # killed while the new one was made
        (("memory.new", "memory.old"), "memory.new"),  # between the two renames
        (("memory.old",), "memory.old"),
        (("memory", "memory.old"), "memory"),  # before the old one was removed
        ((), None),
    ],
)
def test_a_rebuild_that_was_killed_is_finished(tmp_path: Path, there: tuple[str, ...], kept: str | None) -> None:
    for name in there:
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(name)
    finish_rebuild(tmp_path / "memory")
    assert [path.name for path in tmp_path.iterdir()] == (["memory"] if kept else [])
    if kept:
        assert (tmp_path / "memory" / "which").read_text() == kept


def test_half_written_files_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    places = [tmp_path, tmp_path / "blobs", tmp_path / "runs" / "night-0001"]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    left, fresh = (
        [tmp_path / f"{name}.part", *(place / f".{name}.part" for place in places)] for name in ("policy", "holder")
    )
    for path in (*left, *fresh):
        path.write_text("half")
    long_ago = time.time() - 2 * LEFT_BEHIND
    for path in left:
        os.utime(path, (long_ago, long_ago))
    tidy(tmp_path, store)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in fresh)


@pytest.mark.parametrize("status", ["pending", "approved"])
@pytest.mark.parametrize(("kind", "run", "age", "after"), [
    (ActionKind.ROLLBACK, None, 2 * LEFT_BEHIND, "stale"),
    (ActionKind.ROLLBACK, None, 0.0, None),
    (ActionKind.WRITE, None, 2 * LEFT_BEHIND, None),
])  # fmt: skip
def test_a_rollback_that_was_killed_before_it_wrote_no_longer_says_approved(
    tmp_path: Path, status: str, kind: ActionKind, run: str | None, age: float, after: str | None
) -> None:
    store = open_store(tmp_path)
    action = Action(kind=kind, effect=Effect.WRITES, device="chip", component="q0", arguments={"changes": []})
    insert_approval(
        store,
        ApprovalRow(
            id="rollback-0001-q0", run_id=run, device="chip", component="q0", kind=kind, effect=Effect.WRITES,
            action=action, action_hash=action.hash, table_hash="", status=ApprovalStatus(status), rule="", why="",
            evidence={}, requested_device=0.0, requested_wall=time.time() - age,
        ),
    )  # fmt: skip
    tidy(tmp_path, store)
    assert get_approval(store, "rollback-0001-q0").status == (after or status)
