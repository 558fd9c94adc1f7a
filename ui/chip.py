"""The chip at a glance: each qubit coloured by what one wants to know, all values below, and one qubit in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from reson.agent.report.words import OVERVIEW, SHORT, STATES, number
from reson.agent.standing import Standing
from reson.agent.worse import MOST_LINES, Worse
from reson.components import noun_of
from reson.tools.store.table import Table
from reson.ui import chip_map, coupling_map, pair, qubit, queries
from reson.ui.addresses import link, to_measurement
from reson.ui.chip_state import QubitNow, chip_now
from reson.ui.opened import Opened, opened
from reson.ui.phrases import Markup, empty, heading, note, section, show, tag
from reson.wording import count


def page() -> None:
    place = opened()
    if place is None:
        heading("Chip", "No lab yet")
        empty("There is no lab here.", "Start its first night on the page Night; it makes the lab.")
        return
    table = place.table()
    qubits, pairs, worse = chip_now(place)
    heading("Chip", _title(qubits))
    if not table:
        empty("Nothing has been measured.", "Start the first night on the page Night.")
        return
    _first(place, worse)
    beside = chip_map.is_narrow([one.component for one in qubits], coupling_map.pairs_of(place))
    left, right = st.columns([1.25, 1], gap="large") if beside else (st.container(), st.container())
    with left:
        _map(place, table, qubits)
    with right:
        picked = _pick(place, pairs)
        if picked:
            _head(picked, qubits, pairs)
    if picked in pairs:
        pair.show(place, pairs[picked], table.get(picked, {}))
    elif picked:
        qubit.show(place, next(one for one in qubits if one.component == picked), table.get(picked, {}))
    section("All qubits")
    _overview(qubits)
    pair.overview(place, table)


def _pick(place: Opened, pairs: dict[str, Standing]) -> str:
    """The qubit or pair that the address names, or that is chosen here or on the map; empty: none."""
    names = [*place.components, *pairs]
    name = st.query_params.get("qubit", "") or st.query_params.get("pair", "")
    picked = st.selectbox(
        "Qubit or pair" if len(names) > len(place.components) else "Qubit",
        names,
        index=names.index(name) if name in names else None,
        placeholder="choose one here or on the map",
        width=260,
    )
    if picked:
        _open(picked)
    return picked or ""


def _head(picked: str, qubits: list[QubitNow], pairs: dict[str, Standing]) -> None:
    if picked in pairs:
        pair.head(pairs[picked])
    else:
        qubit.head(next(one for one in qubits if one.component == picked))


def _open(component: str) -> None:
    """Put it into the address, in the place of what was open."""
    kind = noun_of([component])
    st.query_params.pop("qubit" if kind == "pair" else "pair", None)
    if st.query_params.get(kind) != component:
        st.query_params[kind] = component


def _first(place: Opened, worse: list[Worse]) -> None:
    """What a person looks at first: what got worse, and what waits, each a click away."""
    waits = queries.waiting_briefly(place.store)
    if not worse and not waits:
        return
    left, right = st.columns([1.6, 1], gap="large") if worse and waits else [st.container()] * 2
    if worse:
        with left:
            section("What got worse")
            show(tag("ol", *map(_worse, worse[:MOST_LINES]), kind="rs-worse"))
            if len(worse) > MOST_LINES:
                note("Less: ", ", ".join(one.component for one in worse[MOST_LINES:]))
    if waits:
        with right:
            section(f"Waits for you ({len(waits)})")
            show(tag("p", *(part for row in waits for part in (_asked(*row), " ")), kind="rs-asked"))


def _worse(one: Worse) -> Markup:
    where = (" See ", to_measurement(one.measurement_id)) if one.measurement_id else ()
    small = tag("div", f"{one.when}: {one.why}", *where, kind="rs-old")
    name = link(one.component, "chip", **{noun_of([one.component]): one.component})
    return tag("li", tag("strong", name), " ", one.what, small)


def _asked(request: str, component: str, what: str) -> Markup:
    return tag("span", link(f"{component.replace(',', ' ')} {what}", "inbox", request=request), kind="rs-chip")


def _title(qubits: list[QubitNow]) -> str:
    states = [one.state for one in qubits]
    parts = [f"{states.count('done')} of {count(len(states), 'qubit')} calibrated"]
    rest = (("below", "below goal"), ("waiting", "waiting for you"), ("failed", "set aside"))
    return ", ".join(parts + [f"{states.count(state)} {word}" for state, word in rest if state in states])


@st.fragment
def _map(place: Opened, table: Table, qubits: list[QubitNow]) -> None:
    """What to colour by, and the map: colouring draws the map alone again, a click on a qubit the page."""
    pairs = coupling_map.pairs_of(place)
    known = {
        "CZ error": coupling_map.of_pairs(table, pairs, "cz_error", place.now),
        "ZZ": coupling_map.of_pairs(table, pairs, "zz", place.now),
        "Layer error": coupling_map.of_pairs(table, pairs, "layer_error", place.now),
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
    chosen = chip_map.draw(qubits, metric or "State", pairs, by or "", known.get(by or "", {}), place.lab.config.goals)
    if not pairs:
        note("No couplers are on record for this device; qubits stand in the order of their numbers.")
    elif not ways:
        note("Lines join neighbours; no pair has been measured.")
    if chosen:
        _open(chosen)
        st.rerun()


def _overview(qubits: list[QubitNow]) -> None:
    frame = pd.DataFrame([_row(one) for one in qubits])
    st.dataframe(frame, hide_index=True, height="content" if len(qubits) <= 12 else 460)


def _row(one: QubitNow) -> dict[str, str]:
    cells = {"Qubit": one.component, "State": f"{STATES[one.state][0]} {chip_map.state_word(one.state)}"}
    for name in OVERVIEW:
        if name == "over_limit":
            cells["Over limit"] = "–" if one.over_limit is None else f"{one.over_limit.value:.2f} ×"
            continue
        if name == "above_limit":
            cells["Above limit"] = "–" if one.above_limit is None else number(one.above_limit)
            continue
        value = one.values.get(name)
        known = value is not None and (value.measured or name == "drive_frequency")
        cells[SHORT[name]] = number(value) if known and value else "–"
    return cells | {"Age": chip_map.short(one.age_hours, "h"), "Due": str(len(one.due)) if one.due else "–"}
