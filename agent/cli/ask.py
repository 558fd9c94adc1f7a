"""The door to every operation: `reson ask`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.records import Json


def ask(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="What to ask; all are listed without it.")
    ] = None,
    told: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE ...]", help="What it is told; lists with commas, the rest as JSON."),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who you are, for the record; your login by default.")] = "",
    background: Annotated[
        bool, typer.Option("--background", help="As a process of its own: `reson ask progress` follows a run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the lab anything that can be asked of it, by name; the same list is behind conversations and the console.

    \b
    Examples:
      reson ask
      reson ask usable_qubits
      reson ask value_over_nights component=q3 parameter=t1
      reson ask run_experiment experiment=t1 components=q0,q3 --background
      reson ask progress
    """
    from reson.agent.operations.listed import OPERATIONS
    from reson.agent.operations.plainly import lines_of
    from reson.agent.operations.processes import begin

    if name is None:
        _list(as_json)
        return
    row = OPERATIONS[arguments.known_name(name, OPERATIONS, "operation")]
    takes = row.schema()["properties"]
    given = {key: _value(takes.get(key, {}), text) for key, text in arguments.assignments(told or ()).items()}
    at = place.at(context, by)
    found = begin(at, row, row.checked(given)) if background else row.in_words(at, given)
    output.document(found) if as_json else output.lines(lines_of(found))


def _list(as_json: bool) -> None:
    from reson.agent.operations.listed import OPERATIONS

    if as_json:
        rows = OPERATIONS.values()
        output.document(
            [{"name": row.name, "effect": row.effect, "words": row.words, "told": row.schema()} for row in rows]
        )
        return
    output.table(
        ("operation", "effect", "told", "what"),
        (
            (row.name, row.effect, ", ".join(row.arguments.model_fields), row.words.partition(". ")[0])
            for row in OPERATIONS.values()
        ),
        empty="nothing",
    )


def _value(wanted: Json, text: str) -> object:
    """Text where text is wanted, names with commas between them for a list, else JSON."""
    if wanted.get("type") == "string":
        return text
    if wanted.get("type") == "array" and not text.startswith("["):
        return text.split(",")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def add_to(app: typer.Typer) -> None:
    app.command()(ask)
