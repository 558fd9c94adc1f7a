"""What killed processes left behind in a lab, put in order before the next run; by whoever holds the lab's lock."""

from __future__ import annotations

import time
from pathlib import Path

from reson.records import ActionKind
from reson.tools.store.approvals import ApprovalStatus, list_approvals, mark_stale
from reson.tools.store.faults import operator_errors
from reson.tools.store.store import Store

WRITTEN = ("", "blobs/", "runs/*/")
"""Where files are written whole."""
LEFT_BEHIND = 3600.0
"""Seconds after which a half-written file or an unfinished rollback is nobody's any more."""


def tidy(lab: Path, store: Store) -> None:
    """Half-written files go; a rollback that was killed before it wrote is taken back: whoever wants it asks again."""
    before = time.time() - LEFT_BEHIND
    with operator_errors(str(lab)):
        for part in [*lab.glob("*.part"), *(file for place in WRITTEN for file in lab.glob(f"{place}.*.part"))]:
            if part.is_file() and part.stat().st_mtime < before:
                part.unlink(missing_ok=True)
    for status in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED):
        for row in list_approvals(store, status=status):
            if row.kind is ActionKind.ROLLBACK and row.run_id is None and row.requested_wall < before:
                mark_stale(store, row.id)
