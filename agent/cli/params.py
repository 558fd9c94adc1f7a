"""Commands on the parameter table: show, log, diff, rollback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson
from reson.errors import OperatorError
from reson.wording import author, moment, quantity

if TYPE_CHECKING:
    from reson.records import Change

app = typer.Typer(
    help="The parameter table: every value with its past, its source and its author.", no_args_is_help=True
)

By = Annotated[str, typer.Option(metavar="NAME", help="Who you are, for the record; by default the login name.")]


@app.command()
def show(
    context: typer.Context,
    component: Annotated[str | None, typer.Argument(metavar="[QUBIT]", help="Like q3; all by default.")] = None,
    as_of: Annotated[str, typer.Option(metavar="TIME", help="As they were then (device clock, UTC).")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the values in force, or as they were at any time.

    \b
    Examples:
      reson params show q3
      reson params show --as-of 2026-01-02T05:30
    """
    from reson.agent.operations.values import TABLE, AsOf, value_in_words

    table = TABLE(place.at(context), AsOf(as_of=arguments.moment(as_of) if as_of else None))
    names = arguments.components([component or "all"], table)
    if as_json:
        output.document({name: {key: row.to_json() for key, row in table[name].items()} for name in names})
        return
    output.table(
        ("qubit", "parameter", "value", "valid from (device clock)", "by", "source"),
        (
            (
                name,
                key,
                value_in_words(row),
                moment(row.valid_from),
                author(row.author),
                row.measurement_id or row.reason,
            )
            for name in names
            for key, row in table[name].items()
        ),
        empty="no values" + (f" at {as_of}" if as_of else " yet; `reson night` measures them"),
    )


@app.command()
def log(
    context: typer.Context,
    component: Annotated[str | None, typer.Argument(metavar="[QUBIT]", help="Like q3; all by default.")] = None,
    parameter: Annotated[str | None, typer.Argument(metavar="[PARAMETER]", help="Like drive_frequency.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show every version ever written, oldest first.

    \b
    Examples:
      reson params log q3
      reson params log q3 drive_frequency
    """
    from reson.agent.operations.values import VERSIONS, Versions, table_of, value_in_words
    from reson.tools.quantities import PARAMETERS

    lab = place.at(context)
    name = arguments.components([component], table_of(lab))[0] if component else ""
    wanted = arguments.known_name(parameter, PARAMETERS, "parameter") if parameter else ""
    rows = VERSIONS(lab, Versions(component=name, parameter=wanted))
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("valid from (device clock)", "qubit", "parameter", "value", "verdict", "by", "reason", "source"),
        (
            (
                moment(row.valid_from),
                row.component,
                row.parameter,
                value_in_words(row) + (" superseded" if row.superseded_by else ""),
                row.verdict or "",
                author(row.author),
                row.reason,
                row.measurement_id or "",
            )
            for row in rows
        ),
        empty="nothing was written yet",
    )


@app.command()
def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="TIME", help="The earlier moment (device clock, UTC).")],
    second: Annotated[str | None, typer.Argument(metavar="[TIME]", help="The later one; now by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two moments.

    \b
    Example:
      reson params diff 2026-01-01T22:00 2026-01-02T06:00
    """
    from reson.agent.operations.values import DIFFERENCES, Moments

    moments = Moments(earlier=arguments.moment(first), later=arguments.moment(second) if second else None)
    changes = DIFFERENCES(place.at(context), moments)
    _print_changes(changes, as_json, "nothing changed between these moments")


@app.command()
def rollback(
    context: typer.Context,
    component: Annotated[str, typer.Argument(metavar="QUBIT|all", help="Like q3, or all.")],
    as_of: Annotated[str, typer.Option(metavar="TIME", help="The moment to go back to (device clock, UTC).")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = "",
    note: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring qubits back to the values they had; the values of today stay on record.

    You are the person who approves it, so it asks once, unless --yes says so.

    \b
    Examples:
      reson params rollback q3 --as-of 2026-01-01T21:59
      reson params rollback all --as-of 2026-01-01T21:59 --yes --note "fridge warmed up"
    """
    from reson.agent.operations.rolling_back import ROLL_BACK, ROLLBACK_CHANGES, BackTo, hash_of
    from reson.agent.operations.values import table_of, value_in_words

    lab, when = place.at(context, by), arguments.moment(as_of)
    names = tuple(arguments.components([component], table_of(lab)))
    back = BackTo(as_of=when, components=names, remark=note or f"back to the values of {as_of}")
    changes = ROLLBACK_CHANGES(lab, back)
    if not changes:
        raise OperatorError(f"{component} has the values of {as_of} already", "`reson params log` shows what was when")
    if not yes:
        _confirm(changes, as_json)
    rows = ROLL_BACK(lab, back.model_copy(update={"confirmed": hash_of(changes)}))
    if as_json:
        output.document([row.to_json() for row in rows])
    else:
        output.lines(f"{row.component} {row.parameter} = {value_in_words(row)}" for row in rows)


def _confirm(changes: list[Change], as_json: bool) -> None:
    from reson.agent.cli.errors import WrongUsage

    if as_json or not sys.stdin.isatty():
        raise WrongUsage("nobody is there to confirm the rollback", "add --yes")
    _print_changes(changes, False, "")
    typer.confirm("Bring these back?", abort=True)


def _print_changes(changes: list[Change], as_json: bool, empty: str) -> None:
    if as_json:
        output.document([change.to_json() for change in changes])
        return
    output.table(
        ("qubit", "parameter", "from", "to"),
        (
            (
                change.component,
                change.parameter,
                "" if change.old is None else quantity(change.old, change.stderr, change.unit, bare=True),
                quantity(change.new, change.stderr, change.unit, confidence=change.confidence),
            )
            for change in changes
        ),
        empty=empty,
    )
