"""What is known of the device, for other programs: `reson export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reson.agent.cli import output
from reson.agent.cli.files import write
from reson.agent.cli.output import AsJson
from reson.wording import count


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Where it goes.")],
    device: Annotated[
        str, typer.Option(metavar="KIND:NAME", help="Of which device; by default that of the lab, as it was measured.")
    ] = "",
    hours: Annotated[float, typer.Option(min=0, help="How old a measurement may be to count.")] = 48.0,
    as_json: AsJson = False,
) -> None:
    """Write what is known of the device: measured values where the lab has them, else published ones.

    `reson.tools.devices.export.load` makes a Qiskit Target, an Aer NoiseModel and readout assignment matrices of it.

    \b
    Examples:
      reson --lab torino export torino.json
      reson export torino.json --device fake:torino
    """
    from reson.agent.cli.device import known
    from reson.agent.cli.layout import rest
    from reson.agent.operations.devices import exported_of

    with known(context, device, hours) as here:
        found, others = exported_of(here), rest(here.device)
        names = {component: sorted(values) for component, values in here.measured.items()}
    write(file, found.model_dump_json(indent=1).encode(), "FILE.json", over=True)
    if as_json:
        output.document({"file": str(file), "measured": names, "left_out": list(found.left_out)})
        return
    output.lines([f"{file}: {found.device}, measured here: {count(len(names), 'component')}, {others}"])


def add_to(app: typer.Typer) -> None:
    app.command()(export)
