"""Reading the parameter table: the values in force, or as they were at any moment of the device's clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from reson.components import named, value_name
from reson.records import Confidence, Finite, Record, Verdict, content_hash
from reson.tools.quantities import PARAMETERS
from reson.tools.store.database import reading
from reson.tools.store.rows import record_of
from reson.tools.store.schema import parameters
from reson.tools.store.store import Store


class ParameterRow(Record):
    """One version of one value."""

    id: str
    sequence: int
    """Order of writing over the whole table."""
    device: str
    component: str
    parameter: str
    value: Finite
    stderr: Finite | None
    unit: str
    valid_from: float
    """Device clock, seconds since the Unix epoch."""
    recorded_wall: float
    superseded_by: str | None
    measurement_id: str | None
    verdict: Verdict | None
    author: str
    reason: str
    approval_id: str | None
    confidence: Confidence = None
    """Where the value is an upper limit."""
    was: str | None = None
    """The name under which it was written, like ``q0.zz_1``, where it has another since: see ``named_by_place``."""

    @property
    def written_as(self) -> str:
        return self.was or value_name(self.component, self.parameter)


Table = dict[str, dict[str, ParameterRow]]
"""component -> parameter -> row."""


class Version(NamedTuple):
    """A measured value as it was written: what a history needs of a row, of which there are many."""

    at: float
    """Device clock, seconds since the Unix epoch."""
    value: float
    stderr: float | None
    unit: str
    measurement_id: str


def current(store: Store, device: str, *, as_of: float | None = None, only: Collection[str] | None = None) -> Table:
    """The values in force now, or at ``as_of`` (device clock, seconds since the Unix epoch); ``only``: of these
    components, so that what is asked about one costs the same on a chip of any size.
    """
    with reading(store.engine) as connection:
        return read_table(connection, device, as_of=as_of, only=only)


def read_table(
    connection: Connection, device: str, *, as_of: float | None = None, only: Collection[str] | None = None
) -> Table:
    """``current`` inside a transaction."""
    wanted = parameters.c.device == device
    if only is not None:
        wanted &= parameters.c.component.in_([str(name) for name in only])
    query = select(parameters).where(wanted)
    if as_of is None:
        # left to itself SQLite takes the index on the history, and reads all of it
        query = query.where(parameters.c.superseded_by.is_(None)).with_hint(
            parameters, "INDEXED BY one_current_value", "sqlite"
        )
    else:
        last_written = (
            select(func.max(parameters.c.sequence))
            .where(wanted, parameters.c.valid_from <= as_of)
            .group_by(parameters.c.component, parameters.c.parameter)
        )
        query = query.where(parameters.c.sequence.in_(last_written))
    table: Table = {}
    for row in connection.execute(query.order_by(parameters.c.component, parameters.c.parameter)):
        table.setdefault(row.component, {})[row.parameter] = record_of(ParameterRow, row)
    return table


def values_in_force(
    store: Store, device: str, *, only: Collection[str] | None = None, controls: bool = False
) -> dict[str, dict[str, float]]:
    """component -> parameter -> value, in SI units: the bare numbers of ``current``, for a tenth of what the rows cost.

    ``controls``: only what the device is to be loaded with.
    """
    here = (parameters.c.device == device) & parameters.c.superseded_by.is_(None)
    if only is not None:
        here &= parameters.c.component.in_([str(name) for name in only])
    if controls:
        here &= parameters.c.parameter.in_([spec.name for spec in PARAMETERS.values() if spec.control])
    query = select(parameters.c.component, parameters.c.parameter, parameters.c.value).where(here)
    found: dict[str, dict[str, float]] = {}
    with reading(store.engine) as connection:
        query = query.with_hint(parameters, "INDEXED BY one_current_value", "sqlite")
        for row in connection.execute(query.order_by(parameters.c.component, parameters.c.parameter)):
            found.setdefault(row.component, {})[row.parameter] = row.value
    return found


def values(table: Mapping[str, Mapping[str, ParameterRow]]) -> dict[str, dict[str, float]]:
    """The bare numbers, in SI units."""
    return {component: {name: row.value for name, row in rows.items()} for component, rows in table.items()}


def table_hash(rows_of_one_component: Mapping[str, ParameterRow]) -> str:
    """Version of one component's part of the table: which values, as written when. One that moved away and back is
    another version: what was asked before it moved rests on a qubit that somebody has had his hands on since.
    """
    return content_hash({name: [row.value, row.id] for name, row in rows_of_one_component.items()})


def components_hash(table: Mapping[str, Mapping[str, ParameterRow]], components: str) -> str:
    """``table_hash`` of one component, or one hash over several joined by commas as in ``Action.component``."""
    names = named(components)
    if len(names) == 1:
        return table_hash(table.get(components, {}))
    return content_hash({name: table_hash(table.get(name, {})) for name in names})


def log(store: Store, device: str, component: str | None = None, parameter: str | None = None) -> list[ParameterRow]:
    """Every version ever written, oldest first."""
    query = select(parameters).where(parameters.c.device == device)
    for column, wanted in ((parameters.c.component, component), (parameters.c.parameter, parameter)):
        if wanted is not None:
            query = query.where(column == wanted)
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(parameters.c.sequence))
        return [record_of(ParameterRow, row) for row in rows]


def histories(
    store: Store, device: str, parameter_names: Iterable[str], most: int, *, until: float | None = None
) -> dict[str, dict[str, list[Version]]]:
    """component -> parameter -> its newest ``most`` measured versions, oldest first; ``until``: device clock."""
    asked = (parameters.c.device == device) & parameters.c.parameter.in_(list(parameter_names))
    asked &= parameters.c.measurement_id.is_not(None)
    if until is not None:
        asked &= parameters.c.valid_from <= until
    of_value = (parameters.c.component, parameters.c.parameter)
    newest = func.row_number().over(partition_by=of_value, order_by=parameters.c.sequence.desc()).label("newest")
    columns = (*of_value, *(parameters.c[name] for name in ("valid_from", "value", "stderr", "unit", "measurement_id")))
    numbered = select(*columns, newest).where(asked).subquery()
    query = select(numbered).where(numbered.c.newest <= most).order_by(numbered.c.newest.desc())
    found: dict[str, dict[str, list[Version]]] = {}
    with reading(store.engine) as connection:
        for row in connection.execute(query):
            version = Version(row.valid_from, row.value, row.stderr, row.unit, row.measurement_id)
            found.setdefault(row.component, {}).setdefault(row.parameter, []).append(version)
    return found


def moved_since(store: Store, device: str, components: Iterable[str], wall: float) -> list[str]:
    """In words, what was written to these components after a moment of the computer's clock."""
    names = set(components)
    rows = [row for row in log(store, device) if row.component in names]
    older = {row.superseded_by: row for row in rows if row.superseded_by}
    return [
        f"{row.component}.{row.parameter} {_from(older.get(row.id))}became {row.value:.9g} {row.unit}".rstrip()
        + f" (by {row.author})"
        for row in rows
        if row.recorded_wall > wall
    ]


def _from(row: ParameterRow | None) -> str:
    return "" if row is None else f"was {row.value:.9g} and "
