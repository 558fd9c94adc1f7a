"""The night: start one, watch it, stop it at the next safe point, and look at those that are past."""

from __future__ import annotations

import subprocess

import streamlit as st

from reson.agent.holder import Holder, holder_of, last_words
from reson.agent.operations.operation import Nothing
from reson.agent.operations.runs import STOP
from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.store.runs import RunRow, list_runs
from reson.ui import access, past, running
from reson.ui.answering import begin
from reson.ui.opened import Opened, directory, opened
from reson.ui.phrases import empty, heading, note, section, sentence, show, tag, told
from reson.wording import count

WATCH_SECONDS = 1.0


def page() -> None:
    place = opened()
    if place is None:
        heading("Night", "The first night")
        empty("There is no lab here yet.", f"A night makes one in {directory()}, on a simulated chip.")
        _start_first()
        _watch()
        return
    _watch()
    if holder_of(place.lab.directory) is None:
        _start(place)
    past.show_past(place)


@st.fragment(run_every=WATCH_SECONDS)
def _watch() -> None:
    """What runs now; the page is drawn again when that changes."""
    holder, place = holder_of(directory()), opened()
    name = holder.purpose + holder.since if holder else ""
    if name != st.session_state.setdefault("held", name):
        st.session_state["held"] = name
        st.rerun()
    if place is not None and holder is not None:
        st.session_state.pop("process", None)  # it has come to hold the lab: how it ends will be on record
        _running(place, holder)
    else:
        _begun(place)


def _begun(place: Opened | None) -> None:
    """How the command that was started here is doing before it holds the lab, or how it ended."""
    if place is not None:
        heading("Night", "Nothing runs now")
    process: subprocess.Popen[bytes] | None = st.session_state.get("process")
    if process is None:
        return
    if process.poll() is None:
        show(tag("div", tag("strong", "Starting"), tag("p", "It takes a few seconds to load."), kind="rs-empty"))
    else:
        lines = last_words(directory())
        show(tag("div", tag("strong", "It has ended"), *(tag("p", line) for line in lines), kind="rs-empty"))


def _running(place: Opened, holder: Holder) -> None:
    run = next((run for run in list_runs(place.store, 3) if run.ending is None), None)
    heading(f"{holder.purpose} · process {holder.pid} on {holder.host}", run.id if run else "Opening the lab")
    _stop(place, holder)
    if run is not None:
        running.show_run(place, run)


def _stop(place: Opened, holder: Holder) -> None:
    who = access.person()
    if who is None or not who.operates:
        note("You may look; operators stop a run.")
        return
    if st.session_state.get("stopping") == holder.since:
        note("It stops at the next safe point: the measurement in flight is finished and kept.")
        return
    pause = "The measurement in flight is finished and kept; the run can be resumed from there."
    if st.button("Stop at the next safe point", icon=":material/stop_circle:", key="stop", help=pause):
        try:
            STOP(access.acting(place), Nothing())
        except OperatorError as error:
            told(error)
            return
        st.session_state["stopping"] = holder.since
        st.rerun(scope="fragment")


def _start_first() -> None:
    with st.form("first-night"):
        with st.container(horizontal=True):
            qubits = st.number_input("Qubits", 1, 433, 5, width=130)
            seed = st.number_input("Chip (seed)", 0, 10**9, 7, width=150)
        sent = st.form_submit_button("Start the first night", type="primary")
    if sent:
        begin("night", "--qubits", str(qubits), "--seed", str(seed))


def _start(place: Opened) -> None:
    who = access.person()
    if who is None or not who.operates:
        return
    runs = list_runs(place.store, 1)
    if runs and runs[0].ending is not Ending.FINISHED:
        _resume(runs[0])
    with st.expander("Start a night, or calibrate some qubits now", expanded=not runs):
        with st.form("start", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.multiselect("Qubits", place.components, placeholder="all", width=300)
            until = st.text_input("Until", placeholder="06:00, or until done", width=210)
            sent = st.form_submit_button("Start", type="primary")
        note("All qubits: a night, from the evening on. Some: they are calibrated at once.")
    if sent and chosen:
        begin("calibrate", ",".join(chosen))
    elif sent:
        begin("night", *(["--until", until] if until else []))


def _resume(run: RunRow) -> None:
    """The last run can go on; where it waits for answers, that is said first."""
    section(f"{run.id} can go on")
    show(sentence(run.reason or "it was cut short"))
    if run.ending is Ending.WAITING_FOR_APPROVAL:
        waits = len(st.session_state["waiting"].ids) if "waiting" in st.session_state else 0
        if waits:
            note(f"{count(waits, 'request')} in the inbox first; qubits without an answer stay parked.")
    if st.button(f"Resume {run.id}", key="resume-last"):
        begin("resume", run.id)
