"""Measurements: search the record, open one with its plot and verdict, analyse it anew, take its data away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from reson.agent.report.words import VERDICTS
from reson.records import Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS, title_of
from reson.tools.store.runs import list_runs
from reson.ui import one_measurement, reanalysis
from reson.ui.addresses import follow
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading
from reson.ui.queries import Found, Wanted, search
from reson.wording import moment

PAGE = 50
RUNS_LISTED = 200


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
    picked = _opened(found[:PAGE])
    if found:
        _turn(len(found) > PAGE)
    if picked:
        one_measurement.full(place, picked)
        reanalysis.offer(place, picked)


def _text() -> str:
    follow("name")
    st.session_state.setdefault("name", None)
    return (st.text_input("Name contains", width=230, key="name", placeholder="night-0001-0004-q2") or "").strip()


def _opened(found: list[Found]) -> str:
    """The measurement that is open: the line that was clicked last, else that of the address, else the first."""
    clicked, before = _list(found) if found else "", st.session_state.get("clicked line", "")
    st.session_state["clicked line"] = clicked
    if clicked and clicked != before:
        st.query_params["measurement"] = clicked
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
        return Wanted(
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


def _list(found: list[Found]) -> str:
    """The lines; returns the id of the clicked one, if any."""
    event = st.dataframe(
        pd.DataFrame([_row(line) for line in found]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"found-{st.session_state['found-by']}-{st.session_state['offset']}",
        height="content" if len(found) < 7 else 282,
    )
    rows = event["selection"]["rows"]
    return found[rows[0]].id if rows and rows[0] < len(found) else ""


def _row(line: Found) -> dict[str, str]:
    return {
        "Measured (device clock)": moment(line.device_ended),
        "Qubit": line.component,
        "Experiment": title_of(line.experiment),
        "Verdict": " ".join(VERDICTS[Verdict(line.verdict) if line.verdict else None]),
        "Plot reads": line.status or "",
        "Doubts": "; ".join(line.reasons),
        "Name": line.id,
    }


def _turn(more: bool) -> None:
    def by(step: int) -> None:
        st.session_state["offset"] = max(0, st.session_state["offset"] + step)

    if more or st.session_state["offset"]:
        with st.container(horizontal=True):
            st.button("Newer", on_click=by, args=(-PAGE,), disabled=not st.session_state["offset"], key="newer")
            st.button("Older", on_click=by, args=(PAGE,), disabled=not more, key="older")
