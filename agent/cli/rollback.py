"""Carries out a rollback: one approval for each qubit, answered by the person at the keyboard, then committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reson.agent.approvals import approve, authorise
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Change, Effect
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.parameters import ParameterRow, commit
from reson.tools.store.runs import latest_device_time

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store


def roll_back(lab: Lab, store: Store, changes: list[Change], by: str, note: str) -> list[ParameterRow]:
    """The rows that were written. Raises ``ToolError`` (not_allowed) where the policy denies it; then that qubit and
    those after it keep their values.
    """
    written = []
    for component in dict.fromkeys(change.component for change in changes):
        mine = [change for change in changes if change.component == component]
        written += _roll_back_one(lab, store, component, mine, by, note)
    return written


def _roll_back_one(
    lab: Lab, store: Store, component: str, changes: list[Change], by: str, note: str
) -> list[ParameterRow]:
    from reson.agent.lab import device_name

    device = device_name(lab.config.device)
    asked = sum(row.kind is ActionKind.ROLLBACK for row in list_approvals(store))
    now = latest_device_time(store, device)
    assert now is not None, "there are values to go back to"
    row = authorise(
        store,
        lab.policy(),
        Action(
            kind=ActionKind.ROLLBACK,
            effect=Effect.WRITES,
            device=device,
            component=component,
            arguments={"changes": [change.to_json() for change in changes]},
        ),
        approval_id=f"rollback-{asked + 1:04d}-{component}",
        run_id=None,
        device_kind=lab.config.device.kind,
        verdict=None,
        why=note,
        evidence={},
        device_time=now,
    )
    if row.status is ApprovalStatus.DENIED:
        raise ToolError(ToolErrorKind.NOT_ALLOWED, f"the policy denies this rollback: {row.rule}")
    if row.status is ApprovalStatus.PENDING:
        approve(store, row.id, by, note)
    return commit(store, row.id, device_time=now)
