"""What the record says of every qubit: values in force, state in its last run, age, and what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from reson.agent.expert import characterise
from reson.agent.expert.plans import BRING_UP, UPKEEP, Step
from reson.agent.report.chip import above_limit, limit_of, over_limit
from reson.agent.report.content import Value
from reson.agent.report.tables import value_of
from reson.agent.standing import Standing, standings, trajectories
from reson.agent.worse import Looked, Worse, worse_on_record
from reson.components import pairs_of
from reson.records import Quantity, Record
from reson.tools.devices.order import Kind
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.store.table import ParameterRow, Table
from reson.ui import queries
from reson.ui.opened import Opened

PROVIDED = frozenset({"fake", "aer", "ibm"})
"""Kinds of devices whose pulses cannot be tuned: there a night characterises."""


class Due(Record):
    """An experiment whose last result is older than it stays good."""

    experiment: str
    title: str
    hours: float | None
    """Age of its oldest value; None: never measured."""
    valid_hours: float


class QubitNow(Standing):
    values: dict[str, Value]
    over_limit: Quantity | None
    above_limit: Quantity | None
    age_hours: float | None
    """Since anything of it was last measured; None: never."""
    due: tuple[Due, ...]


class ChipNow(NamedTuple):
    qubits: list[QubitNow]
    """Every qubit of the lab, in order."""
    pairs: dict[str, Standing]
    """Every pair of the table."""
    worse: list[Worse]


def chip_now(place: Opened) -> ChipNow:
    """Made anew only when something that it is made of has changed."""
    waits = queries.waiting(place.store).ids
    paths = [path for _, path, _ in trajectories(place.lab, place.store, place.device)]
    files = [(str(path), path.stat().st_size) for path in paths if path.exists()]
    goals = place.lab.config.goals
    of_what = (str(place.lab.directory), place.device, len(place.components))
    written = queries.last_version(place.store)
    return _chip_as_of(place, (of_what, written, place.now, waits, files, goals))


@st.cache_resource(max_entries=4)
def _chip_as_of(_place: Opened, state: tuple[object, ...]) -> ChipNow:
    table = _place.table()
    pairs = pairs_of(table)
    stand = standings(_place.lab, _place.store, _place.device, table, [*_place.components, *pairs])
    qubits = [qubit_now(_place, stand[name], table) for name in _place.components]
    looked = [Looked(one.component, one.state, one.below, one.diagnoses) for one in stand.values()]
    return ChipNow(
        qubits, {name: stand[name] for name in pairs}, worse_on_record(_place.store, _place.device, looked, _place.now)
    )


def qubit_now(place: Opened, standing: Standing, table: Table) -> QubitNow:
    rows = table.get(standing.component, {})
    values = {key: value_of(row, frozenset()) for key, row in rows.items()}
    limit = limit_of(standing.component, table)
    measured = [row.valid_from for row in rows.values() if row.measurement_id]
    return QubitNow(
        **dict(standing),
        values=values,
        over_limit=over_limit(values, limit),
        above_limit=above_limit(values, limit),
        age_hours=(place.now - max(measured)) / 3600 if measured else None,
        due=due_of(place.now, rows, plan_of(place.lab.config.device.kind, rows)),
    )


def plan_of(kind: Kind, rows: Mapping[str, ParameterRow]) -> tuple[Step, ...]:
    """What a night of this lab would do with a qubit, by the kind of its device and the values it has."""
    if kind in PROVIDED:
        return characterise.PLAN
    known = rows.get("error_per_gate")
    return UPKEEP if known is not None and known.measurement_id else BRING_UP


def due_of(now: float, rows: Mapping[str, ParameterRow], plan: Sequence[Step]) -> tuple[Due, ...]:
    """What of a plan is no longer good: what an experiment calibrates is so for the ``valid_hours`` of its row."""
    found = []
    for one in dict.fromkeys(CATALOGUE[step.experiment] for step in plan):
        ages = [_age(now, rows.get(name)) for name in one.calibrates]
        known = [age for age in ages if age is not None]
        oldest = max(known) if len(known) == len(ages) and known else None
        if oldest is None or oldest > one.valid_hours:
            found.append(Due(experiment=one.name, title=one.title, hours=oldest, valid_hours=one.valid_hours))
    return tuple(found)


def _age(now: float, row: ParameterRow | None) -> float | None:
    return None if row is None or row.measurement_id is None else (now - row.valid_from) / 3600
