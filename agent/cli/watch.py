"""What the provider publishes, over days: `reson watch`."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson
from reson.wording import count, moment, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reson.tools.devices.watching import Finding, Seen

DATES = 10
"""Of the history, the newest that are shown."""
_UNITS = {"t1": "s", "t2": "s"}
_KINDS = {
    "jump": "jumped",
    "outlier": "once",
    "sudden": "now, not yet confirmed",
    "broken": "out of service",
    "withheld": "not published any more",
}


def watch(
    context: typer.Context,
    days: Annotated[float, typer.Option(min=0, help="How far back findings are told.")] = 14.0,
    as_json: AsJson = False,
) -> int:
    """Read what the provider publishes, add it to the lab's diary, and tell jumps, outliers and alarms, without a shot.

    Call it every few hours, as cron does: what has not changed is not written again. The exit code is 1 while something
    alarms: a value worse by a factor of two than it used to be, or a part out of service.

    \b
    Examples:
      reson --lab torino watch
      reson --lab torino watch --days 3 --json
    """
    from reson.agent.operations.devices import WATCH, Days

    watched = WATCH(place.at(context), Days(days=days))
    (history, found), alarms = watched, watched.alarms
    if as_json:
        output.document(watched.to_json())
        return int(alarms > 0)
    output.table(
        ("published", "T1", "T2", "SX error", "pair error", "readout error", "work"),
        (_row(seen) for seen in history[-DATES:]),
        empty="nothing published",
    )
    output.lines(_words(one) for one in found)
    output.lines([f"{count(len(history), 'reading')}, {count(len(found), 'finding')}, {count(alarms, 'alarm')}"])
    return int(alarms > 0)


def _row(seen: Seen) -> tuple[str, ...]:
    """Medians over what works."""
    works = [qubit for qubit in seen.told.qubits.values() if qubit.works]
    pairs = [pair.error for pair in seen.told.pairs if pair.works]
    columns = [[getattr(one, name) for one in works] for name in ("t1", "t2", "gate_error")]
    errors = (*columns[2:], pairs, [one.readout_error for one in works])
    return (
        moment(seen.dated),
        *(_median(values, "s") for values in columns[:2]),
        *(_median(values, "") for values in errors),
        f"{len(works)} of {len(seen.told.qubits)}",
    )


def _median(values: Iterable[float | None], unit: str) -> str:
    known = [value for value in values if value is not None]
    return _short(median(known), unit) if known else "-"


def _short(value: float, unit: str) -> str:
    return quantity(float(f"{value:.3g}"), unit=unit)


def _words(one: Finding) -> str:
    mark = "ALARM " if one.alarm else ""
    if one.before is None or one.after is None:
        what = f"{one.quantity} " if one.quantity else ""
        return f"{mark}{moment(one.moment)} {one.component}: {what}{_KINDS[one.kind]}"
    unit = _UNITS.get(one.quantity, "")
    change = f"{one.quantity} from {_short(one.before, unit)} to {_short(one.after, unit)}"
    return f"{mark}{moment(one.moment)} {one.component}: {change}, {_KINDS[one.kind]}"


def add_to(app: typer.Typer) -> None:
    app.command()(watch)
