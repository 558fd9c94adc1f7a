"""Commands on one measurement: show, export, analyse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.files import write
from reson.agent.cli.output import AsJson

app = typer.Typer(
    help="One measurement: `show` what it says, `export` its data, `analyse` it anew. `reson runs show RUN` lists all.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="MEASUREMENT", help="Its name, like night-0001-0004-q2.")]


@app.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show what one measurement says: verdict, values with uncertainties, checks that failed, reading, origin.

    \b
    Example:
      reson measurement show night-0001-0004-q2
    """
    from reson.agent.operations.measurements import SHOW_MEASUREMENT, OfMeasurement, written
    from reson.tools.experiments.catalogue import title_of
    from reson.tools.store.measurements import FIGURE
    from reson.wording import duration, moment

    lab = place.at(context)
    row = SHOW_MEASUREMENT(lab, OfMeasurement(measurement_id=name))
    if as_json:
        output.document(row.to_json())
        return
    verdict = row.judgement.verdict.value if row.judgement else "not analysed"
    reading = f"plot reads {row.reading.status}: {row.reading.reason}" if row.reading else ""
    seconds = row.device_ended - row.device_started
    output.lines(
        [
            f"{row.component} {title_of(row.experiment)}: {verdict}",
            *(f"  {reason}" for reason in (row.judgement.reasons if row.judgement else ())),
            *([f"  no fit: {row.error}"] if row.error else []),
            *(f"{key} = {written(one)}" for key, one in (row.quantities or {}).items()),
            *([reading] if reading else []),
            f"why: {row.why}",
            f"run {row.run_id}, {moment(row.device_ended)} UTC on the device's clock, {duration(seconds)}, "
            f"{row.circuits} circuits of {row.shots} shots",
            *([f"picture: {lab.store.blobs.path(row.figure_sha, FIGURE)}"] if row.figure_sha else []),
        ]
    )


@app.command()
def export(
    context: typer.Context,
    name: Name,
    to: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write its data as files: points in SI units (CSV), untouched raw data (NumPy), picture (PNG). Overwrites none.

    \b
    Example:
      reson measurement export night-0001-0004-q2 --to /tmp
    """
    from reson.agent.operations.measurements import MEASUREMENT_FILES, OfMeasurement

    files = MEASUREMENT_FILES(place.at(context), OfMeasurement(measurement_id=name))
    written = [write(to / file, data, "--to DIR") for file, data in sorted(files.items())]
    if as_json:
        output.document({"files": [str(path) for path in written]})
    else:
        output.lines(str(path) for path in written)


@app.command()
def analyse(
    context: typer.Context,
    name: Name,
    low: Annotated[str, typer.Option("--from", metavar="VALUE", help='Keep the sweep from here: 2e-6 or "2 us".')] = "",
    high: Annotated[str, typer.Option("--to", metavar="VALUE", help="Keep the sweep up to here.")] = "",
    as_json: AsJson = False,
) -> int:
    """Fit its saved data anew, with the code of today, all of it or a part of the sweep. Nothing is written.

    \b
    Examples:
      reson measurement analyse night-0001-0004-q2
      reson measurement analyse night-0001-0004-q2 --to "60 us"
    """
    from reson.agent.operations.measurements import ANALYSE_AGAIN, PartOfSweep, both, written

    anew = ANALYSE_AGAIN(place.at(context), PartOfSweep(measurement_id=name, low=low, high=high))
    kept, error = f"{anew.kept} of {anew.circuits} circuits", anew.fresh.error
    if as_json:
        found = {
            name: {"on_record": old.to_json() if old else None, "anew": new.to_json() if new else None}
            for name, (old, new) in both(anew).items()
        }
        output.document({"kept": kept, "error": error, "quantities": found})
    else:
        rows = ((name, written(old), written(new)) for name, (old, new) in both(anew).items())
        output.table(("fitted", "on record", "anew"), rows, empty="no values")
        output.lines([kept, *([f"no fit: {error}"] if error else [])])
    return 1 if error else 0
