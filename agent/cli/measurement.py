"""Commands on one measurement: show, export, analyse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.errors import WrongUsage
from reson.agent.cli.files import write
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.records import Quantity
    from reson.tools.data import Analysis
    from reson.tools.store.measurements import MeasurementRow
    from reson.tools.store.store import Store

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
    from reson.tools.experiments.catalogue import title_of
    from reson.tools.store.measurements import FIGURE
    from reson.wording import duration, moment

    store = place.lab(context).store()
    row = _row(store, name)
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
            *(f"{key} = {_written(one)}" for key, one in (row.quantities or {}).items()),
            *([reading] if reading else []),
            f"why: {row.why}",
            f"run {row.run_id}, {moment(row.device_ended)} UTC on the device's clock, {duration(seconds)}, "
            f"{row.circuits} circuits of {row.shots} shots",
            *([f"picture: {store.blobs.path(row.figure_sha, FIGURE)}"] if row.figure_sha else []),
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
    from reson.tools.points import measured_points
    from reson.tools.store.measurements import FIGURE, load_analysis
    from reson.tools.store.raw import RAW

    store = place.lab(context).store()
    row = _row(store, name)
    files = {f"{row.id}.npz": store.blobs.get(row.raw_sha, RAW)}
    if row.analysis_sha:
        files[f"{row.id}.csv"] = measured_points(load_analysis(store, row)).to_csv(index=False).encode()
    if row.figure_sha:
        files[f"{row.id}.png"] = store.blobs.get(row.figure_sha, FIGURE)
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
    from reson.agent.approvals import parse_value
    from reson.tools.experiments.catalogue import EXPERIMENTS
    from reson.tools.part_of_sweep import keep
    from reson.tools.store.measurements import load_analysis, load_raw

    store = place.lab(context).store()
    row = _row(store, name)
    raw = load_raw(store, row)
    recorded = load_analysis(store, row) if row.analysis_sha else None
    unit = recorded.x_axis.unit if recorded else ""
    ends = [parse_value(text, unit) if text else otherwise for text, otherwise in ((low, -1e30), (high, 1e30))]
    part = keep(raw, *ends)
    if (low or high) and len(part.circuits) == len(raw.circuits):
        raise WrongUsage(
            f"{row.id} cannot be cut so: too few of its {len(raw.circuits)} points would be left, or none taken away",
            "choose another range; without --from and --to all of it is analysed",
        )
    arguments.known_name(row.experiment, EXPERIMENTS, "experiment")
    fresh = EXPERIMENTS[row.experiment].analyse(part)
    kept = f"{len(part.circuits)} of {len(raw.circuits)} circuits"
    _tell(recorded, fresh, kept, as_json)
    return 1 if fresh.error else 0


def _tell(recorded: Analysis | None, fresh: Analysis, kept: str, as_json: bool) -> None:
    old = recorded.quantities if recorded else {}
    names = list(dict.fromkeys([*old, *fresh.quantities]))
    if as_json:
        both = {
            name: {
                "on_record": old[name].to_json() if name in old else None,
                "anew": fresh.quantities[name].to_json() if name in fresh.quantities else None,
            }
            for name in names
        }
        output.document({"kept": kept, "error": fresh.error, "quantities": both})
        return
    rows = ((name, _written(old.get(name)), _written(fresh.quantities.get(name))) for name in names)
    output.table(("fitted", "on record", "anew"), rows, empty="no values")
    output.lines([kept, *([f"no fit: {fresh.error}"] if fresh.error else [])])


def _row(store: Store, name: str) -> MeasurementRow:
    from reson.tools.store.measurements import get_measurement

    return get_measurement(store, name)


def _written(one: Quantity | None) -> str:
    from reson.wording import quantity

    return "–" if one is None else quantity(one.value, one.stderr, one.unit)
