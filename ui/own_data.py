"""A file of one's own: uploaded, checked, analysed and judged as a night's measurement is; kept only when asked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from reson.agent import own_data
from reson.agent.keeping import keep
from reson.errors import OperatorError, ToolError
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.own_data.columns import ARBITRARY, COUNTS, DECIBEL, P0, P1, Wanted
from reson.tools.own_data.forms import CHANCE, FORMS, UNITS, Form
from reson.tools.own_data.reading import FORMATS, read_bytes
from reson.tools.own_data.table import LARGEST, Table
from reson.ui import access, plots, request
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading, note, section, show, table, told, verdict_mark
from reson.wording import quantity

UPLOAD = LARGEST // 2**20
"""MB of an upload."""
SIGNALS = {
    "V": "volts",
    "mV": "millivolts",
    "uV": "microvolts",
    DECIBEL: "decibels",
    ARBITRARY: "a signal, arbitrary units",
}
CHANCES = {P1: "probability of 1", P0: "probability of 0", COUNTS: "counts of 1"}


def page() -> None:
    heading("Your data", "A measurement of your own")
    who = access.person()
    if who is None or not who.operates:
        empty("For operators.", "An analysis takes this machine's time; ask an operator.")
        return
    name = st.selectbox(
        "Experiment", list(FORMS), width=320, format_func=lambda one: CATALOGUE[one].title, key="own-what"
    )
    file = st.file_uploader(
        "File", type=[one.removeprefix(".") for one in FORMATS], max_upload_size=UPLOAD, key="own-file"
    )
    if file is None:
        note("CSV, NPZ or HDF5, one measurement on one qubit. The same as `reson analyse`; docs/own-data.md says more.")
        return
    try:
        held = read_bytes(file.name, file.getvalue())
        wanted, given = _columns(held, FORMS[name]), _asked(name, FORMS[name])
        asked = (file.file_id, name, wanted, given)
        if st.button("Analyse", type="primary", key="own-go"):
            access.operator()
            st.session_state["own-seen"] = None  # what is refused leaves no older result behind
            seen = own_data.analyse(held, name, wanted, own_data.told_of(name, given))
            st.session_state["own-seen"] = (asked, seen)
        of, seen = st.session_state.get("own-seen") or (None, None)
        if seen is not None and of == asked:
            _result(seen)
            _keeping(opened(), seen, file.name)
        elif seen is not None:
            note("What is chosen above has changed since: analyse it again.")
    except (OperatorError, ToolError) as error:
        told(error)


def _columns(held: Table, form: Form) -> Wanted:
    """What the columns are, chosen from those of the file."""
    names = list(held.columns)
    with st.container(horizontal=True):
        x = _one(f"Swept: {form.swept}", names, "x") if form.swept else ""
        unit = st.text_input("Its unit", held.units.get(x, ""), width=110, key="own-unit") if form.unit and x else ""
        y = st.multiselect("Measured", names, width=300, key="own-y", placeholder="one; I and Q; one for each curve")
        kinds = (CHANCES if CHANCE in form.takes else {}) | (SIGNALS if form.takes != (CHANCE,) else {})
        kind = st.selectbox("What it is", list(kinds), width=220, format_func=lambda one: kinds[one], key="own-kind")
    with st.container(horizontal=True):
        error = st.multiselect("Standard errors", names, width=300, key="own-error", placeholder="from the scatter")
        shots = st.text_input("Shots of each point", width=150, key="own-shots").strip()
        series = _one("Curve of each row", names, "series") if form.curves else ""
        row = _one(f"Second: {form.row}", names, "row") if form.row else ""
    if form.curves:
        note(f"Curves: {', '.join(form.curves)}. One measured column for each (or I and Q of each), in this order.")
    second = f"{row}:{form.row_unit}" if row and form.row_unit == "dB" else row
    return Wanted(
        f"{x}:{unit}" if unit else x, tuple(f"{one}:{kind}" for one in y), tuple(error), series, second, shots
    )


def _one(label: str, names: Sequence[str], key: str) -> str:
    return st.selectbox(label, names, index=None, placeholder="choose", width=220, key=f"own-{key}") or ""


def _asked(name: str, form: Form) -> dict[str, str]:
    """Fields for what the file cannot say, and what is typed into them so far."""
    optional = (form.reference,) if form.reference else ()
    fields = [*form.asked, *optional]
    units = UNITS | {spec.name: spec.unit for spec in CATALOGUE[name].parameters}
    with st.container(horizontal=True):
        typed = {
            one: st.text_input(
                f"{one} ({units[one]})" if units[one] else one,
                width=220,
                key=f"own-told-{one}",
                placeholder="where frequencies are offsets" if one in optional else "",
            ).strip()
            for one in fields
        }
    return {one: text for one, text in typed.items() if text}


def _result(seen: own_data.Seen) -> None:
    show(verdict_mark(seen.judgement.verdict))
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        plots.show(seen.analysis, "own-chart")
        st.download_button("Figure (PNG)", seen.picture, f"{seen.experiment}.png", "image/png", on_click="ignore")
    with right:
        found = [(name, quantity(one.value, one.stderr, one.unit)) for name, one in seen.analysis.quantities.items()]
        show(table(("Fitted", "Value"), found, numbers=(1,)))
        request.show_checks(list(seen.judgement.checks))
        show(request.reading_in_words(seen.reading))
        for one in seen.made.notes:
            note(f"{one[:1].upper()}{one[1:]}.")


def _keeping(place: Opened | None, seen: own_data.Seen, file: str) -> None:
    """Nothing is kept unless somebody says so, and then under that person's name."""
    section("Keep it")
    if place is None:
        note("There is no lab here that could keep it.")
        return
    note("Data, figure and verdict go into the record under your name. No value of the chip is written.")
    if st.button("Keep in the record", key="own-keep"):
        kept = keep(place.lab, seen, file, access.operator().name)
        note(f"Kept as {kept}; it is on the page Measurements.")
