"""Making a lab without running anything: `reson init`."""

from __future__ import annotations

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson


def init(
    context: typer.Context,
    seed: place.Seed = None,
    qubits: place.Qubits = "",
    device: place.OnDevice = "",
    as_json: AsJson = False,
) -> None:
    """Make a lab with its settings and its policy, to be read and changed before the first run. Nothing is run.

    A lab that is there stays as it is.

    \b
    Examples:
      reson init
      reson --lab ~/labs/eagle init --device ibm:brisbane --qubits best:10
    """
    lab = place.lab_to_make(context, seed, qubits, device)
    settings, policy = lab.directory / "lab.toml", lab.directory / "policy.toml"
    if as_json:
        output.document({"settings": str(settings), "policy": str(policy), "device": place.device(lab)})
        return
    chip = lab.config.device.chip
    output.lines(
        [
            f"a lab on {place.device(lab)}",
            f"{settings}: what it measures, what for, and how much it may use",
            *([f"{chip}: the simulated chip"] if chip else []),
            f"{policy}: what it may do without asking; `reson policy` says it in words",
        ]
    )


def add_to(app: typer.Typer) -> None:
    app.command()(init)
