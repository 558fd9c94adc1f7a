"""One qubit in full: values with uncertainty and age, trends, last measurements, what is due and why."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from reson.agent.report.words import DIAGNOSES, SHORT
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.store.table import ParameterRow
from reson.ui import one_measurement, plots, queries, trends
from reson.ui.chip_state import QubitNow
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, esc, heading, note, section, sentence, state_mark, table, tag
from reson.ui.phrases import show as put
from reson.wording import author, moment, quantity

TRENDS = ("error_per_gate", "t1", "t2_echo", "drive_frequency", "x_amplitude", "assignment_fidelity")
LAST = 12


def show(place: Opened, one: QubitNow, rows: Mapping[str, ParameterRow]) -> None:
    heading(
        "Qubit", Markup(f"{esc(one.component)} {state_mark(one.state, 'calibrated' if one.state == 'done' else '')}")
    )
    put(sentence(one.why))
    for found in one.diagnoses:
        title = DIAGNOSES.get(found["code"], found["code"])
        put(tag("div", tag("strong", title), tag("p", found["text"]), tag("p", found["remedy"]), kind="rs-card"))
    values, due, last, drift = st.tabs(["Values", f"Due ({len(one.due)})", "Last measurements", "Trends"])
    with values:
        put(_values(place, rows))
    with due:
        _due(one)
    with last:
        _last(place, one.component)
    with drift:
        _trends(place, one.component)


def _values(place: Opened, rows: Mapping[str, ParameterRow]) -> Markup:
    return table(
        ("Parameter", "Value", "Age", "Set by", "From"),
        (
            (
                name,
                tag("span", quantity(row.value, row.stderr, row.unit), kind="rs-new" if row.measurement_id else ""),
                age_in_words((place.now - row.valid_from) / 3600),
                author(row.author),
                tag("span", row.measurement_id or row.reason, kind="rs-code"),
            )
            for name, row in rows.items()
        ),
        numbers=(1, 2),
    )


def age_in_words(hours: float) -> str:
    if hours < 1:
        return f"{max(0.0, hours) * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} d"


def _due(one: QubitNow) -> None:
    if not one.due:
        note("Every result is younger than it stays good, by the catalogue.")
        return
    put(
        table(
            ("Experiment", "Why", "Good for"),
            (
                (
                    due.title,
                    "never accepted" if due.hours is None else f"{age_in_words(due.hours)} old",
                    f"{due.valid_hours:g} h",
                )
                for due in one.due
            ),
        )
    )


def _last(place: Opened, component: str) -> None:
    found = queries.latest_of(place.store, component, LAST)
    if not found:
        note("Nothing has been measured on it.")
        return
    names = {line.id: line for line in found}
    picked = st.selectbox(
        "Measurement",
        list(names),
        key=f"last-{component}",
        format_func=lambda name: (
            f"{moment(names[name].device_ended)}  {CATALOGUE[names[name].experiment].title}"
            f"  {names[name].verdict or 'not analysed'}"
        ),
    )
    if picked:
        one_measurement.summary(place, picked)


def _trends(place: Opened, component: str) -> None:
    columns = st.columns(2)
    for index, name in enumerate(TRENDS):
        past = [row for row in queries.versions(place.store, place.device, component, name) if row.measurement_id]
        if past:
            with columns[index % 2]:
                section(SHORT.get(name, name))
                plots.draw(trends.of_value(past), f"trend-{component}-{name}")
