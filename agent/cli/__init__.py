"""The command line: ``reson``. Each command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reson.agent.cli import (
    analyse,
    approvals,
    ask,
    catalogue,
    chat,
    compare,
    console,
    device,
    device_faults,
    evals,
    export,
    init,
    layout,
    mcp,
    measurement,
    memory,
    model,
    note,
    notify,
    params,
    policy,
    read,
    record,
    runs,
    watch,
)
from reson.agent.cli.errors import exit_code_of

HELP = """
Brings up superconducting qubits and keeps them calibrated, at night, with no person in the room.

A lab is a directory: settings, record, plots and reports. The first run makes it with defaults, on a simulated chip;
it needs no key and no network. `reson init` only makes it, to be set up first.

\b
Examples:
  reson night                    every qubit from where it is to its goals, and a report
  reson run rabi --qubits 0,3    one experiment; --commit also writes what it finds
  reson approvals list           what waits for a person
  reson params show q3           the values in force; log, diff and rollback tell their past
  reson --lab ~/alpha runs       another lab than ./lab (or set RESON_LAB)
"""

app = typer.Typer(
    name="reson",
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
init.add_to(app)
ask.add_to(app)
runs.add_to(app)
record.add_to(app)
app.add_typer(measurement.app, name="measurement")
compare.add_to(app)
layout.add_to(app)
export.add_to(app)
watch.add_to(app)
app.add_typer(params.app, name="params")
app.add_typer(approvals.app, name="approvals")
app.add_typer(memory.app, name="memory")
device_faults.add_to(device.app)
app.add_typer(device.app, name="device")
catalogue.add_to(app)
policy.add_to(app)
chat.add_to(app)
mcp.add_to(app)
note.add_to(app)
app.add_typer(notify.app, name="notify")
model.add_to(app)
console.add_to(app)
read.add_to(app)
analyse.add_to(app)
evals.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"reson {version('reson')}")
        raise typer.Exit


@app.callback()
def _lab(
    context: typer.Context,
    lab: Annotated[
        Path,
        typer.Option(envvar="RESON_LAB", metavar="DIR", help="The lab's directory; may stand anywhere in the line."),
    ] = Path("lab"),
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    context.obj = lab


def main() -> None:
    """Entry point of ``reson``; the exit code is that of the run's ending, 2 for wrong usage, 1 for other errors."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # ± and µ on an ASCII terminal
    sys.exit(exit_code_of(app, lab_first(sys.argv[1:])))


def lab_first(arguments: list[str]) -> list[str]:
    """Move ``--lab DIR`` to the front, where the option of the whole program is understood."""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lab" or argument.startswith("--lab="):
            end = index + (2 if argument == "--lab" else 1)
            return [*arguments[index:end], *arguments[:index], *arguments[end:]]
    return arguments
