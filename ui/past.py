"""Nights that are past: their reports, and two of them compared."""

from __future__ import annotations

import base64

import pandas as pd
import streamlit as st

from reson.agent.operations.nights import COMPARE_RUNS, TwoRuns
from reson.agent.report.words import by_qubit, moved, number, sigma, step
from reson.errors import OperatorError, ToolError
from reson.tools.store.runs import RunRow, list_runs
from reson.ui import queries
from reson.ui.addresses import follow
from reson.ui.opened import Opened
from reson.ui.phrases import command, ending_mark, facts, note, section, show, tag, told
from reson.wording import count, duration, moment

LISTED = 60


def show_past(place: Opened) -> None:
    runs = [run for run in list_runs(place.store, LISTED) if run.ending is not None]
    if not runs:
        return
    section("Past runs")
    event = st.dataframe(
        pd.DataFrame([_row(run) for run in runs]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="past-runs",
        height="content" if len(runs) <= 8 else 320,
    )
    picked = event["selection"]["rows"]
    _one(place, runs[picked[0] if picked and picked[0] < len(runs) else 0])
    if len(runs) > 1:
        _compare(place, runs)


def _row(run: RunRow) -> dict[str, str]:
    return {
        "Run": run.id,
        "Began (device clock)": moment(run.started_device),
        "Device time": "" if run.ended_device is None else duration(run.ended_device - run.started_device),
        "Ending": (run.ending.value if run.ending else "cut short").replace("_", " "),
        "Reason": run.reason or "",
    }


def _one(place: Opened, run: RunRow) -> None:
    use = queries.use_of(place.store, run.id)
    show(tag("p", tag("strong", f"{run.id} "), ending_mark(run.ending), f" {run.reason or ''}", kind="rs-say"))
    show(
        facts(
            [
                ("Device time", duration(use.device_seconds)),
                ("Measurements", f"{use.measurements} in {count(use.jobs, 'job')}"),
                ("Shots", f"{use.shots / 1e6:.2f} M"),
                ("Wall time", duration((run.ended_wall or run.started_wall) - run.started_wall)),
            ]
        )
    )
    _report(place, run)


def _report(place: Opened, run: RunRow) -> None:
    """The report as it was written. In a frame without an origin, so that nothing in it could reach the console."""
    path = place.lab.runs / run.id / "report.html"
    if not path.exists():
        note("Its report is missing; ", command(f"reson report {run.id}"), " writes it again.")
        return
    page = path.read_bytes()
    with st.container(horizontal=True):
        wanted = st.toggle("Show the report", key=f"report-{run.id}")
        st.download_button("Report (HTML)", page, f"{run.id}.html", "text/html", on_click="ignore")
    if wanted:
        st.iframe("data:text/html;base64," + base64.b64encode(page).decode(), height=800)


def _compare(place: Opened, runs: list[RunRow]) -> None:
    section("Compare two runs")
    ids = [run.id for run in runs]
    for name, usual in (("first", ids[1]), ("second", ids[0])):
        follow(name, ids, f"compare-{name}")
        if st.session_state.get(f"compare-{name}") is None:
            st.session_state[f"compare-{name}"] = usual
    with st.container(horizontal=True):
        first = st.selectbox("From the end of", ids, width=220, key="compare-first")
        second = st.selectbox("to the end of", ids, width=220, key="compare-second")
    try:
        earlier, later, found = COMPARE_RUNS(place, TwoRuns(first=first, second=second))
    except (OperatorError, ToolError) as error:
        told(error)
        return
    changed = by_qubit(found)
    if not changed:
        note("No value was measured anew between them.")
        return
    only = st.toggle("Only what moved by more than 3 σ", value=True, key="compare-moved")
    rows = [
        {
            "Qubit": name,
            "Parameter": parameter,
            earlier.id: number(one.before) if one.before else "–",
            later.id: number(one.after),
            "Change": step(one),
            "In σ": sigma(one),
        }
        for name, of_qubit in changed.items()
        for parameter, one in of_qubit.items()
        if moved(one) or not only
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content" if len(rows) <= 15 else 560)
    else:
        note("Nothing moved by more than its uncertainty explains.")
