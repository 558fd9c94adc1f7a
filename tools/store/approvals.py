"""Rows of the approval queue. Who may decide what is the policy's business (agent); here no answer is given twice."""

from __future__ import annotations

import time
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from reson.changes import changes_of
from reson.components import named
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Effect, Json, Record
from reson.tools.store.chain import add, change
from reson.tools.store.database import reading, writing
from reson.tools.store.rows import record_of
from reson.tools.store.runs import ENDED
from reson.tools.store.schema import approvals, runs
from reson.tools.store.store import Store
from reson.tools.store.table import components_hash, read_table

CLOCKS_DIFFER = 3600.0
"""Seconds by which a request may be of a moment that is still to come."""


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    """By the policy."""
    REJECTED = "rejected"
    """By a person."""
    RESPONDED = "responded"
    """Neither yes nor no: a person told the brain something in ``note``."""
    STALE = "stale"
    """The table or the action moved before it was executed; it is asked again under a new id."""
    EXECUTED = "executed"


class ApprovalRow(Record):
    id: str
    run_id: str | None
    device: str
    component: str
    kind: ActionKind
    effect: Effect
    action: Action
    action_hash: str
    table_hash: str
    """``components_hash`` of the table that it was asked against."""
    status: ApprovalStatus
    rule: str
    """Rule of the policy that decided or asked."""
    why: str
    evidence: Json
    requested_device: float
    requested_wall: float
    answered_wall: float | None = None
    answered_by: str | None = None
    answer: str | None = None
    """approve, edit, reject, respond, or deny."""
    edited_action: Action | None = None
    edited_hash: str | None = None
    note: str | None = None
    executed_wall: float | None = None
    executed: Json | None = None
    supersedes: str | None = None
    """Id of the stale approval in whose place this one is asked."""
    expires_wall: float | None = None
    """Neither answered with yes nor executed after this moment; None for those of labs that knew no such limit."""

    @property
    def effective_action(self) -> Action:
        """What is executed when approved: the edited action where a person edited it."""
        return self.edited_action or self.action

    @property
    def expired(self) -> bool:
        """Whether it is too old to be answered with yes, or to be executed; or of a clock that was ahead, by which it
        would never be."""
        if self.status not in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED) or self.expires_wall is None:
            return False
        return not self.requested_wall - CLOCKS_DIFFER <= time.time() <= self.expires_wall

    @property
    def intact(self) -> bool:
        """Whether both actions are still those that were hashed when asked and edited, and the columns agree."""
        asked, edited = self.action, self.edited_action
        columns = (self.kind, self.effect, self.device, self.component)
        return (
            asked.hash == self.action_hash
            and (edited.hash if edited else None) == self.edited_hash
            and all(
                (action.kind, action.effect, action.device, action.component) == columns
                for action in (asked, self.effective_action)
            )
        )


def insert_approval(store: Store, row: ApprovalRow) -> ApprovalRow:
    """Insert unless the id is there; returns what the store holds under that id."""
    with writing(store.engine) as connection:
        known = connection.execute(select(approvals).where(approvals.c.id == row.id)).one_or_none()
        if known is not None:
            return record_of(ApprovalRow, known)
        add(connection, approvals, [row.to_json()])
    return row


def get_approval(store: Store, approval_id: str) -> ApprovalRow:
    """Raises ``OperatorError`` for an unknown id."""
    with reading(store.engine) as connection:
        return read_approval(connection, approval_id)


def find_approval(store: Store, approval_id: str) -> ApprovalRow | None:
    with reading(store.engine) as connection:
        row = connection.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
    return None if row is None else record_of(ApprovalRow, row)


def read_approval(connection: Connection, approval_id: str) -> ApprovalRow:
    """``get_approval`` inside a transaction."""
    row = connection.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
    if row is None:
        raise OperatorError(f"there is no approval {approval_id}", "`reson approvals list` shows those that wait")
    return record_of(ApprovalRow, row)


def list_approvals(
    store: Store, *, status: str | None = None, run_id: str | None = None, kind: ActionKind | None = None
) -> list[ApprovalRow]:
    """Oldest request first."""
    query = select(approvals)
    for column, wanted in ((approvals.c.status, status), (approvals.c.run_id, run_id), (approvals.c.kind, kind)):
        if wanted is not None:
            query = query.where(column == wanted)
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(approvals.c.requested_wall, approvals.c.id))
        return [record_of(ApprovalRow, row) for row in rows]


def writes_of(store: Store, run_id: str, measurements: Collection[str]) -> dict[str, ApprovalRow]:
    """measurement -> what was last asked to be written of it, where anything was."""
    mine = (approvals.c.run_id == run_id) & (approvals.c.kind == ActionKind.WRITE)
    query = select(approvals).where(mine, approvals.c.evidence["measurement"].as_string().in_(list(measurements)))
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(approvals.c.requested_wall, approvals.c.id))
        return {row.evidence["measurement"]: record_of(ApprovalRow, row) for row in rows}


