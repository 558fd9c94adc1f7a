"""Commands on the approval queue: list, show, approve, edit, reject, respond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reson.agent.cli import arguments, output, place, runs
from reson.agent.cli.output import AsJson
from reson.agent.cli.params import By
from reson.wording import asked, command, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reson.agent.lab import Lab
    from reson.tools.store.approvals import ApprovalRow

app = typer.Typer(help="What waits for a person, and the answers to it.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="As in `reson approvals list`.")]
Note = Annotated[str, typer.Option(help="Why, for the record and for the brain.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run at once.")]


@app.command("list")
def list_all(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that are answered.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, oldest first."""
    from reson.agent.operations.requests import LIST_APPROVALS, Waiting

    rows = LIST_APPROVALS(place.at(context), Waiting(answered_too=every))
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("id", "asked (device clock)", "qubit", "what", "status", "why"),
        (
            (row.id, moment(row.requested_device), row.component, asked(row.effective_action), _status(row), row.why)
            for row in rows
        ),
        empty="nothing waits for a person",
    )


@app.command()
def show(context: typer.Context, approval_id: Id, as_json: AsJson = False) -> None:
    """Show one request: what it would do, what it rests on, and the plot to look at."""
    from reson.agent.operations.requests import SHOW_REQUEST, OfRequest
    from reson.tools.store.measurements import FIGURE

    lab = place.at(context)
    row = SHOW_REQUEST(lab, OfRequest(request=approval_id))
    if as_json:
        output.document(row.to_json())
        return
    evidence = row.evidence
    failed = [check["message"] for check in evidence.get("checks", ()) if not check["passed"]]
    reading = evidence.get("reading") or {}
    output.lines(
        [
            f"{row.id}: {_status(row)}",
            f"asks to {asked(row.effective_action)} on {row.device}",
            f"because {row.why}",
            f"rule {row.rule}",
            *(
                [f"measured by {evidence['experiment']}: {evidence['measurement']}"]
                if "measurement" in evidence
                else []
            ),
            *(f"  doubt: {message}" for message in failed),
            *([f"the plot reads {reading['status']}: {reading['reason']}"] if reading else []),
            *([f"plot: {lab.store.blobs.path(evidence['figure'], FIGURE)}"] if evidence.get("figure") else []),
            *([f"note: {row.note}"] if row.note else []),
            *(_ways_to_answer(lab.lab, row) if row.status == "pending" else []),
        ]
    )


@app.command()
def approve(
    context: typer.Context,
    approval_ids: Annotated[list[str], typer.Argument(metavar="ID ...", help="As in `reson approvals list`.")],
    by: By = "",
    note: Note = "",
    resume: Resume = False,
    as_json: AsJson = False,
) -> int:
    """Say yes: exactly what was asked may be done. Several at once where the policy allows it.

    \b
    Examples:
      reson approvals approve night-0001-0012-q2-write --note "looked at the plot" --resume
      reson approvals approve night-0001-0012-q2-write night-0001-0013-q3-write
    """
    from reson.agent.operations.requests import APPROVE_TOGETHER, Together, outcome

    if len(approval_ids) == 1:
        return _answer(context, approval_ids[0], "approve", by, note, resume, as_json)
    lab = place.at(context, by or arguments.login())
    approved, others = APPROVE_TOGETHER(lab, Together(requests=tuple(approval_ids), remark=note))
    if as_json:
        output.document({"approved": [row.to_json() for row in approved], "not_approved": others})
    else:
        output.lines([*map(outcome, approved), *(f"{name}: not approved: {why}" for name, why in others.items())])
    runs_to_resume = list(dict.fromkeys(row.run_id for row in approved if row.run_id))
    codes = [runs.go_on(lab.lab, run_id, as_json) for run_id in runs_to_resume] if resume else []
    return max([*codes, 1 if others else 0])


@app.command()
def edit(
    context: typer.Context,
    approval_id: Id,
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE ...", help="In SI units or with a unit.")],
    by: By = "",
    note: Note = "",
    resume: Resume = False,
    as_json: AsJson = False,
) -> int:
    """Say yes, with other values.

    \b
    Examples:
      reson approvals edit night-0001-0012-q2-write x_amplitude=0.31
      reson approvals edit night-0001-0003-q0-write "drive_frequency=5.1 GHz" --resume
    """
    return _answer(context, approval_id, "edit", by, note, resume, as_json, arguments.assignments(values))


@app.command()
def reject(
    context: typer.Context,
    approval_id: Id,
    by: By = "",
    note: Note = "",
    resume: Resume = False,
    as_json: AsJson = False,
) -> int:
    """Say no: it is not done, and the brain hears why.

    \b
    Example:
      reson approvals reject night-0001-0012-q2-write --note "two peaks in that plot"
    """
    return _answer(context, approval_id, "reject", by, note, resume, as_json)


@app.command()
def respond(
    context: typer.Context,
    approval_id: Id,
    note: Annotated[str, typer.Option(help="What the brain should know.")],
    by: By = "",
    resume: Resume = False,
    as_json: AsJson = False,
) -> int:
    """Say neither yes nor no, but tell the brain something; it then decides again.

    \b
    Example:
      reson approvals respond night-0001-0012-q2-write --note "measure it once more with 2000 shots"
    """
    return _answer(context, approval_id, "respond", by, note, resume, as_json)


def _answer(
    context: typer.Context,
    request: str,
    decision: Literal["approve", "edit", "reject", "respond"],
    by: str,
    note: str,
    resume: bool,
    as_json: bool,
    values: Mapping[str, str] | None = None,
) -> int:
    """Answer, say what was answered and how it goes on, or go on."""
    from reson.agent.operations.requests import ANSWER, Answer, outcome

    lab = place.at(context, by or arguments.login())
    row = ANSWER(lab, Answer(request=request, decision=decision, remark=note, values=dict(values or {})))
    if resume and row.run_id:
        if not as_json:
            output.lines([outcome(row)])
        return runs.go_on(lab.lab, row.run_id, as_json)
    if as_json:
        output.document(row.to_json())
        return 0
    next_line = [f"go on with: {command(str(lab.lab.directory), 'resume', row.run_id)}"] if row.run_id else []
    output.lines([outcome(row), *next_line])
    return 0


def _status(row: ApprovalRow) -> str:
    if row.answered_by is None or row.answered_wall is None:
        return row.status
    return f"{row.status} by {row.answered_by} at {moment(row.answered_wall)}"


def _ways_to_answer(lab: Lab, row: ApprovalRow) -> list[str]:
    from reson.changes import named_changes
    from reson.records import ActionKind

    place = str(lab.directory)
    values = [f"{name}={change.new:.10g}" for name, change in named_changes(row.action).items()][:1]
    ways = [["approve", row.id], ["reject", row.id, "--note", "WHY"], ["respond", row.id, "--note", "WHAT"]]
    if row.kind is not ActionKind.MEASURE:
        ways.insert(1, ["edit", row.id, *values])
    return ["answer with:", *(f"  {command(place, 'approvals', *way)}" for way in ways)]
