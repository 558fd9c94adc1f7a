"""The chip at a glance: each qubit coloured by what one wants to know, all values below, and one qubit in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from reson.agent.report.words import SHORT, STATES
from reson.tools.store.table import Table
from reson.ui import chip_map, coupling_map, qubit
from reson.ui.chip_state import QubitNow, chip_now
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading, note, section
from reson.wording import count, quantity

COLUMNS = ("error_per_gate", "over_limit", "t1", "t2_star", "t2_echo", "assignment_fidelity", "drive_frequency")


def page() -> None:
    place = opened()
    if place is None:
        heading("Chip", "No lab yet")
        empty("There is no lab here.", "Start its first night on the page Night; it makes the lab.")
        return
    table = place.table()
    qubits = chip_now(place)
    heading(f"{place.device} · {_clock(place)}", _title(qubits))
    if not table:
        empty("Nothing has been measured.", "Start the first night on the page Night.")
        return
    _map(place, table, qubits)
    name = st.query_params.get("qubit", "")
    if name not in place.components:
        name = ""
    picked = st.selectbox(
        "Qubit",
        place.components,
        index=place.components.index(name) if name else None,
        placeholder="choose one here or on the map",
        width=260,
    )
    if picked:
        st.query_params["qubit"] = picked
        qubit.show(place, next(one for one in qubits if one.component == picked), table.get(picked, {}))
    section("All qubits")
    _overview(qubits)


def _clock(place: Opened) -> str:
    from reson.wording import moment

    return f"device clock {moment(place.now)} UTC" if place.now else "never used"


def _title(qubits: list[QubitNow]) -> str:
    states = [one.state for one in qubits]
    parts = [f"{states.count('done')} of {count(len(states), 'qubit')} calibrated"]
    rest = (("waiting", "waiting for you"), ("failed", "set aside"))
    return ", ".join(parts + [f"{states.count(state)} {word}" for state, word in rest if state in states])


@st.fragment
def _map(place: Opened, table: Table, qubits: list[QubitNow]) -> None:
    """What to colour by, and the map: colouring draws the map alone again, a click on a qubit the page."""
    pairs = coupling_map.pairs_of(place)
    known = {
        "ZZ": coupling_map.measured(table, pairs, "zz", place.now),
        "Layer error": coupling_map.measured(table, pairs, "layer_error", place.now),
        "Published gate error": coupling_map.published_errors(coupling_map.published(place) if pairs else None),
    }
    ways = [way for way, of_pairs in known.items() if of_pairs]
    with st.container(horizontal=True):
        metric = st.segmented_control(
            "Colour by", list(chip_map.METRICS), default="State", required=True, key="metric", width="content"
        )
        by = (
            st.segmented_control("Pairs by", ways, default=ways[0], required=True, key="pairs-by", width="content")
            if len(ways) > 1
            else next(iter(ways), "")
        )
    chosen = chip_map.draw(qubits, metric or "State", pairs, by or "", known.get(by or "", {}))
    if not pairs:
        note("No couplers are on record for this device; qubits stand in the order of their numbers.")
    elif not ways:
        note("Lines join neighbours; no pair has been measured.")
    before, st.session_state["clicked"] = st.session_state.get("clicked"), chosen
    if chosen and chosen != before:
        st.query_params["qubit"] = chosen
        st.rerun()


def _overview(qubits: list[QubitNow]) -> None:
    frame = pd.DataFrame([_row(one) for one in qubits])
    st.dataframe(frame, hide_index=True, height="content" if len(qubits) <= 12 else 460)


def _row(one: QubitNow) -> dict[str, str]:
    cells = {"Qubit": one.component, "State": f"{STATES[one.state][0]} {chip_map.state_word(one.state)}"}
    for name in COLUMNS:
        if name == "over_limit":
            cells["Over limit"] = "–" if one.over_limit is None else f"{one.over_limit.value:.2f} ×"
            continue
        value = one.values.get(name)
        known = value is not None and (value.measured or name == "drive_frequency")
        cells[SHORT[name]] = quantity(value.value, value.stderr, value.unit) if known and value else "–"
    return cells | {"Age": chip_map.short(one.age_hours, "h"), "Due": str(len(one.due)) if one.due else "–"}
