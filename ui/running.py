"""A run that goes on: what is measured on which qubits, what is left of the budget, events as they come."""

from __future__ import annotations

import time

import streamlit as st

from reson.agent.operations.following import Following
from reson.agent.progress import MARKS, Row
from reson.components import named
from reson.records import Verdict
from reson.tools.experiments.catalogue import title_of
from reson.tools.store.runs import RunRow
from reson.ui import queries
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, facts, section, show, table, tag, verdict_mark
from reson.wording import duration

KINDS = {"measuring": "done", "waiting": "waiting", "done": "done", "set aside": "failed", "ready": "open"}
SHOWN_EVENTS = 60


def show_run(place: Opened, run: RunRow) -> None:
    following = _following(place, run)
    following.catch_up()
    busy = _measuring(place, run)
    show(tag("p", tag("strong", _now(busy)), kind="rs-say"))
    show(facts(_budget(place, run, following)))
    rows = following.board.rows.items()
    section("Qubits")
    show(table(("Qubit", "State", "Experiment", "Verdict", ""), (_line(name, row, busy) for name, row in rows)))
    section("Events")
    lines = list(following.lines)[-SHOWN_EVENTS:][::-1]
    show(tag("div", *(tag("div", tag("time", at), tag("span", said)) for at, said in lines), kind="rs-events"))


def _following(place: Opened, run: RunRow) -> Following:
    path = place.lab.runs / run.id / "trajectory.jsonl"
    held: Following | None = st.session_state.get("following")
    if held is None or held.path != path:
        held = st.session_state["following"] = Following(path)
    return held


def _measuring(place: Opened, run: RunRow) -> dict[str, str]:
    """component -> title of what is measured on it now."""
    found = {}
    for row in queries.in_flight(place.store, run.id):
        name = str(row.action.arguments.get("experiment", ""))
        title = title_of(name)
        found |= dict.fromkeys(named(row.component), title)
    return found


def _now(busy: dict[str, str]) -> str:
    if not busy:
        return "Analysing and deciding"
    titles = dict.fromkeys(busy.values())
    return "; ".join(f"{title} on {' '.join(name for name in busy if busy[name] == title)}" for title in titles)


def _budget(place: Opened, run: RunRow, following: Following) -> list[tuple[str, Markup]]:
    use, limits = queries.use_of(place.store, run.id), following.limits
    wall = time.time() - run.started_wall
    return [
        ("Device time", _bar(use.device_seconds, limits.get("device_minutes", 0) * 60, duration)),
        (
            "Measurements",
            _bar(use.measurements, limits.get("experiments", 0), lambda number: f"{number:.0f}"),
        ),
        ("Shots", _bar(use.shots, limits.get("shots", 0), lambda number: f"{number / 1e6:.2f} M")),
        ("Since it began", _bar(wall, limits.get("wall_minutes", 0) * 60, duration)),
    ]


def _bar(used: float, limit: float, words) -> Markup:
    share = min(100.0, 100 * used / limit) if limit else 0.0
    text = f"{words(used)} of {words(limit)}" if limit else words(used)
    return Markup(f'{tag("span", text)}<div class="rs-bar"><i style="width:{share:.1f}%"></i></div>')


def _line(name: str, row: Row, busy: dict[str, str]) -> tuple[object, ...]:
    state = "measuring" if name in busy else row.state
    mark = tag("span", f"{MARKS[state]} {state}", kind=f"rs-mark rs-{KINDS[state]}")
    verdict = verdict_mark(Verdict(row.verdict)) if row.verdict and name not in busy else ""
    last = title_of(row.last)
    return name, mark, busy.get(name, last), verdict, tag("span", row.why, kind="rs-long")
