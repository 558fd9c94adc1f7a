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
    from reson.agent.chat.facts import Record
    from reson.agent.chat.noting import DAY
    from reson.agent.chat.noting import note as keep
    from reson.agent.cli.arguments import login
    from reson.agent.lab import device_name
    from reson.tools.store.notes import end_note, list_notes
    from reson.tools.store.parameters import current
    from reson.tools.store.runs import latest_device_time
    from reson.wording import moment

    lab = place.lab(context)
    store, device = lab.store(), device_name(lab.config.device)
    now = latest_device_time(store, device) or 0.0
    if end:
        end_note(store, end, now)
    given = list(words or ())
    if given:
        component = given.pop(0) if given[0] in current(store, device) else ""
        told = keep(Record(lab, store, device, by or login()), " ".join(given), component, days)
        output.document(told) if as_json else output.lines([f"noted on {told['on']} by {told['by']}, {told['kept']}"])
        return
    rows = list_notes(store, device, at=now)
    if as_json:
        output.document([row.to_json() for row in rows])
        return
    output.table(
        ("note", "on", "by", "when", "until", "text"),
        (
            (
                row.id,
                row.component or device,
                row.author,
                moment(row.recorded_device)[:16],
                "" if row.expires_device is None else f"{(row.expires_device - now) / DAY:.0f} days more",
                row.text,
            )
            for row in rows
        ),
        empty="no notes",
    )


def add_to(app: typer.Typer) -> None:
    app.command()(note)
