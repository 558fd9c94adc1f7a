"""Trajectories: step through a run, what was decided, asked, seen, judged and written, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from reson.agent.model.conversation import Request, Usage
from reson.agent.progress import words_of
from reson.components import named
from reson.errors import OperatorError
from reson.events import Answered, Asked, Decided, Event, Judged, ModelCalled
from reson.tools.store.measurements import FIGURE
from reson.tools.store.runs import list_runs
from reson.trajectory import read_events
from reson.ui import request
from reson.ui.addresses import follow
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, facts, heading, lines, note, sentence, show, table, tag, told, verdict_mark
from reson.wording import author, moment, quantity

LISTED = 200
KINDS = ("decision", "model_call", "verdict", "approval", "approval_answered", "parameter_change", "refused")


def page() -> None:
    place = opened()
    runs = list_runs(place.store, LISTED) if place else []
    if place is None or not runs:
        heading("Trajectories", "No runs yet")
        empty("Nothing has been run.", "Start the first night on the page Night.")
        return
    heading("Trajectories", "What was decided, step by step")
    ids = [run.id for run in runs]
    follow("run", ids, "trajectory-run", usual=ids[0])
    follow("qubit", place.components, "trajectory-qubit")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox("Run", ids, width=200, key="trajectory-run")
        qubit = st.selectbox(
            "Qubit", place.components, index=None, placeholder="all", width=120, key="trajectory-qubit"
        )
        kinds = st.multiselect(
            "Events",
            KINDS,
            placeholder="all",
            width=320,
            key="trajectory-kinds",
            format_func=lambda kind: kind.replace("_", " "),
        )
    try:
        events = _events(place.lab.runs / run / "trajectory.jsonl")
    except OperatorError as error:
        told(error)
        return
    chosen = [event for event in events if _matches(event, qubit, kinds)]
    if chosen:
        _step_through(place, chosen)
    else:
        empty("No events match." if events else "This run was cut short before its first event.", "Widen the filters.")


def _events(path: Path) -> list[Event]:
    return _events_as_of(str(path), path.stat().st_size) if path.exists() else []


@st.cache_resource(max_entries=8)
def _events_as_of(path: str, size: int) -> list[Event]:
    """The file only grows, so its size says whether it was read already. Shared: nobody changes the events."""
    return read_events(Path(path))


def address_of_step(place: Opened, run: str, measurement: str) -> dict[str, str]:
    """What the address of this page says for the step of a run at which a measurement was judged."""
    events = _events(place.lab.runs / run / "trajectory.jsonl")
    steps = [
        index for index, event in enumerate(events) if isinstance(event, Judged) and event.measurement == measurement
    ]
    return {"run": run, "step": str(steps[0] if steps else 0)}


def _follow_step(last: int) -> None:
    """The step in the address and the one that is shown, kept in step: counted from 0 among the events that match."""
    st.session_state["step in words"] = str(st.session_state["step"])
    follow("step", [str(step) for step in range(last + 1)], "step in words")
    st.session_state["step"] = int(st.session_state["step in words"] or 0)


def about(event: Event) -> list[str]:
    """The qubits that an event is about; none where it is about the run."""
    said = event.decision["component"] if isinstance(event, Decided) else getattr(event, "component", "")
    return list(named(said)) if said else []


def _matches(event: Event, qubit: str | None, kinds: Sequence[str]) -> bool:
    return (not kinds or event.kind in kinds) and (qubit is None or qubit in about(event))


def _step_through(place: Opened, events: list[Event]) -> None:
    last = len(events) - 1
    st.session_state["step"] = min(max(0, st.session_state.get("step", 0)), last)
    _follow_step(last)

    def by(step: int) -> None:
        st.session_state["step"] = min(max(0, st.session_state["step"] + step), last)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Back", on_click=by, args=(-1,), shortcut="Alt+K", key="back", disabled=st.session_state["step"] == 0)
        st.button("Next", on_click=by, args=(1,), shortcut="Alt+J", key="on", disabled=st.session_state["step"] == last)
        st.number_input(f"Event, 0 to {last}", 0, last, key="step", width=160)
    here = st.session_state["step"]
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        show(_around(events, here))
    with right:
        _show_event(place, events[here])


def _around(events: list[Event], here: int) -> str:
    """The events before and after, the present one set apart."""
    lines = []
    for index in range(max(0, here - 6), min(len(events), here + 11)):
        kind = "rs-new" if index == here else "rs-old"
        lines.append(tag("div", tag("time", index), tag("span", headline(events[index]), kind=kind)))
    return tag("div", *lines, kind="rs-events rs-steps")


def headline(event: Event) -> str:
    """An event in one line."""
    match event:
        case Decided(decision=said):
            return f"{said['component']}: {said['kind'].replace('_', ' ')} {said.get('experiment', '')}".rstrip()
        case Judged():
            return f"{event.component} {event.experiment}: {event.verdict}"
        case ModelCalled():
            return f"{event.model} was asked to {event.purpose}"
    told_so = words_of(event)
    if isinstance(event, Asked) and not told_so:
        return f"{event.component} {event.approval} {event.status} by the policy"
    return told_so[0] if told_so else event.kind.replace("_", " ")


def _show_event(place: Opened, event: Event) -> None:
    show(
        tag("p", f"{event.kind.replace('_', ' ')} · {moment(event.device_time)} UTC", kind="rs-kicker"),
        tag("p", tag("strong", headline(event)), kind="rs-say"),
    )
    match event:
        case Decided():
            show(sentence(event.decision["why"]))
        case Judged():
            _show_verdict(place, event)
        case ModelCalled():
            _show_call(place, event)
        case Asked(rule=who) | Answered(by=who):
            show(tag("p", f"{event.status}: {author(who or '')}", kind="rs-say"))
    with st.expander("As it is on record"):
        st.json(event.recorded())


def _show_call(place: Opened, event: ModelCalled) -> None:
    """A question to a model: what it was told and shown, what it answered, and what that cost."""
    if event.failure:
        show(tag("div", tag("strong", "No answer"), tag("p", event.message), kind="rs-error"))
    else:
        usage = Usage.model_validate(event.usage or {})
        show(
            facts(
                [
                    ("Tokens", f"{usage.input} asked, {usage.output} answered"),
                    (
                        "Took",
                        f"{event.seconds:.1f} s" + (f", {event.retries} retries" if event.retries else ""),
                    ),
                    ("Cost", f"{event.cost:.4g}"),
                ]
            )
        )
        if event.text:
            show(tag("p", event.text, kind="rs-say"))
        for call in event.tool_calls:
            show(tag("p", f"{call['name']} {call['arguments']}", kind="rs-say"))
    try:
        asked = Request.model_validate_json(place.store.blobs.get(event.request, ".json"))
    except OperatorError as error:
        told(error)
        return
    with st.expander("What it was told"):
        for message in asked.messages:
            show(tag("p", message.role, kind="rs-kicker"), lines(message.text))
            for picture in message.pictures:
                _show_picture(place, picture.sha256)


def _show_picture(place: Opened, sha: str) -> None:
    """A plot of this lab as it was sent; a reference plot belongs to the prompts and is not kept in the record."""
    if place.store.blobs.path(sha, FIGURE).exists():
        st.image(place.store.blobs.get(sha, FIGURE), width=300)
    else:
        note("A reference plot of the gallery.")


def _show_verdict(place: Opened, event: Judged) -> None:
    show(tag("p", verdict_mark(event.verdict), " ", "; ".join(event.reasons), kind="rs-say"))
    try:
        st.image(place.store.blobs.get(event.figure, FIGURE), width=460)
    except OperatorError as error:
        told(error)
    show(request.reading_in_words(event.reading))
    rows = [(name, quantity(one.value, one.stderr, one.unit)) for name, one in event.quantities.items()]
    show(table(("Fitted", "Value"), rows, numbers=(1,)))
