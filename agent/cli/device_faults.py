"""What can be wrong with a simulated chip, and what is: `reson device faults`, `reson device truth`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.records import Json
    from reson.tools.devices.simulated.fault_kinds import FaultKind


def faults(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them, to have it explained.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the faults that a chip file can put into the simulated chip, and what they look like; or explain one.

    \b
    Examples:
      reson device faults
      reson device faults attenuator
    """
    from reson.tools.devices.simulated.fault_kinds import KINDS

    if name:
        kind = KINDS[arguments.known_name(name, KINDS, "fault")]
        if as_json:
            output.document(_facts(name, kind))
        else:
            _explain(name, kind)
        return
    if as_json:
        output.document([_facts(key, kind) for key, kind in KINDS.items()])
        return
    output.table(
        ("fault", "sits on", "looks like"),
        ((key, kind.scope.value, kind.looks) for key, kind in KINDS.items()),
        empty="no faults",
    )


def truth(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the hidden truth of the lab's simulated chip: for evaluations only, nothing that calibrates reads it.

    \b
    Example:
      reson device truth
    """
    lab = place.lab(context)
    sys.stdout.flush()
    # the program itself must not be able to import the truth: another one is started in its place
    command = [sys.executable, "-m", "reson.evals.hidden_truth", str(lab.directory), *(["--json"] if as_json else [])]
    os.execv(sys.executable, command)


def _facts(name: str, kind: FaultKind) -> Json:
    return {
        "name": name,
        "what": kind.what,
        "looks": kind.looks,
        "remedy": kind.remedy,
        "sits_on": kind.scope.value,
        "from_the_start": kind.permanent,
        "parameters": [
            {
                "name": key,
                "meaning": one.meaning,
                "unit": one.unit,
                "default": one.default,
                "low": one.low,
                "high": one.high,
            }
            for key, one in kind.parameters.items()
        ],
    }


def _explain(name: str, kind: FaultKind) -> None:
    from reson.tools.devices.simulated.fault_page import described, there_from_the_start

    output.lines(
        [
            f"{name}: {kind.what}",
            f"sits on {kind.scope}{there_from_the_start(kind)}",
            f"looks like: {kind.looks}",
            f"what to do: {kind.remedy}",
            *(f"{key}, {described(one)}" for key, one in kind.parameters.items()),
        ]
    )


def add_to(app: typer.Typer) -> None:
    app.command()(faults)
    app.command()(truth)
