"""The chip at a glance: each qubit coloured by what one wants to know, all values below, and one qubit in full."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from reson.agent.report.content import State
from reson.agent.report.wording import count, quantity
from reson.agent.report.words import SHORT, STATES
from reson.tools.figures.style import prefix
from reson.ui import plots, qubit
from reson.ui.chip_state import QubitNow, chip_now
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading, note, section

STATE_COLOURS: dict[State, str] = {"done": "#0072B2", "waiting": "#E69F00", "failed": "#D55E00", "open": "#8a949d"}
COLUMNS = ("error_per_gate", "over_limit", "t1", "t2_star", "t2_echo", "assignment_fidelity", "drive_frequency")


class Metric(NamedTuple):
    """One way to colour the map; ``of`` gives SI units."""

    unit: str
    of: Callable[[QubitNow], float | None]
    more_is_better: bool = True


def _value(name: str) -> Callable[[QubitNow], float | None]:
    def of(one: QubitNow) -> float | None:
        value = one.values.get(name)
        return value.value if value is not None and value.measured else None

    return of


METRICS = {
    "State": Metric("", lambda one: None),
    "Error over limit": Metric("×", lambda one: one.over_limit.value if one.over_limit else None, False),
    "Error per gate": Metric("", _value("error_per_gate"), False),
    "T1": Metric("s", _value("t1")),
    "T2 echo": Metric("s", _value("t2_echo")),
    "Readout": Metric("", _value("assignment_fidelity")),
    "Age": Metric("h", lambda one: one.age_hours, False),
}


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
    metric = st.segmented_control("Colour by", list(METRICS), default="State", required=True, key="metric")
    chosen = _map(qubits, metric or "State")
    if chosen:
        st.query_params["qubit"] = chosen
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
    from reson.agent.report.wording import moment

    return f"device clock {moment(place.now)} UTC" if place.now else "never used"


def _title(qubits: list[QubitNow]) -> str:
    states = [one.state for one in qubits]
    parts = [f"{states.count('done')} of {count(len(states), 'qubit')} calibrated"]
    rest = (("waiting", "waiting for you"), ("failed", "set aside"))
    return ", ".join(parts + [f"{states.count(state)} {word}" for state, word in rest if state in states])


def _map(qubits: list[QubitNow], name: str) -> str | None:
    """Draw the map; returns the qubit that was clicked."""
    metric, columns = METRICS[name], _columns(len(qubits))
    frame = pd.DataFrame([_cell(index, one, metric, columns) for index, one in enumerate(qubits)])
    rows = math.ceil(len(qubits) / columns)
    size = 58 if columns <= 8 else 44
    pick = alt.selection_point(name="qubit", fields=["qubit"], on="click", clear=False)
    x = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[-0.6, columns - 0.4], nice=False))
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[rows - 0.4, -0.6], nice=False))
    tooltip = ["qubit:N", "state:N", alt.Tooltip("shown:N", title=name.lower()), "why:N"]
    base = alt.Chart(frame).encode(x=x, y=y)
    dots = base.mark_circle(size=size**2 * 0.8, opacity=1, cursor="pointer", stroke=plots.ink(), invalid=None).encode(
        color=_colour(name, metric, frame),
        tooltip=tooltip,
        strokeWidth=alt.condition(pick, alt.value(2.5), alt.value(0), empty=False),
    )
    names = base.mark_text(fontWeight=600, fontSize=12, dy=-1 if name == "State" else -6, tooltip=None).encode(
        text="qubit:N", color=alt.Color("ink:N", scale=None)
    )
    numbers = base.mark_text(fontSize=9.5, dy=7).encode(text="shown:N", color=alt.Color("ink:N", scale=None))
    layers = [dots.add_params(pick), names] + ([] if name == "State" else [numbers])
    legend = 62
    chart = alt.layer(*layers).properties(height=rows * (size + 12) + legend).configure_view(strokeWidth=0)
    with st.container(width=columns * (size + 22)):
        event = st.altair_chart(
            chart, width="stretch", key=f"map-{name}", on_select="rerun", selection_mode="qubit", alt="map of the chip"
        )
    note("No couplers are on record for this device; qubits stand in the order of their numbers.")
    points = event["selection"].get("qubit") or []
    return points[0]["qubit"] if points else None


def _columns(number: int) -> int:
    """Wide rather than tall; a small chip in one row."""
    return number if number <= 8 else math.ceil(math.sqrt(number * 1.6))


def _cell(index: int, one: QubitNow, metric: Metric, columns: int) -> dict[str, object]:
    value = metric.of(one)
    return {
        "qubit": one.component,
        "column": index % columns,
        "row": index // columns,
        "state": _word(one.state),
        "key": one.state,
        "value": value,
        "shown": _short(value, metric.unit),
        "why": one.why,
    }


def _word(state: State) -> str:
    return "calibrated" if state == "done" else STATES[state][1]


def _short(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "×":
        return f"{value:.2f} ×"
    if unit == "h":
        return f"{value:.0f} h" if value < 100 else f"{value / 24:.0f} d"
    return f"{value:.1e}" if not unit and value < 0.1 else quantity(float(f"{value:.3g}"), None, unit)


def _colour(name: str, metric: Metric, frame: pd.DataFrame) -> alt.Color:
    """States by the report's colours; numbers on viridis, whose light end is the better one."""
    if name == "State":
        frame["ink"] = "#ffffff"
        known: list[State] = [key for key in STATE_COLOURS if key in set(frame["key"])]
        scale = alt.Scale(domain=[_word(key) for key in known], range=[STATE_COLOURS[key] for key in known])
        return alt.Color("state:N", scale=scale, legend=alt.Legend(title=None, orient="top", symbolStrokeWidth=0))
    low, high = _span([float(value) for value in frame["value"].dropna()])
    shares = [(value - low) / (high - low) if value == value else 0.0 for value in frame["value"].astype(float)]
    light = shares if metric.more_is_better else [1 - share for share in shares]
    frame["ink"] = ["#101418" if share > 0.45 else "#ffffff" for share in light]
    factor, unit = prefix(np.array([high]), metric.unit) if metric.unit == "s" else (1.0, metric.unit)
    frame["scaled"] = frame["value"].astype(float) * factor
    scale = alt.Scale(scheme="viridis", reverse=not metric.more_is_better, domain=[low * factor, high * factor])
    legend = alt.Legend(title=f"{name} ({unit})" if unit else name, orient="top", gradientLength=220, format=".3~g")
    unmeasured = alt.condition("datum.value === null", alt.value("#8a949d"), alt.value("black"))["condition"]
    return alt.Color("scaled:Q", scale=scale, legend=legend, condition=unmeasured)


def _span(values: list[float]) -> tuple[float, float]:
    """Lowest and highest, never the same."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if low < high else (low * 0.9, high * 1.1 + 1e-12)


def _overview(qubits: list[QubitNow]) -> None:
    frame = pd.DataFrame([_row(one) for one in qubits])
    st.dataframe(frame, hide_index=True, height="content" if len(qubits) <= 12 else 460)


def _row(one: QubitNow) -> dict[str, str]:
    cells = {"Qubit": one.component, "State": f"{STATES[one.state][0]} {_word(one.state)}"}
    for name in COLUMNS:
        if name == "over_limit":
            cells["Over limit"] = "–" if one.over_limit is None else f"{one.over_limit.value:.2f} ×"
            continue
        value = one.values.get(name)
        known = value is not None and (value.measured or name == "drive_frequency")
        cells[SHORT[name]] = quantity(value.value, value.stderr, value.unit) if known and value else "–"
    return cells | {"Age": _short(one.age_hours, "h"), "Due": str(len(one.due)) if one.due else "–"}
