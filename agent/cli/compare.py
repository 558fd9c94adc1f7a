"""What moved from the end of one run to the end of another: `reson compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson


def compare(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="RUN", help="One run; `reson runs` lists them.")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="Another, in either order.")],
    everything: Annotated[bool, typer.Option("--all", help="Also what moved by less than 3 sigma.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the parameter table at the ends of two runs: what was measured anew, and by how much it moved.

    \b
    Example:
      reson compare night-0001 night-0002
    """
    from reson.agent.operations.nights import COMPARE_RUNS, TwoRuns
    from reson.agent.report.words import by_qubit, moved, number, sigma, step

    earlier, later, found = COMPARE_RUNS(place.at(context), TwoRuns(first=first, second=second))
    shown = [one for one in found if everything or moved(one)]
    if as_json:
        output.document({"from": earlier.id, "to": later.id, "differences": [one.to_json() for one in shown]})
        return
    output.table(
        ("component", "parameter", earlier.id, later.id, "change", "sigma"),
        (
            (name, parameter, number(one.before) if one.before else "–", number(one.after), step(one), sigma(one))
            for name, row in by_qubit(shown).items()
            for parameter, one in row.items()
        ),
        empty="nothing moved by more than its uncertainty explains" if found else "nothing was measured anew",
    )


def add_to(program: typer.Typer) -> None:
    program.command()(compare)
