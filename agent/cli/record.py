"""Commands on the record: runs, runs show, report, check."""

from __future__ import annotations

from typing import Annotated

import typer

from reson import wording
from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson

runs = typer.Typer(help="What has been run: `reson runs` lists runs, `reson runs show RUN` the measurements of one.")


@runs.callback(invoke_without_command=True)
def list_all(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the runs of the lab, newest first; `reson runs show RUN` lists the measurements of one."""
    if context.invoked_subcommand:
        return
    from reson.agent.operations.nights import LIST_RUNS, Newest

    rows = LIST_RUNS(place.at(context), Newest(limit=limit))
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("run", "began (device clock)", "device time", "ending", "reason"),
        (
            (
                row.id,
                wording.moment(row.started_device),
                "" if row.ended_device is None else wording.duration(row.ended_device - row.started_device),
                row.ending.value if row.ending else "running or cut short",
                row.reason or "",
            )
            for row in rows
        ),
        empty="no runs yet; `reson night` starts one",
    )


@runs.command("show")
def show(
    context: typer.Context, run_id: Annotated[str, typer.Argument(metavar="RUN")], as_json: AsJson = False
) -> None:
    """List the measurements of a run, with verdict and reading.

    \b
    Example:
      reson runs show night-0001
    """
    from reson.agent.operations.measurements import LIST_MEASUREMENTS, Wanted
    from reson.agent.operations.values import ALL

    rows = LIST_MEASUREMENTS(place.at(context), Wanted(run_id=run_id, limit=ALL))
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("measurement", "qubit", "experiment", "verdict", "plot reads", "reasons"),
        (
            (
                row.id,
                row.component,
                row.experiment,
                row.judgement.verdict if row.judgement else "not analysed",
                row.reading.status if row.reading else "",
                "; ".join(row.judgement.reasons) if row.judgement else row.error or "",
            )
            for row in rows
        ),
        empty="no measurements in this run",
    )


def report(
    context: typer.Context,
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="By default the latest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of a run again and say where it is; with --json, print its content.

    \b
    Example:
      reson report night-0001
    """
    from reson.agent.operations.nights import OfRun
    from reson.agent.operations.record import REPORT

    path = REPORT(place.at(context), OfRun(run_id=run_id or ""))
    typer.echo(path.with_suffix(".json").read_text(encoding="utf-8") if as_json else path)


def check(
    context: typer.Context,
    head: Annotated[
        list[str] | None,
        typer.Option(metavar="HEAD", help="One that a report or a night's last line told and you kept; repeatable."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Believe nothing that an earlier check found right.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Check the record: every row and line against its chain of hashes, every new file, and what hangs together.

    Exit code 1 where something is not as it was written. It changes nothing in the record. Whoever can write to the lab
    could also write another past with a chain of its own: a head that was kept elsewhere shows it, and everything is
    read for it.

    \b
    Examples:
      reson check
      reson check --head 1234:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    from reson.agent.operations.record import CHECK, Heads

    found, now = CHECK(place.at(context), Heads(heads=tuple(head or ()), everything=everything))
    if as_json:
        output.document({"problems": found, "head": now})
    else:
        output.lines(found or ["the record is as it was written", f"its head is {now}"])
    return 1 if found else 0


def add_to(app: typer.Typer) -> None:
    app.add_typer(runs, name="runs")
    app.command()(report)
    app.command()(check)
