"""Approvals: the policy or a person permits one exact action against one exact version of the parameter table."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

from reson.agent.config import ApprovalSettings
from reson.agent.policy import Context, Decision, Policy, answers_together, decide
from reson.authors import LONGEST, as_recorded, is_rule, may_be_a_person, of_rule
from reson.changes import named_changes
from reson.components import named
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Change, Json, Verdict
from reson.tools.quantities import PARAMETERS
from reson.tools.store import approvals as rows
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus
from reson.tools.store.store import Store
from reson.tools.store.table import Table, components_hash, current, moved_since
from reson.wording import FACTORS

_STATUS = {
    Decision.AUTO: ApprovalStatus.APPROVED,
    Decision.ASK: ApprovalStatus.PENDING,
    Decision.DENY: ApprovalStatus.DENIED,
}
_ANSWER = {Decision.AUTO: "approve", Decision.ASK: None, Decision.DENY: "deny"}
_DAY = 86400.0
_OPEN = (ApprovalStatus.PENDING, ApprovalStatus.APPROVED)
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*")


def authorise(
    store: Store,
    policy: Policy,
    action: Action,
    *,
    approval_id: str,
    run_id: str | None,
    device_kind: str,
    verdict: Verdict | None,
    why: str,
    evidence: Json,
    device_time: float,
    expire_days: float = ApprovalSettings().expire_days,
) -> ApprovalRow:
    """Ask for an action: approved or denied by the policy, or pending for a person. ``device_time`` in epoch seconds;
    ``evidence["device_seconds"]`` is what a measurement is expected to take, where the policy limits it.

    The same id, action and table find the same approval again, answered or not, so that a node which is executed
    again after a kill asks nothing twice. One that is still open but was asked for another action or table version
    becomes stale and is asked again as ``<id>-r1``, ``-r2``, ..., and so is one that the policy answered otherwise than
    it would now. An executed write stays executed: it is returned. What an ended run still asks of the same values
    becomes stale: this one is asked in its place.
    """
    if action.arguments.get("verdict", verdict) != verdict:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "the action and the request name different verdicts")
    context = Context(
        device_kind=device_kind, verdict=verdict, device_time=device_time, device_seconds=evidence.get("device_seconds")
    )
    decision, rule = decide(policy, action, context)
    table_hash = components_hash(_named(store, action.device, action.component), action.component)
    name, last = _last_asked(store, approval_id)
    if last is not None and _still_holds(last, action, table_hash, decision):
        return last
    if last is not None:
        rows.mark_stale(store, last.id)
    now = time.time()
    answered = decision is not Decision.ASK
    asked = ApprovalRow(
        id=name,
        run_id=run_id,
        device=action.device,
        component=action.component,
        kind=action.kind,
        effect=action.effect,
        action=action,
        action_hash=action.hash,
        table_hash=table_hash,
        status=_STATUS[decision],
        rule=rule,
        why=why,
        evidence=evidence,
        requested_device=device_time,
        requested_wall=now,
        answered_wall=now if answered else None,
        answered_by=of_rule(rule) if answered else None,
        answer=_ANSWER[decision],
        supersedes=None if last is None else last.id,
        expires_wall=now + expire_days * _DAY,
    )
    if (action.kind is ActionKind.WRITE and decision is not Decision.DENY) or decision is Decision.ASK:
        asked = _overtaking(store, asked)
    return rows.insert_approval(store, asked)


def _overtaking(store: Store, asked: ApprovalRow) -> ApprovalRow:
    """Take back what an ended run asks of the same values: the newer measurement is put before a person."""
    older = rows.overtaken_by(store, asked)
    for one in older:
        rows.mark_stale(store, one.id)
    return asked.model_copy(update={"supersedes": asked.supersedes or older[-1].id}) if older else asked


def answerable(table: Table, row: ApprovalRow) -> bool:
    """Whether a yes to one that waits would be taken: it is as it was asked, not too old, and so are the values."""
    return row.intact and not row.expired and components_hash(table, row.component) == row.table_hash


def approve(store: Store, approval_id: str, by: str, note: str = "") -> ApprovalRow:
    """A person says yes. Raises ``ToolError`` (not_allowed) when it is answered or the table moved meanwhile."""
    _require_open(store, approval_id)
    return rows.answer(store, approval_id, status=ApprovalStatus.APPROVED, by=_person(by), note=note)


def approve_together(
    store: Store, policy: Policy, approval_ids: Sequence[str], by: str, note: str = ""
) -> tuple[list[ApprovalRow], dict[str, str]]:
    """A person says yes to several requests at once: (those approved, id -> why not of the others).

    Raises ``ToolError`` (not_allowed) before any is answered where the policy wants one of them looked at by itself.
    """
    alone = [name for name in approval_ids if not answers_together(policy, rows.get_approval(store, name).rule)]
    if alone and len(approval_ids) > 1:
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED,
            f"the policy wants {', '.join(alone)} answered one by one; nothing was answered",
        )
    approved, others = [], {}
    for name in dict.fromkeys(approval_ids):
        try:
            approved.append(approve(store, name, by, note))
        except ToolError as error:
            others[name] = error.message
    return approved, others


def edit(store: Store, approval_id: str, by: str, note: str, changes: Mapping[str, float | str]) -> ApprovalRow:
    """A person says yes, with other values: parameter -> number in its SI unit, or text such as ``"5.1 GHz"``.

    Raises ``ToolError``: bad_arguments for another parameter, a wrong unit or a value out of bounds; not_allowed as
    ``approve`` does, and for an action that writes nothing.
    """
    row = _require_open(store, approval_id)
    if row.kind is ActionKind.MEASURE:
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED, f"{approval_id} is a measurement: reject it, or respond with what to measure"
        )
    if not changes:
        raise _bad("an edit names at least one parameter and its value")
    proposed = named_changes(row.action)
    if unknown := sorted(set(changes) - set(proposed)):
        raise _bad(f"{approval_id} does not change {', '.join(unknown)}; it changes {', '.join(proposed)}")
    edited = {name: _edited(proposed[name], value) for name, value in changes.items()}
    arguments = row.action.arguments | {"changes": [change.to_json() for change in (proposed | edited).values()]}
    action = row.action.model_copy(update={"arguments": arguments})
    return rows.answer(
        store, approval_id, status=ApprovalStatus.APPROVED, by=_person(by), note=note, edited_action=action
    )


def reject(store: Store, approval_id: str, by: str, note: str = "") -> ApprovalRow:
    """A person says no. Raises ``ToolError`` (not_allowed) when it is answered already."""
    return rows.answer(store, approval_id, status=ApprovalStatus.REJECTED, by=_person(by), note=note)


def respond(store: Store, approval_id: str, by: str, note: str) -> ApprovalRow:
    """A person says neither yes nor no but tells the brain something. Raises as ``reject`` does."""
    return rows.answer(store, approval_id, status=ApprovalStatus.RESPONDED, by=_person(by), note=note)


def _named(store: Store, device: str, components: str) -> Table:
    """What the table has of the components of an action."""
    return current(store, device, only=named(components))


def _person(name: str) -> str:
    """The name under which a person answers: letters one can see, and never the policy's."""
    if not may_be_a_person(name):
        raise _bad(f"{name!r} is no name of a person: up to {LONGEST} visible letters of one script, not the policy's")
    return as_recorded(name)


