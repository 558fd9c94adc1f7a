"""What a conversation may start: an experiment, or a calibration. Both are runs like any other, with the same gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reson.agent.approvals import approve, reject
from reson.agent.chat.facts import Record, list_measurements
from reson.agent.keyboard import login
from reson.agent.launch import Ended, Plan, resume, start
from reson.components import as_qubit, joined
from reson.errors import ToolError, ToolErrorKind
from reson.records import Ending, Json
from reson.tools.experiments.catalogue import get
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.approvals import list_approvals as approvals_of
from reson.wording import asked

Watch = Callable[[str, Json], None]
AskPerson = Callable[[ApprovalRow], tuple[str, str] | None]
"""Shows a person what waits: ("approve" or "reject", note), or None to leave it waiting. Only a person answers it."""


def run_experiment(
    record: Record,
    watch: Watch,
    experiment: str,
    components: Sequence[str],
    parameters: dict[str, Any] | None = None,
    write: bool = False,
) -> Ended:
    """Measure now. Raises ``ToolError`` before anything runs where an argument is refused."""
    from reson.tools.store.parameters import current, values

    row, known = get(experiment), values(current(record.store, record.device))
    for name in components:
        row.arguments(parameters or {}, known.get(row.target(name), {}))
    _require_some(components)
    plan = Plan(
        kind="run", measure=joined(components), experiment=row.name, parameters=parameters or {}, writes=bool(write)
    )
    return start(record.lab, plan, watch)


def calibrate(record: Record, watch: Watch, components: Sequence[str]) -> Ended:
    return start(record.lab, Plan(kind="calibrate", qubits=_qubits(components)), watch)


def answer_what_waits(record: Record, watch: Watch, ended: Ended, ask: AskPerson) -> Ended:
    """Put what the run waits for before the person, and go on with it as long as there are answers."""
    while ended.ending is Ending.WAITING_FOR_APPROVAL:
        answers = [
            _answer(record, row, ask) for row in approvals_of(record.store, status="pending", run_id=ended.run_id)
        ]
        if not any(answers):
            break
        ended = resume(record.lab, ended.run_id, watch)
    return ended


def outcome(record: Record, ended: Ended) -> Json:
    """A run that has ended, for the conversation."""
    waiting = approvals_of(record.store, status="pending", run_id=ended.run_id)
    return {
        "run": ended.run_id,
        "ending": str(ended.ending),
        "reason": ended.reason,
        "report": str(ended.report),
        "measurements": list_measurements(record, run_id=ended.run_id),
        "waiting_for_a_person": [row.id for row in waiting],
    }


def in_words(row: ApprovalRow) -> str:
    """What an approval would permit, in one line."""
    return f"{asked(row.action)} on {row.component}"


def _answer(record: Record, row: ApprovalRow, ask: AskPerson) -> bool:
    answered = ask(row)
    if answered is None:
        return False
    (approve if answered[0] == "approve" else reject)(record.store, row.id, login(), answered[1])
    return True


def _require_some(components: Sequence[str]) -> None:
    if not components:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "components must be qubits like q0")


def _qubits(components: Sequence[str]) -> tuple[int, ...]:
    _require_some(components)
    return tuple(dict.fromkeys(as_qubit(name).number for name in components))
