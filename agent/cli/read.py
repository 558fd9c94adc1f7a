"""Reading one picture: `reson read`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.records import Reading


def read(
    context: typer.Context,
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="A plot, as PNG, JPEG or WebP.")],
    experiment: Annotated[str, typer.Option(metavar="NAME", help="What it shows; `reson experiments` lists them.")],
    unit: Annotated[str, typer.Option(metavar="UNIT", help="Of its horizontal axis, like s or Hz.")] = "",
    brain: Annotated[str, typer.Option(metavar="NAME", help="openai, cascade, files or offline; lab.toml's.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a plot shows: outcome, whether its fit can be trusted, status code, and why.

    A model with vision looks at the picture. The offline brain has no eyes: it reads a figure of this lab from the data
    that it was drawn from, and no other.

    \b
    Examples:
      reson read scan.png --experiment rabi
      reson read scan.png --experiment t1 --unit s --brain openai --json
    """
    from reson.tools.experiments.catalogue import CATALOGUE

    name = arguments.known_name(experiment, CATALOGUE, "experiment")
    reading = _read(place.lab(context), picture, name, unit, brain)
    if as_json:
        output.document(reading.to_json())
        return
    suggested = reading.suggested_range
    output.lines(
        [
            f"{reading.status}: {reading.outcome}, fit {reading.reliability}, confidence {reading.confidence:.2f}",
            reading.reason,
            *([f"better between {suggested[0]:g} and {suggested[1]:g} {unit}".rstrip()] if suggested else []),
            f"read by {reading.reader}",
        ]
    )


def _read(lab: Lab, picture: Path, experiment: str, unit: str, brain: str) -> Reading:
    from reson.agent.brains.look import as_png, look_at, open_reader, read_from_record
    from reson.agent.cli.errors import WrongUsage

    if not picture.is_file():
        raise WrongUsage(f"there is no picture {picture}", "name a file")
    chosen = brain or lab.config.brain
    store = lab.store()
    if chosen in ("offline", "replay"):
        return read_from_record(store, picture)
    if chosen not in ("openai", "cascade", "files"):
        raise WrongUsage(f"there is no brain {chosen!r}", "there are openai, cascade, files and offline")
    config = lab.config.model_copy(update={"brain": chosen})
    reader = open_reader(config, lab.directory, lab.directory / "readings", store.blobs, lambda *event: None)
    return look_at(reader, as_png(picture, lab.directory / "readings"), experiment, unit)


def add_to(program: typer.Typer) -> None:
    program.command()(read)
