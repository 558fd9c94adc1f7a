"""Back to earlier values: one approval for each qubit, answered by the person who asks, then committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reson.agent.approvals import approve, authorise
from reson.agent.lab import device_name, lock_lab
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Operation
from reson.agent.operations.values import change_in_words, value_in_words
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Change, Effect, Finite, content_hash
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.database import held
from reson.tools.store.parameters import ParameterRow, commit, rollback_changes
from reson.tools.store.runs import latest_device_time

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store


HELD_FOR = "reson params rollback"


class BackTo(Arguments):
    as_of: Finite
    components: tuple[str, ...]
    remark: str = ""
    confirmed: str = ""
    """Hash of the changes that were confirmed; empty: whatever they are."""


def _changes(at: OpenLab, asked: BackTo) -> list[Change]:
    return rollback_changes(at.store, at.device, asked.components, asked.as_of)


def _roll_back(at: OpenLab, asked: BackTo) -> list[ParameterRow]:
    """Raises ``ToolError`` (not_allowed) as ``roll_back`` does, and where others than the confirmed would be made."""
    with lock_lab(at.lab, HELD_FOR), held(at.store.engine, HELD_FOR):
        changes = _changes(at, asked)
        if asked.confirmed not in ("", hash_of(changes)):
            raise ToolError(ToolErrorKind.NOT_ALLOWED, "values have changed since it was confirmed: look again")
        return roll_back(at.lab, at.store, changes, at.by, asked.remark)


def hash_of(changes: list[Change]) -> str:
    return content_hash([one.to_json() for one in changes])


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


ROLLBACK_CHANGES = Operation(
    "rollback_changes", Effect.READS, BackTo, _changes, lambda at, found: [change_in_words(one) for one in found]
)
ROLL_BACK = Operation(
    "roll_back",
    Effect.ANSWERS,
    BackTo,
    _roll_back,
    lambda at, rows: [f"{row.component} {row.parameter} = {value_in_words(row)}" for row in rows],
)
