"""What is asked of a person: by which rules, what waits, and the answers to it."""

from __future__ import annotations

from typing import Literal

from reson.agent import approvals
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, Operation
from reson.agent.policy import describe
from reson.changes import named_changes
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Finite, Json
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, get_approval, list_approvals
from reson.wording import asked as asked_for
from reson.wording import change


class Waiting(Arguments):
    run_id: str = ""
    answered_too: bool = False


class OfRequest(Arguments):
    request: str


class Answer(OfRequest):
    decision: Literal["approve", "edit", "reject", "respond"]
    remark: str = ""
    values: dict[str, Finite | str] = {}


class Together(Arguments):
    requests: tuple[str, ...]
    remark: str = ""


def _waiting(at: OpenLab, asked: Waiting) -> list[ApprovalRow]:
    status = None if asked.answered_too else ApprovalStatus.PENDING
    return list_approvals(at.store, status=status, run_id=asked.run_id or None)


def _answer(at: OpenLab, asked: Answer) -> ApprovalRow:
    """Raises ``ToolError`` as ``reson.agent.approvals`` does, and where there is nothing to say or to edit."""
    of = (at.store, asked.request, at.by, asked.remark)
    if asked.values and asked.decision != "edit":
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"values go with edit, not with {asked.decision}")
    match asked.decision:
        case "approve":
            return approvals.approve(*of)
        case "edit":
            return approvals.edit(*of, asked.values)
        case "reject":
            return approvals.reject(*of)
        case "respond":
            return approvals.respond(*of)


def _together(at: OpenLab, asked: Together) -> tuple[list[ApprovalRow], dict[str, str]]:
    return approvals.approve_together(at.store, at.lab.policy(), asked.requests, at.by, asked.remark)


def _waiting_in_words(at: OpenLab, rows: list[ApprovalRow]) -> list[Json]:
    return [
        {
            "approval": row.id,
            "component": row.component,
            "asks": str(row.kind),
            "changes": [change(one, name) for name, one in named_changes(row.action).items()],
            "why": row.why,
        }
        | ({} if row.status is ApprovalStatus.PENDING else {"status": str(row.status), "by": row.answered_by})
        for row in rows
    ]


def outcome(row: ApprovalRow) -> str:
    """``night-0001-0012-q2-write: approved by ada: write x_amplitude ...``, with the values of an edit."""
    return f"{row.id}: {row.status} by {row.answered_by}: {asked_for(row.effective_action)}"


POLICY = Operation("policy", Effect.READS, Nothing, lambda at, _: at.lab.policy(), lambda at, rules: describe(rules))
LIST_APPROVALS = Operation("list_approvals", Effect.READS, Waiting, _waiting, _waiting_in_words)
SHOW_REQUEST = Operation(
    "show_request",
    Effect.READS,
    OfRequest,
    lambda at, asked: get_approval(at.store, asked.request),
    lambda at, row: row.to_json(),
)
ANSWER = Operation("answer", Effect.ANSWERS, Answer, _answer, lambda at, row: outcome(row))
APPROVE_TOGETHER = Operation(
    "approve_together",
    Effect.ANSWERS,
    Together,
    _together,
    lambda at, found: {"approved": [outcome(row) for row in found[0]], "not_approved": found[1]},
)