def by_a_person(row: ApprovalRow) -> bool:
    """Whether a person, not the policy, gave the answer; False while it waits."""
    return row.answered_by is not None and not is_rule(row.answered_by)


def parse_value(text: float | str, unit: str) -> float:
    """A number as it is, or text with an optional SI prefix and unit: ``"5.1 GHz"`` for Hz is 5.1e9.

    Raises ``ToolError`` (bad_arguments) for another unit or no number.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        try:
            return float(text)
        except OverflowError as error:
            raise _bad(f"no {unit or 'value'} is as large as that") from error
    found = _NUMBER.fullmatch(str(text))
    if found is None:
        raise _bad(f"{text!r} is no number{f' in {unit}' if unit else ''}")
    number, suffix = found.groups()
    prefix = suffix.removesuffix(unit) if unit else suffix
    if suffix and (not suffix.endswith(unit) or not unit or prefix not in FACTORS):
        raise _bad(f"{text!r} is not in {unit}" if unit else f"{text!r}: this parameter has no unit")
    return float(number) * FACTORS[prefix]


def _last_asked(store: Store, approval_id: str) -> tuple[str, ApprovalRow | None]:
    """(id for asking again, newest approval under this id or None)."""
    name, repeats, last = approval_id, 0, None
    while (row := rows.find_approval(store, name)) is not None:
        last, repeats = row, repeats + 1
        name = f"{approval_id}-r{repeats}"
    return name, last


def _still_holds(row: ApprovalRow, action: Action, table_hash: str, decision: Decision) -> bool:
    if row.status is ApprovalStatus.EXECUTED and row.kind is not ActionKind.MEASURE:
        return True  # its own write moved the table, and with it the old values that the action names
    if row.status is ApprovalStatus.STALE or row.expired or row.action_hash != action.hash or not row.intact:
        return False
    if row.status is not ApprovalStatus.EXECUTED and not by_a_person(row) and row.status != _STATUS[decision]:
        return False  # waiting, approved or denied by a policy that has been changed since
    if row.status is ApprovalStatus.APPROVED and decision is Decision.DENY:
        return False  # what a person allowed and the policy has forbidden since
    return row.status not in _OPEN or row.table_hash == table_hash


def _require_open(store: Store, approval_id: str) -> ApprovalRow:
    """The row, if what it asks is still what would happen; one whose table moved is marked stale."""
    row = rows.get_approval(store, approval_id)
    if row.status is not ApprovalStatus.PENDING:
        return row  # the conditional answer says who was first
    if not row.intact:
        raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{approval_id} no longer holds the action that was asked")
    if row.expired:
        rows.mark_stale(store, approval_id)
        asked = time.strftime("%Y-%m-%d", time.gmtime(row.requested_wall))
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED,
            f"{approval_id} was asked on {asked} and has expired; it is asked again when its run goes on",
        )
    if components_hash(_named(store, row.device, row.component), row.component) != row.table_hash:
        rows.mark_stale(store, approval_id)
        moved = "; ".join(moved_since(store, row.device, named(row.component), row.requested_wall))
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED,
            f"{approval_id} is stale and is asked again when its run goes on: since it was asked, "
            f"{moved or 'the values of ' + row.component + ' changed'}",
        )
    return row


def _edited(change: Change, value: float | str) -> Change:
    """A person's value has no statistical error, and is no limit."""
    spec = PARAMETERS[change.parameter]
    return change.model_copy(
        update={"new": spec.require(parse_value(value, spec.unit)), "stderr": None, "confidence": None}
    )


def _bad(message: str) -> ToolError:
    return ToolError(ToolErrorKind.BAD_ARGUMENTS, message)
