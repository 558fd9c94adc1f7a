"""Commands on memory, the index over the record: rebuild, search."""

from __future__ import annotations

from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson
from reson.wording import count

app = typer.Typer(help="Memory: an index over the record that finds what is similar.", no_args_is_help=True)


@app.command()
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What to look for, in words.")],
    limit: Annotated[int, typer.Option(min=1, help="How many, most similar first.")] = 5,
    component: Annotated[str, typer.Option(metavar="QUBIT", help="Only about this one, like q3.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find measurements, answers and lessons that are similar to some words.

    \b
    Example:
      reson memory search "T1 of q3 collapsed"
    """
    from reson.agent.operations.record import RECALL, Question

    hits = RECALL(place.at(context), Question(question=text, limit=limit, component=component))
    if as_json:
        output.document([hit.to_json() for hit in hits])
        return
    output.table(
        ("distance", "kind", "qubit", "run", "text"),
        (
            (
                f"{hit.distance:.2f}",
                *(str(hit.metadata.get(key, "")) for key in ("kind", "component", "run_id")),
                hit.text,
            )
            for hit in hits
        ),
        empty="memory holds nothing yet",
    )


@app.command()
def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Make the index again from the record; nothing is lost by it."""
    from reson.agent.operations.operation import Nothing
    from reson.agent.operations.record import REBUILD

    number = REBUILD(place.at(context), Nothing())
    if as_json:
        output.document({"documents": number})
    else:
        output.lines([f"memory holds {count(number, 'document')}"])
