"""Which lab a command works on. `reson init` and runs make one; every other command wants it to be there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reson.errors import OperatorError

if TYPE_CHECKING:
    from reson.agent.lab import Lab


def directory(context: typer.Context) -> Path:
    place = context.find_object(Path)
    assert place is not None, "the program's callback sets it"
    return place


def lab(context: typer.Context) -> Lab:
    """The lab that is there. Raises ``OperatorError`` where there is none."""
    from reson.agent.lab import open_lab

    place = directory(context)
    if not any((place / name).exists() for name in ("lab.toml", "lab.db")):
        raise OperatorError(
            f"there is no lab at {place}",
            "`reson init` makes one there, `reson night` runs in it at once; --lab DIR or RESON_LAB names another",
        )
    return open_lab(place)


def lab_to_make(
    context: typer.Context, *, seed: int | None = None, qubits: int | None = None, device: str = "", measure: str = ""
) -> Lab:
    """The lab, made with defaults on first use."""
    from reson.agent.lab import open_lab

    return open_lab(directory(context), seed=seed, qubits=qubits, device=device, measure=measure)


def device(lab: Lab) -> str:
    """Name of the lab's device in the record."""
    from reson.agent.lab import device_name

    return device_name(lab.config.device)
