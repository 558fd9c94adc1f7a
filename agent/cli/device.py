"""The device of the lab: `reson device show`."""

from __future__ import annotations

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson
from reson.agent.report.wording import count, moment, quantity

app = typer.Typer(help="The device that the lab measures on.", no_args_is_help=True)


@app.command()
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the device: what it is, its qubits, its clock and its limits."""
    lab = place.lab(context)
    device = lab.device(lab.store())
    limits = device.limits
    reset, readout = quantity(limits.reset_time, unit="s"), quantity(limits.readout_time, unit="s")
    if as_json:
        output.document(
            {
                "name": device.name,
                "kind": device.kind,
                "qubits": list(device.qubits),
                "clock": device.now().isoformat(),
                "limits": limits.to_json(),
                "controls": device.controls(),
            }
        )
        return
    output.lines(
        [
            f"{device.name}: {device.kind}, {count(len(device.qubits), 'qubit')}",
            f"clock {moment(device.now().timestamp())} UTC",
            f"at most {count(limits.max_circuits, 'circuit')} of {count(limits.max_shots, 'shot')} in one job",
            f"{reset} between shots, {readout} of readout",
        ]
    )