def overtaken_by(store: Store, row: ApprovalRow) -> list[ApprovalRow]:
    """Requests that wait since a run that has ended and ask the same as this one of another run: the same kind of
    action on the same component, writing nothing else or measuring the same. Oldest first.
    """
    over = select(runs.c.id).where(runs.c.status == ENDED, runs.c.id != (row.run_id or ""))
    same = (
        (approvals.c.device == row.device) & (approvals.c.component == row.component) & (approvals.c.kind == row.kind)
    )
    query = select(approvals).where(same, approvals.c.status == ApprovalStatus.PENDING, approvals.c.run_id.in_(over))
    with reading(store.engine) as connection:
        found = connection.execute(query.order_by(approvals.c.requested_wall, approvals.c.id))
        older = [record_of(ApprovalRow, one) for one in found]
    return [one for one in older if _asked(one.action) <= _asked(row.action)]


def _asked(action: Action) -> frozenset[tuple[str, str]]:
    """What an action is about, without its values."""
    changed = frozenset((change.component, change.parameter) for change in changes_of(action))
    return changed or frozenset({("measure", str(action.arguments.get("experiment", "")))})


_ANSWERS = {
    ApprovalStatus.APPROVED: "approve",
    ApprovalStatus.REJECTED: "reject",
    ApprovalStatus.RESPONDED: "respond",
}


def answer(
    store: Store, approval_id: str, *, status: str, by: str, note: str, edited_action: Action | None = None
) -> ApprovalRow:
    """Answer one that is pending. Of two people at once one wins; the other gets ``ToolError`` (not_allowed)."""
    given = _ANSWERS[ApprovalStatus(status)]
    values: dict[str, Any] = {"status": status, "answered_by": by, "note": note, "answered_wall": time.time()}
    if edited_action is not None:
        given = "edit"
        values |= {"edited_action": edited_action.to_json(), "edited_hash": edited_action.hash}
    with writing(store.engine) as connection:
        pending = (approvals.c.id == approval_id) & (approvals.c.status == ApprovalStatus.PENDING)
        changed = change(connection, approvals, pending, {"answer": given} | values)
        row = read_approval(connection, approval_id)
    if not changed:
        raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} no longer waits: {_what_happened(row)}")
    return row


def mark_stale(store: Store, approval_id: str) -> None:
    """Take back one that waits or was approved but not executed; others are left as they are."""
    open_ones = approvals.c.status.in_([ApprovalStatus.PENDING, ApprovalStatus.APPROVED])
    with writing(store.engine) as connection:
        mine = (approvals.c.id == approval_id) & open_ones
        change(connection, approvals, mine, {"status": ApprovalStatus.STALE.value})


def mark_executed(store: Store, approval_id: str, executed: Json) -> None:
    """Record what an approved measurement did; repeated after a kill it changes nothing.

    Raises ``ToolError`` (not_allowed) for a write, which only ``commit`` executes, and for what was not approved.
    """
    with writing(store.engine) as connection:
        row = read_approval(connection, approval_id)
        if row.kind is not ActionKind.MEASURE:
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} is a {row.kind}: only a commit executes it")
        if row.status is ApprovalStatus.EXECUTED:
            return
        if row.status is not ApprovalStatus.APPROVED:
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} is not approved: {_what_happened(row)}")
        close(connection, approval_id, executed)


def close(connection: Connection, approval_id: str, executed: Json) -> None:
    """Mark as executed inside a transaction that has checked that it may."""
    values = {"status": ApprovalStatus.EXECUTED.value, "executed": executed, "executed_wall": time.time()}
    change(connection, approvals, approvals.c.id == approval_id, values)


def require_permit(store: Store, approval_id: str, action: Action) -> None:
    """That exactly this measurement was approved, against the table as it is now (unless it was executed already).

    Raises ``ToolError`` (not_allowed) otherwise.
    """
    with reading(store.engine) as connection:
        row = read_approval(connection, approval_id)
        if row.status not in (ApprovalStatus.APPROVED, ApprovalStatus.EXECUTED):
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} is not approved: {_what_happened(row)}")
        if row.expired:
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} has expired")
        if not row.intact or row.effective_action.hash != action.hash:
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} was given for another action than this one")
        table = read_table(connection, row.device, only=named(row.component))
        moved = components_hash(table, row.component) != row.table_hash
    if moved and row.status is ApprovalStatus.APPROVED:
        raise ToolError(ToolErrorKind.NOT_ALLOWED, f"the values of {row.component} moved since {approval_id} was given")


def _what_happened(row: ApprovalRow) -> str:
    if row.answered_by is None or row.answered_wall is None:
        return f"it is {row.status}"
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(row.answered_wall))
    return f"it is {row.status}, answered ({row.answer}) by {row.answered_by} at {when}"
