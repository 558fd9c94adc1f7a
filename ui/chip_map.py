"""The map of the chip: each qubit and each pair of neighbours coloured by what one wants to know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from reson.agent.config import Goals
from reson.agent.report.words import STATES
from reson.agent.standing import State
from reson.components import as_qubit
from reson.tools.figures.style import prefix
from reson.ui import pair_lines, palette
from reson.ui.chip_state import QubitNow
from reson.ui.coupling_map import Known, Pairs, Place, positions
from reson.wording import plainly

STATE_COLOURS: dict[State, str] = {
    "done": "#0072B2",
    "below": "#A0407F",
    "waiting": "#E69F00",
    "failed": "#D55E00",
    "open": "#8a949d",
}
ACROSS = 118
"""Pixels from qubit to qubit where there are pairs and room."""
FEW = 6
"""Columns of a map that leaves room beside it on a wide page."""
WIDEST, NARROWEST, BESIDE = 1180, 520, 640
"""Pixels: of a page, of the legends above a map of a few qubits, and of a map that leaves room beside it."""


class Metric(NamedTuple):
    """One way to colour the map; ``of`` gives SI units."""

    unit: str
    of: Callable[[QubitNow], float | None]
    more_is_better: bool = True
    anchors: Callable[[Goals], tuple[float, ...]] = lambda goals: ()
    """What the scale of colours always reaches to, so that qubits that are all alike show how good they are."""


def _value(name: str) -> Callable[[QubitNow], float | None]:
    def of(one: QubitNow) -> float | None:
        value = one.values.get(name)
        return value.value if value is not None and value.measured else None

    return of


METRICS = {
    "State": Metric("", lambda one: None),
    "Error over limit": Metric(
        "×",
        lambda one: one.over_limit.value if one.over_limit else None,
        False,
        lambda goals: (1.0, goals.error_over_coherence_limit),
    ),
    "Error per gate": Metric("", _value("error_per_gate"), False),
    "T1": Metric("s", _value("t1"), anchors=lambda goals: (goals.t1,)),
    "T2 echo": Metric("s", _value("t2_echo")),
    "Readout": Metric("", _value("assignment_fidelity"), anchors=lambda goals: (goals.assignment_fidelity, 1.0)),
    "Age": Metric("h", lambda one: one.age_hours, False),
}


def draw(
    qubits: list[QubitNow], name: str, pairs: Pairs, by: str, known: Mapping[tuple[int, int], Known], goals: Goals
) -> str | None:
    """Draw the map; returns the qubit or pair that was clicked. ``by``: what ``known`` tells of pairs, as in "ZZ"."""
    metric = METRICS[name]
    anchors = metric.anchors(goals)
    numbers = {as_qubit(one.component).number: one for one in qubits}
    places, pairs = _placed(numbers, pairs)
    width, height = np.max(list(places.values()), axis=0) + 1
    labelled = bool(pairs) and len(pairs) <= pair_lines.MOST_LABELS
    size = 58 if width <= 8 else 44
    across = min(ACROSS if pairs else size + 22, (BESIDE if width <= FEW else WIDEST) / width)
    down = (size + 38 if labelled else size + 20) if pairs else size + 12

    wide = max(width, NARROWEST / across)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[-0.6, wide - 0.4], nice=False))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[height - 0.4, -0.6], nice=False))

    dots = _dots(
        [_cell(one, metric, places[qubit]) for qubit, one in numbers.items()],
        name,
        size,
        x("column"),
        y("row"),
        anchors,
    )
    lines = pair_lines.of_pairs(places, pairs, by, known, labelled, x, y) if pairs else []
    chart = alt.layer(*lines, *dots).resolve_scale(color="independent")
    legends = 62
    chart = chart.properties(width=round(wide * across), height=round(height * down + legends)).configure_view(
        strokeWidth=0
    )
    with st.container(key="chip-map"):
        event = st.altair_chart(
            chart,
            width="content",
            key=f"map-{name}-{by}",
            on_select="rerun",
            selection_mode=["qubit", "pair"] if any(pair in known for pair in pairs) else "qubit",
            alt="map of the chip",
        )
    chosen = {kind: points[0][kind] for kind in ("qubit", "pair") if (points := event["selection"].get(kind))}
    return _newly(chosen)


def is_narrow(qubits: Sequence[str], pairs: Pairs) -> bool:
    """Whether the map leaves room beside it on a wide page."""
    places, pairs = _placed([as_qubit(one).number for one in qubits], pairs)
    return max(column for column, _ in places.values()) + 1 <= FEW


def _placed(numbers: Collection[int], pairs: Pairs) -> tuple[dict[int, Place], Pairs]:
    """qubit -> its place, and the pairs of which both are on the map."""
    places = {qubit: place for qubit, place in positions(numbers, pairs).items() if qubit in numbers}
    return places, tuple(pair for pair in pairs if places.keys() >= set(pair))


def _newly(chosen: Mapping[str, str]) -> str | None:
    """Of a qubit and a pair that are both chosen the one that was not so before: a click on one leaves the other."""
    before, st.session_state["chosen"] = st.session_state.get("chosen", {}), dict(chosen)
    new = [name for kind, name in chosen.items() if before.get(kind) != name]
    return next(iter(new), None)


def _dots(
    cells: list[dict[str, object]], name: str, size: float, x: alt.X, y: alt.Y, anchors: Sequence[float]
) -> list[alt.Chart]:
    frame, metric = pd.DataFrame(cells), METRICS[name]
    pick = alt.selection_point(name="qubit", fields=["qubit"], on="click", clear=False)
    value = [] if name == "State" else [alt.Tooltip("shown:N", title=name.lower())]
    tooltip = ["qubit:N", "state:N", *value, "why:N"]
    base = alt.Chart(frame).encode(x=x, y=y)
    dots = base.mark_circle(size=size**2 * 0.8, opacity=1, cursor="pointer", stroke=palette.ink(), invalid=None).encode(
        color=_colour(name, metric, frame, anchors),
        tooltip=tooltip,
        strokeWidth=alt.condition(pick, alt.value(2.5), alt.value(0), empty=False),
    )
    names = base.mark_text(fontWeight=600, fontSize=12, dy=-6, tooltip=None).encode(
        text="qubit:N", color=alt.Color("ink:N", scale=None)
    )
    numbers = base.mark_text(fontSize=9.5, dy=7, tooltip=None).encode(
        text="shown:N", color=alt.Color("ink:N", scale=None)
    )
    return [dots.add_params(pick), names, numbers]


def _cell(one: QubitNow, metric: Metric, place: Place) -> dict[str, object]:
    value = metric.of(one)
    return {
        "qubit": one.component,
        "state": state_word(one.state),
        "key": one.state,
        "value": value,
        "shown": short(value, metric.unit) if metric is not METRICS["State"] else STATES[one.state][0],
        "why": one.why,
        "column": place[0],
        "row": place[1],
    }


def state_word(state: State) -> str:
    return "calibrated" if state == "done" else STATES[state][1]


def short(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "×":
        return f"{value:.2f} ×"
    if unit == "h":
        return f"{value:.0f} h" if value < 100 else f"{value / 24:.0f} d"
    return plainly(value, 3 if unit or value >= 0.1 else 2, unit)


def _colour(name: str, metric: Metric, frame: pd.DataFrame, anchors: Sequence[float]) -> alt.Color:
    """States by the report's colours; numbers on viridis, whose light end is the better one."""
    if name == "State":
        frame["ink"] = "#ffffff"
        known: list[State] = [key for key in STATE_COLOURS if key in set(frame["key"])]
        scale = alt.Scale(domain=[state_word(key) for key in known], range=[STATE_COLOURS[key] for key in known])
        return alt.Color("state:N", scale=scale, legend=alt.Legend(title=None, orient="top", symbolStrokeWidth=0))
    low, high = _span([*map(float, frame["value"].dropna()), *anchors])
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
