"""Making a lab without running anything: `reson init`."""

from __future__ import annotations

from typing import Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson


def init(
    context: typer.Context,
    seed: Annotated[int | None, typer.Option(min=0, help="Draw another chip, for a simulated lab.")] = None,
    qubits: Annotated[
        str, typer.Option(metavar="QUBITS", help="How many a simulated lab has; or which ones: 0-4, best:10.")
    ] = "",
    device: Annotated[str, typer.Option(metavar="KIND:NAME", help="Like fake:torino; `reson device list`.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a lab with its settings and its policy, to be read and changed before the first run. Nothing is run.

    A lab that is there stays as it is.

    \b
    Examples:
      reson init
      reson --lab ~/labs/eagle init --device ibm:brisbane --qubits best:10
    """
    size = int(arguments.choice(qubits)) if qubits.isdecimal() else None
    lab = place.lab_to_make(context, seed=seed, qubits=size, device=device, measure=arguments.choice(qubits))
    settings, policy = lab.directory / "lab.toml", lab.directory / "policy.toml"
    if as_json:
        output.document({"settings": str(settings), "policy": str(policy), "device": place.device(lab)})
        return
    output.lines(
        [
            f"a lab on {place.device(lab)}",
            f"{settings}: what it measures, what for, and how much it may use",
            f"{policy}: what it may do without asking; `reson policy` says it in words",
        ]
    )


def add_to(app: typer.Typer) -> None:
    app.command()(init)
