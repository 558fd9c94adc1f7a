"""The person of a case: answers what waits, as the case says, with nobody there where it says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

from reson.agent.approvals import approve, edit, reject, respond
from reson.changes import changes_of
from reson.components import named
from reson.errors import ToolError
from reson.evals.case import Answer
from reson.records import ActionKind
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.store import Store


def answer_all(store: Store, run_id: str, answers: Sequence[Answer], given: Counter[int]) -> int:
    """Answer every waiting request that an answer matches; returns how many. ``given`` counts how often each was."""
    answered = 0
    for row in list_approvals(store, status=ApprovalStatus.PENDING, run_id=run_id):
        number = next((n for n, one in enumerate(answers) if given[n] < one.times and _matches(one, row)), None)
        if number is not None:
            given[number] += 1
            answered += _give(store, row, answers[number])
    return answered


def _matches(answer: Answer, row: ApprovalRow) -> bool:
    changed = [change.parameter for change in changes_of(row.action)]
    experiment = row.action.arguments.get("experiment") or row.evidence.get("experiment", "")
    return (
        any(fnmatchcase(name, answer.component) for name in named(row.component))
        and fnmatchcase(str(experiment), answer.experiment)
        and (answer.parameter == "*" or any(fnmatchcase(name, answer.parameter) for name in changed))
    )


def _give(store: Store, row: ApprovalRow, answer: Answer) -> bool:
    """Whether the answer was taken: an edit out of bounds is refused, and then the person says no."""
    match answer.do:
        case "approve":
            approve(store, row.id, answer.by, answer.note)
        case "reject":
            reject(store, row.id, answer.by, answer.note)
        case "respond":
            respond(store, row.id, answer.by, answer.note or "please look again")
        case "edit" if row.kind is ActionKind.MEASURE:
            approve(store, row.id, answer.by, answer.note)
        case "edit":
            changes = changes_of(row.action)
            wanted = {c.parameter: c.new * answer.factor for c in changes if fnmatchcase(c.parameter, answer.parameter)}
            try:
                edit(store, row.id, answer.by, answer.note, wanted)
            except ToolError:
                reject(store, row.id, answer.by, "the value that I wanted is out of bounds")
    return True
