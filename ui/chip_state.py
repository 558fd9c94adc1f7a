"""What the record says of every qubit: values in force, state in its last run, age, and what is due."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from reson.agent.report.chip import limit_of, over_limit, state_of
from reson.agent.report.content import State, Value
from reson.agent.report.events import last_words
from reson.agent.report.tables import value_of
from reson.components import named
from reson.records import Json, Quantity, Record
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.runs import list_runs
from reson.tools.store.table import ParameterRow
from reson.trajectory import read_events
from reson.ui import queries
from reson.ui.opened import Opened

RECENT_RUNS = 5


class Due(Record):
    """An experiment whose last result is older than it stays good."""

    experiment: str
    title: str
    hours: float | None
    """Age of its oldest value; None: never measured."""
    valid_hours: float


class QubitNow(Record):
    component: str
    state: State
    why: str
    values: dict[str, Value]
    over_limit: Quantity | None
    age_hours: float | None
    """Since anything of it was last measured; None: never."""
    due: tuple[Due, ...]
    diagnoses: tuple[Json, ...]


def chip_now(place: Opened) -> list[QubitNow]:
    """Every qubit of the lab, in order; made anew only when something that it is made of has changed."""
    waits = list_approvals(place.store, status=ApprovalStatus.PENDING)
    files = [(str(path), path.stat().st_size) for path in _trajectories(place)]
    of_what = (str(place.lab.directory), place.device, len(place.components))
    written = queries.last_version(place.store)
    return _chip_as_of(place, (of_what, written, place.now, [row.id for row in waits], files), waits)


@st.cache_resource(max_entries=4)
def _chip_as_of(_place: Opened, state: tuple[object, ...], _waits: list[ApprovalRow]) -> list[QubitNow]:
    table, words = _place.table(), closing_words(_place)
    return [qubit_now(_place, name, table.get(name, {}), words.get(name), _waits) for name in _place.components]


def qubit_now(
    place: Opened, name: str, rows: Mapping[str, ParameterRow], last_word: Json | None, waits: list[ApprovalRow]
) -> QubitNow:
    values = {key: value_of(row, frozenset()) for key, row in rows.items()}
    mine = [row for row in waits if name in named(row.component)]
    measured = [row.valid_from for row in rows.values() if row.measurement_id]
    state, why = state_of(last_word, mine, ()) if mine or last_word or not measured else ("open", "no run closed it")
    return QubitNow(
        component=name,
        state=state,
        why=why if measured or mine or last_word else "not measured yet",
        values=values,
        over_limit=over_limit(values, limit_of(values)),
        age_hours=(place.now - max(measured)) / 3600 if measured else None,
        due=due_of(place.now, rows),
        diagnoses=tuple((last_word or {}).get("diagnoses", ())),
    )


def due_of(now: float, rows: Mapping[str, ParameterRow]) -> tuple[Due, ...]:
    """By the catalogue: what an experiment calibrates stays good for its ``valid_hours``."""
    found = []
    for one in CATALOGUE.values():
        ages = [_age(now, rows.get(name)) for name in one.calibrates]
        known = [age for age in ages if age is not None]
        oldest = max(known) if len(known) == len(ages) and known else None
        if oldest is None or oldest > one.valid_hours:
            found.append(Due(experiment=one.name, title=one.title, hours=oldest, valid_hours=one.valid_hours))
    return tuple(found)


def _age(now: float, row: ParameterRow | None) -> float | None:
    return None if row is None or row.measurement_id is None else (now - row.valid_from) / 3600


def closing_words(place: Opened) -> dict[str, Json]:
    """component -> the brain's last decision on it that was no measurement, over the latest runs."""
    words: dict[str, Json] = {}
    for path in _trajectories(place):
        words = _words_as_of(str(path), path.stat().st_size) | words
    return words


def _trajectories(place: Opened) -> list[Path]:
    """Of the latest runs, newest first."""
    paths = [place.lab.runs / run.id / "trajectory.jsonl" for run in list_runs(place.store, RECENT_RUNS)]
    return [path for path in paths if path.exists()]


@st.cache_data(max_entries=50)
def _words_as_of(path: str, size: int) -> dict[str, Json]:
    """The file only grows, so its size says whether it was read already."""
    return last_words(read_events(Path(path)))
