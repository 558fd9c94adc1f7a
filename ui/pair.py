"""One pair of qubits in full: what its CZ is played with and how good it is, with ages, trends, last measurements."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from reson.agent.operations.values import value_in_words
from reson.agent.report.chip import above_limit, limit_of, over_limit
from reson.agent.report.words import OF_PAIRS, SHORT, number
from reson.agent.standing import Standing
from reson.components import pairs_of
from reson.records import Quantity
from reson.tools.store.table import ParameterRow, Table
from reson.ui import qubit
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, esc, heading, section, sentence, state_mark
from reson.ui.phrases import show as put


def head(one: Standing) -> None:
    """How it stands, and what is wrong with it."""
    heading(
        "Pair", Markup(f"{esc(one.component)} {state_mark(one.state, 'calibrated' if one.state == 'done' else '')}")
    )
    put(sentence(one.why))
    for found in one.diagnoses:
        put(qubit.card(found))


def show(place: Opened, one: Standing, rows: Mapping[str, ParameterRow]) -> None:
    """All its values, its last measurements and how they went."""
    name = one.component
    values, last, drift = st.tabs(["Values", "Last measurements", "Trends"])
    with values:
        put(qubit.values(place, rows))
    with last:
        qubit.last(place, name)
    with drift:
        qubit.show_trends(place, name, OF_PAIRS)


def overview(place: Opened, table: Table) -> None:
    """Every pair of which something was measured; no section where there is none."""
    known = {name: rows for name in pairs_of(table) if (rows := _measured(table[name]))}
    if not known:
        return
    section("All pairs")
    frame = pd.DataFrame([_row(place, name, rows, limit_of(name, table)) for name, rows in known.items()])
    st.dataframe(frame, hide_index=True, height="content" if len(known) <= 12 else 460)


def _measured(rows: Mapping[str, ParameterRow]) -> dict[str, ParameterRow]:
    return {name: row for name, row in rows.items() if row.measurement_id is not None}


def _row(place: Opened, name: str, rows: Mapping[str, ParameterRow], limit: Quantity | None) -> dict[str, str]:
    cells = {"Pair": name}
    for key in OF_PAIRS:
        row = rows.get(key)
        cells[SHORT[key]] = "–" if row is None else value_in_words(row)
        if key == "cz_error":
            over, above = over_limit(rows, limit), above_limit(rows, limit)
            cells["Over limit"] = "–" if over is None else f"{over.value:.2f} ×"
            cells["Above limit"] = "–" if above is None else number(above)
    newest = max(row.valid_from for row in rows.values())
    return cells | {"Age": qubit.age_in_words((place.now - newest) / 3600)}
