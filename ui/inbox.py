"""The inbox: what waits for a person, one request at a time, with its evidence and the answers to it."""

from __future__ import annotations

import streamlit as st

from reson.agent.approvals import answerable
from reson.agent.holder import holder_of
from reson.components import named
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.runs import list_runs
from reson.ui import answering, queries, request
from reson.ui.addresses import follow, link
from reson.ui.opened import Opened, opened
from reson.ui.phrases import ago, empty, heading, section, show, table, tag
from reson.wording import count

POLL_SECONDS = 1.5
RECENT_RUNS = 5


def page() -> None:
    place = opened()
    if place is None:
        heading("Inbox", "Nothing waits for you")
        empty("There is no lab here yet.", "Start its first night on the page Night; it makes the lab.")
        return
    pending = by_urgency(place, list_approvals(place.store, status=ApprovalStatus.PENDING))
    if (asked := st.query_params.get("request", "")) and asked not in {row.id for row in pending}:
        st.session_state.setdefault("answered", asked)  # a link to what has been answered meanwhile says so
    if pending:
        _show_one(place, pending)
        answering.show_last_answer(place, more=True)  # below, so that no button moves under a finger
    else:
        answering.show_last_answer(place, more=False)
        _nothing_waits(place)
    _history(place)


def by_urgency(place: Opened, pending: list[ApprovalRow]) -> list[ApprovalRow]:
    """First what can be answered, of that what a run waits for that is running now, then what holds up the most qubits,
    then the oldest.
    """
    running, table_now = _running(place), place.table()

    def urgency(row: ApprovalRow) -> tuple[object, ...]:
        late = not answerable(table_now, row)
        return late, row.run_id not in running, -len(named(row.component)), row.requested_wall

    return sorted(pending, key=urgency)


def _running(place: Opened) -> set[str]:
    if holder_of(place.lab.directory) is None:
        return set()
    return {run.id for run in list_runs(place.store, 3) if run.ending is None}


def _show_one(place: Opened, pending: list[ApprovalRow]) -> None:
    ids = [row.id for row in pending]
    follow("request", ids, usual=ids[0])
    rows = {row.id: row for row in pending}
    if len(ids) > 1:
        _walk(ids, rows)
    request.show_request(place, rows[st.session_state["request"]])
    if len(ids) > 1:
        section(f"All that wait ({len(ids)})")
        show(_list(pending))
        answering.form_together(place, pending, {row.id: f"{request.title_of(row)} · {row.id}" for row in pending})


def _walk(ids: list[str], rows: dict[str, ApprovalRow]) -> None:
    def step(by: int) -> None:
        here = ids.index(st.session_state["request"])
        st.session_state["request"] = ids[(here + by) % len(ids)]

    with st.container(horizontal=True, vertical_alignment="bottom", key="walk"):
        st.selectbox(
            f"{count(len(ids), 'request')}, most urgent first",
            ids,
            key="request",
            format_func=lambda name: f"{ids.index(name) + 1}. {request.title_of(rows[name])}",
            width=420,
        )
        st.button("Previous", on_click=step, args=(-1,), shortcut="Alt+K", key="previous")
        st.button("Next", on_click=step, args=(1,), shortcut="Alt+J", key="next")


def _list(rows: list[ApprovalRow]) -> str:
    return table(
        ("Request", "Run", "Asked", "Because"),
        (
            (
                link(request.title_of(row), "inbox", request=row.id),
                row.run_id or "by hand",
                ago(row.requested_wall),
                tag("span", row.why, kind="rs-long"),
            )
            for row in rows
        ),
    )


def _nothing_waits(place: Opened) -> None:
    heading("Inbox", "Nothing waits for you")
    runs = list_runs(place.store, 1)
    if not runs:
        empty("No run has been started.", "Start the first night on the page Night.")
    elif holder_of(place.lab.directory) is not None:
        empty(f"{runs[0].id} is running.", "What it may not do by itself appears here within two seconds.")
    else:
        empty("Every request has been answered.", f"The last run, {runs[0].id}, is on the page Night with its report.")


def _history(place: Opened) -> None:
    """Stale requests that nobody asked again yet, and the latest answers of people."""
    ids = [run.id for run in list_runs(place.store, RECENT_RUNS)]
    for row in queries.waiting_for_a_new_start(place.store, ids):
        request.show_stale(place, row)
    rows = queries.answered(place.store, ids)
    if not rows:
        return
    section("Answered")
    show(
        table(
            ("Request", "Answer", "By", "When", "Note"),
            (
                (
                    request.title_of(row),
                    row.answer or "",
                    row.answered_by or "",
                    ago(row.answered_wall or 0.0),
                    tag("span", row.note or "", kind="rs-long"),
                )
                for row in rows
            ),
        )
    )


@st.fragment(run_every=POLL_SECONDS)
def watch(place: Opened) -> None:
    """Draw the page again as soon as other requests wait than when it was drawn."""
    now = queries.waiting(place.store)
    drawn = st.session_state.setdefault("waiting", now)
    if now != drawn:
        st.session_state["waiting"] = now
        _announce(set(drawn.ids) - set(now.ids))
        st.rerun()


def _announce(gone: set[str]) -> None:
    """The request on the screen was answered, by whomever: the page says so after it is drawn again."""
    if (shown := st.session_state.get("request")) in gone:
        st.session_state["answered"] = shown
