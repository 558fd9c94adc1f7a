"""Measurements: search the record, order it by result, lay some over each other, open one with its plot and verdict."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from reson.agent.approvals import parse_value
from reson.agent.report.words import SHORT, VERDICTS, result, result_name
from reson.errors import OperatorError, ToolError
from reson.records import Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS, title_of
from reson.tools.quantities import PARAMETERS
from reson.tools.store.runs import list_runs
from reson.ui import one_measurement, overlay, reanalysis
from reson.ui.addresses import follow
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading, told
from reson.ui.queries import Found, Wanted, search
from reson.wording import moment

PAGE = 50
RUNS_LISTED = 200
NEWEST = "newest first"
ORDERS = {NEWEST: None, "smallest first": False, "largest first": True}
"""Of results -> whether the largest comes first."""


def page() -> None:
    place = opened()
    if place is None:
        heading("Measurements", "Nothing has been measured")
        empty("There is no lab here.", "Start its first night on the page Night; it makes the lab.")
        return
    heading("Measurements", "The record")
    wanted = _wanted(place)
    if (before := st.session_state.get("found-by")) != wanted:
        if before is not None:
            st.query_params.pop("measurement", None)
        st.session_state["found-by"], st.session_state["offset"] = wanted, 0
    found = search(place.store, wanted, PAGE + 1, st.session_state["offset"])
    if not found and any(wanted):
        empty("Nothing matches.", "Widen the filters.")
    elif not found:
        empty("Nothing has been measured.", "Start the first night on the page Night.")
    chosen = _list(found[:PAGE]) if found else []
    picked = _opened(found, chosen)
    if found:
        _turn(len(found) > PAGE)
    if len(chosen) > 1:
        overlay.show_chosen(place, chosen)
    if picked:
        try:
            one_measurement.full(place, picked)
            reanalysis.offer(place, picked)
        except OperatorError as error:
            told(error)


def _text() -> str:
    follow("name")
    st.session_state.setdefault("name", None)
    return (st.text_input("Name contains", width=230, key="name", placeholder="night-0001-0004-q2") or "").strip()


def _opened(found: list[Found], chosen: list[Found]) -> str:
    """The measurement that is open: the line that was chosen last, else that of the address, else the first."""
    now, before = [line.id for line in chosen], st.session_state.get("chosen lines", [])
    st.session_state["chosen lines"] = now
    if new := [name for name in now if name not in before]:
        st.query_params["measurement"] = new[-1]
    return st.query_params.get("measurement", "") or (found[0].id if found else "")


def _wanted(place: Opened) -> Wanted:
    def choice(label: str, options: list[str], width: int, words: dict[str, str] | None = None) -> str:
        shown = words or {}
        follow(label.lower(), options)
        return (
            st.selectbox(
                label,
                options,
                index=None,
                placeholder="all",
                width=width,
                key=label.lower(),
                format_func=lambda one: shown.get(one, str(one)),
            )
            or ""
        )

    with st.container(horizontal=True):
        wanted = Wanted(
            run_id=choice("Run", [run.id for run in list_runs(place.store, RUNS_LISTED)], 190),
            component=choice("Qubit", place.components, 120),
            experiment=choice(
                "Experiment", list(EXPERIMENTS), 240, {name: one.title for name, one in EXPERIMENTS.items()}
            ),
            verdict=choice(
                "Verdict", [one.value for one in Verdict], 140, {one.value: " ".join(VERDICTS[one]) for one in Verdict}
            ),
            text=_text(),
        )
    name = result_name(wanted.experiment) if wanted.experiment else ""
    return _by_result(wanted, name) if name else wanted


def _by_result(wanted: Wanted, name: str) -> Wanted:
    """In which order the results of one experiment stand, and between which of them."""
    unit = PARAMETERS[name].unit if name in PARAMETERS else ""
    with st.container(horizontal=True):
        follow("order", list(ORDERS), usual=NEWEST)
        order = st.selectbox("Order", list(ORDERS), width=190, key="order")
        ends = [_end(label, key, unit) for label, key in ((f"{SHORT.get(name, name)} from", "from"), ("to", "to"))]
    if order == NEWEST and ends == [None, None]:
        return wanted
    return wanted._replace(quantity=name, low=ends[0], high=ends[1], largest_first=ORDERS[order])


def _end(label: str, key: str, unit: str) -> float | None:
    follow(key)
    st.session_state.setdefault(key, None)
    given = (st.text_input(label, width=140, key=key, placeholder=f"20 µ{unit}" if unit else "0.95") or "").strip()
    try:
        return parse_value(given, unit) if given else None
    except (ToolError, OperatorError) as error:
        told(error)
        return None


def _list(found: list[Found]) -> list[Found]:
    """The lines; returns those that are chosen, in the order in which they stand."""
    event = st.dataframe(
        pd.DataFrame([_row(line) for line in found]),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"found-{st.session_state['found-by']}-{st.session_state['offset']}",
        height="content" if len(found) < 7 else 282,
    )
    return [found[row] for row in sorted(event["selection"]["rows"]) if row < len(found)]


def _row(line: Found) -> dict[str, str]:
    return {
        "Qubit": line.component,
        "Verdict": " ".join(VERDICTS[Verdict(line.verdict) if line.verdict else None]),
        "Result": result(line.experiment, line.quantities),
        "Experiment": title_of(line.experiment),
        "Doubts": "; ".join(line.reasons),
        "Plot reads": line.status or "",
        "Measured (device clock)": moment(line.device_ended),
        "Name": line.id,
    }


def _turn(more: bool) -> None:
    def by(step: int) -> None:
        st.session_state["offset"] = max(0, st.session_state["offset"] + step)

    if more or st.session_state["offset"]:
        with st.container(horizontal=True):
            st.button("Newer", on_click=by, args=(-PAGE,), disabled=not st.session_state["offset"], key="newer")
            st.button("Older", on_click=by, args=(PAGE,), disabled=not more, key="older")
