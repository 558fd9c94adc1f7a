"""Commands on the approval queue: list, show, approve, edit, reject, respond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place, runs
from reson.agent.cli.output import AsJson
from reson.agent.cli.params import By
from reson.wording import asked, command, moment

if TYPE_CHECKING:
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
    from reson.tools.store.approvals import ApprovalStatus, list_approvals

    rows = list_approvals(place.lab(context).store(), status=None if every else ApprovalStatus.PENDING)
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("id", "asked (device clock)", "qubit", "what", "status", "why"),
        ((row.id, moment(row.requested_device), row.component, _what(row), _status(row), row.why) for row in rows),
        empty="nothing waits for a person",
    )


@app.command()
def show(context: typer.Context, approval_id: Id, as_json: AsJson = False) -> None:
    """Show one request: what it would do, what it rests on, and the plot to look at."""
    from reson.tools.store.approvals import get_approval
    from reson.tools.store.measurements import FIGURE

    lab = place.lab(context)
    store = lab.store()
    row = get_approval(store, approval_id)
    if as_json:
        output.document(row.to_json())
        return
    evidence = row.evidence
    failed = [check["message"] for check in evidence.get("checks", ()) if not check["passed"]]
    reading = evidence.get("reading") or {}
    output.lines(
        [
            f"{row.id}: {_status(row)}",
            f"asks to {_what(row)} on {row.device}",
            f"because {row.why}",
            f"rule {row.rule}",
            *(
                [f"measured by {evidence['experiment']}: {evidence['measurement']}"]
                if "measurement" in evidence
                else []
            ),
            *(f"  doubt: {message}" for message in failed),
            *([f"the plot reads {reading['status']}: {reading['reason']}"] if reading else []),
            *([f"plot: {store.blobs.path(evidence['figure'], FIGURE)}"] if evidence.get("figure") else []),
            *([f"note: {row.note}"] if row.note else []),
            *(_ways_to_answer(lab, row) if row.status == "pending" else []),
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
    from reson.agent import approvals

    lab, person = place.lab(context), by or arguments.login()
    if len(approval_ids) == 1:
        return _answered(lab, approvals.approve(lab.store(), approval_ids[0], person, note), resume, as_json)
    approved, others = approvals.approve_together(lab.store(), lab.policy(), approval_ids, person, note)
    if as_json:
        output.document({"approved": [row.to_json() for row in approved], "not_approved": others})
    else:
        output.lines([*map(_outcome, approved), *(f"{name}: not approved: {why}" for name, why in others.items())])
    runs_to_resume = list(dict.fromkeys(row.run_id for row in approved if row.run_id))
    codes = [runs.go_on(lab, run_id, as_json) for run_id in runs_to_resume] if resume else []
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
    from reson.agent import approvals

    changes = arguments.assignments(values)
    lab = place.lab(context)
    row = approvals.edit(lab.store(), approval_id, by or arguments.login(), note, changes)
    return _answered(lab, row, resume, as_json)


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
    from reson.agent import approvals

    lab = place.lab(context)
    return _answered(lab, approvals.reject(lab.store(), approval_id, by or arguments.login(), note), resume, as_json)


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
    from reson.agent import approvals

    lab = place.lab(context)
    return _answered(lab, approvals.respond(lab.store(), approval_id, by or arguments.login(), note), resume, as_json)


def _answered(lab: Lab, row: ApprovalRow, resume: bool, as_json: bool) -> int:
    """Say what was answered and how it goes on, or go on."""
    if resume and row.run_id:
        if not as_json:
            output.lines([_outcome(row)])
        return runs.go_on(lab, row.run_id, as_json)
    if as_json:
        output.document(row.to_json())
    else:
        output.lines(
            [
                _outcome(row),
                *([f"go on with: {command(str(lab.directory), 'resume', row.run_id)}"] if row.run_id else []),
            ]
        )
    return 0


def _outcome(row: ApprovalRow) -> str:
    return f"{row.id}: {row.status} by {row.answered_by}: {_what(row)}"


def _status(row: ApprovalRow) -> str:
    if row.answered_by is None or row.answered_wall is None:
        return row.status
    return f"{row.status} by {row.answered_by} at {moment(row.answered_wall)}"


def _what(row: ApprovalRow) -> str:
    """The action in words, with the values of an edit where there is one."""
    return asked(row.effective_action)


def _ways_to_answer(lab: Lab, row: ApprovalRow) -> list[str]:
    from reson.changes import named_changes
    from reson.records import ActionKind

    place = str(lab.directory)
    values = [f"{name}={change.new:.10g}" for name, change in named_changes(row.action).items()][:1]
    ways = [["approve", row.id], ["reject", row.id, "--note", "WHY"], ["respond", row.id, "--note", "WHAT"]]
    if row.kind is not ActionKind.MEASURE:
        ways.insert(1, ["edit", row.id, *values])
    return ["answer with:", *(f"  {command(place, 'approvals', *way)}" for way in ways)]
