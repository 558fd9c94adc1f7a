"""Reading a picture: `reson read`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.agent.reading.picture.sight import Sight
    from reson.records import Reading


def read(
    context: typer.Context,
    pictures: Annotated[
        list[Path],
        typer.Argument(metavar="PICTURE...", help="A plot, as PNG, JPEG or WebP; panels of one measurement."),
    ],
    experiment: Annotated[
        str, typer.Option(metavar="NAME", help="What it shows; `reson experiments` lists them. The eyes can guess it.")
    ] = "",
    unit: Annotated[str, typer.Option(metavar="UNIT", help="Of its horizontal axis, like s or Hz.")] = "",
    brain: Annotated[
        str, typer.Option(metavar="NAME", help="local, offline, openai, cascade or files; lab.toml's, or local.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a plot shows: outcome, whether its fit can be trusted, status code, and why.

    Without a lab and without a key a small model of Reson's own looks at the picture (docs/eyes.md); a figure of this
    lab is read from the data that it was drawn from. A larger model with vision looks where --brain names one.

    \b
    Examples:
      reson read scan.png --experiment rabi
      reson read magnitude.png phase.png --experiment resonator_spectroscopy --json
      reson read scan.png --experiment t1 --unit s --brain openai --json
    """
    from reson.agent.brain_names import DEFAULT
    from reson.agent.brains.local import LOCAL
    from reson.agent.cli.errors import WrongUsage
    from reson.agent.reading.picture.labels import FAMILIES
    from reson.tools.experiments.catalogue import CATALOGUE

    name = arguments.known_name(experiment, [*CATALOGUE, *FAMILIES], "experiment") if experiment else ""
    for picture in pictures:
        if not picture.is_file():
            raise WrongUsage(f"there is no picture {picture}", "name a file")
    lab = place.lab(context) if place.is_there(context) else None
    chosen = brain or (lab.config.brain if lab is not None else LOCAL)
    if chosen == LOCAL or (not brain and lab is not None and chosen == DEFAULT and not _of_lab(lab, pictures)):
        _say_sight(pictures, name, as_json)
        return
    if name not in CATALOGUE:
        raise WrongUsage(f"--brain {chosen} needs the experiment", "name one with --experiment; `reson experiments`")
    _say(_read(lab or place.lab(context), pictures, name, unit, chosen), unit, as_json)


def _of_lab(lab: Lab, pictures: list[Path]) -> bool:
    from reson.agent.brains.look import in_record

    return len(pictures) == 1 and in_record(lab.store(), pictures[0]) is not None


def _say_sight(pictures: list[Path], name: str, as_json: bool) -> None:
    from reson.agent.brains.local import read_files

    sight: Sight = read_files(pictures, name)
    if as_json:
        output.document(sight.reading.to_json() | sight.model_dump(mode="json", exclude={"reading"}))
        return
    likely = sorted(sight.statuses.items(), key=lambda one: -one[1])[:3]
    _say(sight.reading, "", as_json)
    output.lines(
        [f"read as a plot of {sight.family}; likeliest: " + ", ".join(f"{code} {share:.0%}" for code, share in likely)]
    )


def _say(reading: Reading, unit: str, as_json: bool) -> None:
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


def _read(lab: Lab, pictures: list[Path], experiment: str, unit: str, chosen: str) -> Reading:
    from reson.agent.brain_names import BRAINS
    from reson.agent.brains.look import as_png, look_at, open_reader, read_from_record
    from reson.agent.cli.errors import WrongUsage

    store = lab.store()
    if chosen not in BRAINS:
        raise WrongUsage(f"there is no brain {chosen!r}", f"there are local, {', '.join(BRAINS)}")
    if len(pictures) != 1:
        raise WrongUsage(f"--brain {chosen} reads one picture", "--brain local takes several of one measurement")
    if not BRAINS[chosen].looks:
        return read_from_record(store, pictures[0])
    config = lab.config.model_copy(update={"brain": chosen})
    reader = open_reader(config, lab.directory, lab.directory / "readings", store.blobs, lambda *event: None)
    return look_at(reader, as_png(pictures[0], lab.directory / "readings"), experiment, unit)


def add_to(program: typer.Typer) -> None:
    program.command()(read)
