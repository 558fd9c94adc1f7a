"""A file of one's own, analysed and judged: `reson analyse`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.agent.own_data import Seen


def analyse(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV, NPZ or HDF5.")] = None,
    experiment: Annotated[str, typer.Option(metavar="NAME", help="What was measured; --list tells the choice.")] = "",
    x: Annotated[str, typer.Option(metavar="COLUMN:UNIT", help="What was swept, like delay:us.")] = "",
    y: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN:WHAT",
            help="What was measured: NAME:p1, :p0, :counts, or a signal in :V, :mV, :dB, :arb. Twice for I and Q, or"
            " for magnitude and phase (:deg); for several curves once for each, in their order.",
        ),
    ] = None,
    error: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Standard errors; from the scatter where there are none.")
    ] = None,
    shots: Annotated[str, typer.Option(metavar="N", help="Shots of each point, a number or a column.")] = "",
    series: Annotated[str, typer.Option(metavar="COLUMN", help="Which curve a row belongs to.")] = "",
    row: Annotated[str, typer.Option(metavar="COLUMN:UNIT", help="The second swept value of a map.")] = "",
    told: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="What the file does not hold, like anharmonicity=-210MHz."),
    ] = None,
    qubit: Annotated[int | None, typer.Option(min=0, help="Whose measurement it is, for the title.")] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the picture goes; beside the file by default.")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Keep it in the lab, under your name.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who you are; your login by default.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List what files can be taken, and what they hold.")] = False,
    as_json: AsJson = False,
) -> int:
    """Analyse a measurement of your own: a verdict, values with uncertainties, and a picture.

    The file goes through the same analysis, checks and reading as a night's measurement. No lab is needed, and
    nothing is written but the picture, unless --record asks for it.

    \b
    Examples:
      reson analyse t1.csv --experiment t1 --x delay:us --y pop:p1 --shots 1000
      reson analyse rabi.csv --experiment rabi --x amp:mV --y I:mV --y Q:mV \\
            --set anharmonicity=-210MHz --set pulse_duration=32ns
      reson analyse scan.h5 --experiment resonator_spectroscopy --x freq:GHz --y s21
    """
    from reson.agent import own_data
    from reson.agent.cli.errors import WrongUsage
    from reson.tools.experiments.catalogue import CATALOGUE
    from reson.tools.own_data.columns import Wanted
    from reson.tools.own_data.reading import read_file

    if listed:
        return _list(as_json)
    if file is None or not experiment:
        raise WrongUsage(
            "a file and what it is of are needed",
            "reson analyse FILE --experiment NAME; `reson analyse --list` tells the names",
        )
    name = arguments.known_name(experiment, CATALOGUE, "experiment")
    wanted = Wanted(x, tuple(y or ()), tuple(error or ()), series, row, shots)
    given = own_data.told_of(name, arguments.assignments(told or ()))
    seen = own_data.analyse(read_file(file), name, wanted, given, qubit)
    picture = png or file.with_suffix(f".{name}.png")
    _write(picture, seen.picture)
    kept = _record(context, seen, file, by) if record else None
    if as_json:
        output.document(seen.to_json() | {"picture": str(picture)} | ({"measurement": kept} if kept else {}))
    else:
        output.lines(_lines(seen, picture, kept))
    return 0


def _write(picture: Path, data: bytes) -> None:
    from reson.errors import OperatorError

    try:
        picture.write_bytes(data)
    except OSError as error:
        raise OperatorError(
            f"{picture} cannot be written: {error.strerror}", "name another place: --png FILE"
        ) from error


def _record(context: typer.Context, seen: Seen, file: Path, by: str) -> str:
    from reson.agent.keeping import keep

    return keep(place.lab(context), seen, file.name, by or arguments.login())


def _lines(seen: Seen, picture: Path, kept: str | None) -> list[str]:
    from reson.wording import quantity

    reading = seen.reading
    return [
        f"{seen.judgement.verdict.value}: {seen.experiment}",
        *(f"  {reason}" for reason in seen.judgement.reasons),
        *(f"{name} = {quantity(one.value, one.stderr, one.unit)}" for name, one in seen.analysis.quantities.items()),
        f"reading: {reading.status}: {reading.reason}",
        *(f"note: {note}" for note in seen.made.notes),
        f"picture: {picture}",
        *([f"kept as {kept}"] if kept else []),
    ]


def _list(as_json: bool) -> int:
    from reson.tools.own_data.forms import FORMS
    from reson.tools.own_data.page import rows

    if as_json:
        output.document([dict(zip(("experiment", "x", "y", "curves", "asked"), one, strict=True)) for one in rows()])
        return 0
    heads = ("experiment", "--x", "--y", "curves", "--set")
    output.table(heads, rows(), empty=f"{len(FORMS)} experiments")
    return 0


def add_to(program: typer.Typer) -> None:
    program.command()(analyse)
