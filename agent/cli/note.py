"""Notes on a qubit or the whole device: `reson note`."""

from __future__ import annotations

from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson


def note(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="A qubit and what to note; nothing lists the notes.")
    ] = None,
    days: Annotated[float, typer.Option(min=0, help="Days after which it is no longer shown; 0: for good.")] = 0.0,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so; your login by default.")] = "",
    end: Annotated[str, typer.Option(metavar="NOTE", help="End a note by its id; it stays on record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Note something for whoever decides at night and for colleagues, or list the notes that are valid.

    A note is data: it is shown to a model and to people with author and date, and no rule follows it.

    \b
    Examples:
      reson note q2 "the cable was replaced"
      reson note "the fridge warms up on Friday" --days 7
      reson note
    """
    from reson.agent.operations.notes import DAY, END_NOTE, LIST_NOTES, NOTE, OfNote, now
    from reson.agent.operations.operation import OfAnyComponent
    from reson.agent.operations.values import table_of
    from reson.wording import moment

    lab = place.at(context, by)
    if end:
        END_NOTE(lab, OfNote(note_id=end))
    given = list(words or ())
    if given:
        component = given.pop(0) if given[0] in table_of(lab) else ""
        told = NOTE.in_words(lab, {"text": " ".join(given), "component": component, "days": days})
        output.document(told) if as_json else output.lines([f"noted on {told['on']} by {told['by']}, {told['kept']}"])
        return
    rows = LIST_NOTES(lab, OfAnyComponent())
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("note", "on", "by", "when", "until", "text"),
        (
            (
                row.id,
                row.component or lab.device,
                row.author,
                moment(row.recorded_device)[:16],
                "" if row.expires_device is None else f"{(row.expires_device - now(lab)) / DAY:.0f} days more",
                row.text,
            )
            for row in rows
        ),
        empty="no notes",
    )


def add_to(app: typer.Typer) -> None:
    app.command()(note)
