"""One qubit in full: values with uncertainty and age, trends, last measurements, what is due and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from reson.agent.operations.values import value_in_words
from reson.agent.report.words import DIAGNOSES, SHORT, number
from reson.records import Json
from reson.tools.experiments.catalogue import title_of
from reson.tools.store.table import ParameterRow
from reson.ui import one_measurement, plots, queries, trends
from reson.ui.addresses import to_measurement
from reson.ui.chip_state import QubitNow
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, esc, facts, heading, note, section, sentence, state_mark, table, tag
from reson.ui.phrases import show as put
from reson.wording import author, moment

TRENDS = ("error_per_gate", "t1", "t2_echo", "drive_frequency", "x_amplitude", "assignment_fidelity")
LAST = 12
HEAD = ("t1", "t2_echo", "assignment_fidelity", "error_per_gate")


def head(one: QubitNow) -> None:
    """How it stands, its main values, and what is wrong with it."""
    heading(
        "Qubit", Markup(f"{esc(one.component)} {state_mark(one.state, 'calibrated' if one.state == 'done' else '')}")
    )
    put(sentence(one.why))
    known = [
        (SHORT[name], number(one.values[name])) for name in HEAD if name in one.values and one.values[name].measured
    ]
    put(facts(known))
    if one.below and one.state != "below":
        put(tag("ul", *(tag("li", short.text) for short in one.below), kind="rs-list"))
    for found in one.diagnoses:
        put(card(found))


def show(place: Opened, one: QubitNow, rows: Mapping[str, ParameterRow]) -> None:
    """All its values, what is due, its last measurements and how they went."""
    in_force, due, latest, drift = st.tabs(["Values", f"Due ({len(one.due)})", "Last measurements", "Trends"])
    with in_force:
        put(values(place, rows))
    with due:
        _due(one)
    with latest:
        last(place, one.component)
    with drift:
        show_trends(place, one.component, TRENDS)


def card(diagnosis: Json) -> Markup:
    """What is wrong with a component, and what to do."""
    title = DIAGNOSES.get(diagnosis["code"], diagnosis["code"])
    return tag("div", tag("strong", title), tag("p", diagnosis["text"]), tag("p", diagnosis["remedy"]), kind="rs-card")


def values(place: Opened, rows: Mapping[str, ParameterRow]) -> Markup:
    """Every value in force with its age and author, and the measurement that it comes from."""
    return table(
        ("Parameter", "Value", "Age", "Set by", "From"),
        (
            (
                name,
                tag("span", value_in_words(row), kind="rs-new" if row.measurement_id else ""),
                age_in_words((place.now - row.valid_from) / 3600),
                author(row.author),
                tag("span", to_measurement(row.measurement_id) if row.measurement_id else row.reason, kind="rs-code"),
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
        note("Everything that a night would measure is younger than it stays good.")
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


def last(place: Opened, component: str) -> None:
    """Its latest measurements, one of them opened."""
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
            f"{moment(names[name].device_ended)}  {title_of(names[name].experiment)}"
            f"  {names[name].verdict or 'not analysed'}"
        ),
    )
    if picked:
        one_measurement.summary(place, picked)


def show_trends(place: Opened, component: str, names: Sequence[str]) -> None:
    """How its measured values went, two beside each other, with their goals and jumps."""
    goals = place.lab.config.goals.model_dump()
    columns = st.columns(2)
    known = {
        name: past
        for name in names
        if (past := [one for one in queries.versions(place.store, place.device, component, name) if one.measurement_id])
    }
    for index, (name, past) in enumerate(known.items()):
        with columns[index % 2]:
            section(SHORT.get(name, name))
            plots.draw(trends.of_value(past, goal=goals.get(name)), f"trend-{component}-{name}")
