"""Which lab a command works on. `reson init` and runs make one; every other command wants it to be there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments
from reson.errors import OperatorError

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.agent.operations.opened import OpenLab

Seed = Annotated[int | None, typer.Option(min=0, help="Draw another chip, for a new simulated lab.")]
Qubits = Annotated[
    str, typer.Option(metavar="QUBITS", help="How many a new simulated lab has; or which ones: 0-4, best:10.")
]
OnDevice = Annotated[
    str, typer.Option(metavar="KIND:NAME", help="Of a new lab, like fake:torino; `reson device list`.")
]


def directory(context: typer.Context) -> Path:
    place = context.find_object(Path)
    assert place is not None, "the program's callback sets it"
    return place


def is_there(context: typer.Context) -> bool:
    return any((directory(context) / name).exists() for name in ("lab.toml", "lab.db"))


def lab(context: typer.Context) -> Lab:
    """The lab that is there. Raises ``OperatorError`` where there is none."""
    from reson.agent.lab import open_lab

    place = directory(context)
    if not is_there(context):
        raise OperatorError(
            f"there is no lab at {place}",
            "`reson init` makes one there, `reson night` runs in it at once; --lab DIR or RESON_LAB names another",
        )
    return open_lab(place)


def at(context: typer.Context, by: str = "") -> OpenLab:
    """The lab that is there, as the person at the keyboard has it."""
    from reson.agent.operations.opened import PERSON, open_for

    return open_for(lab(context), by, PERSON)


def lab_to_make(context: typer.Context, seed: int | None = None, qubits: str = "", device: str = "") -> Lab:
    """The lab, made on first use: with defaults, or as asked for. Raises ``OperatorError``."""
    from reson.agent.lab import open_lab
    from reson.agent.lab_file import NEW_CHIP

    chosen = arguments.choice(qubits)
    size = int(chosen) if chosen.isdecimal() else None
    chip = NEW_CHIP if device in ("", "simulated") else ""
    return open_lab(directory(context), seed=seed, qubits=size, chip=chip, device=device, measure=chosen)


def device(lab: Lab) -> str:
    """Name of the lab's device in the record."""
    from reson.agent.lab import device_name

    return device_name(lab.config.device)
