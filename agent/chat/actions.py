"""Runs that a conversation starts: what they leave to a person is asked here and now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reson.agent.launch import Ended
from reson.agent.operations.opened import PERSON, OpenLab
from reson.agent.operations.operation import Operation
from reson.agent.operations.requests import ANSWER, LIST_APPROVALS, Answer, Waiting
from reson.agent.operations.runs import RESUME, Resumed
from reson.records import Ending
from reson.tools.store.approvals import ApprovalRow

AskPerson = Callable[[ApprovalRow], tuple[str, str] | None]
"""Shows a person what waits: ("approve" or "reject", note), or None to leave it waiting. Only a person answers it."""


def carry_out(at: OpenLab, row: Operation[Any, Ended], asked: Any, ask: AskPerson) -> Ended:
    """The run to its end, and what waits then before the person, for as long as there are answers."""
    ended = row(at, asked)
    while ended.ending is Ending.WAITING_FOR_APPROVAL:
        answers = [_answer(at, request, ask) for request in LIST_APPROVALS(at, Waiting(run_id=ended.run_id))]
        if not any(answers):
            break
        ended = RESUME(at, Resumed(run_id=ended.run_id))
    return ended


def _answer(at: OpenLab, request: ApprovalRow, ask: AskPerson) -> bool:
    """The answer is the person's at the keyboard, whoever started the run."""
    answered = ask(request)
    if answered is None:
        return False
    decision, remark = answered
    person = replace(at, author="", may=PERSON)
    ANSWER(person, Answer.model_validate({"request": request.id, "decision": decision, "remark": remark}))
    return True
