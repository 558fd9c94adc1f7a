"""Chat: the lab assistant with its tool calls and plots; plain commands where the lab has no model."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from reson.agent.model.conversation import Message
from reson.agent.model.objects import object_in
from reson.agent.operations.conversations import (
    HELP,
    NOT_LOOKED_UP,
    Piece,
    answer_to,
    conversations,
    earlier,
    has_model,
    new_name,
    not_looked_up,
)
from reson.agent.operations.for_models import call_in_words
from reson.errors import OperatorError
from reson.tools.store.approvals import ApprovalStatus, list_approvals
from reson.tools.store.measurements import FIGURE
from reson.ui import access, answering, request
from reson.ui.opened import Opened, opened
from reson.ui.phrases import empty, heading, lines, note, show, told

AVATARS = {"user": ":material/person:", "assistant": ":material/experiment:"}
MOST_WAITING = 3
"""Requests that a conversation shows; the inbox has them all."""


def page() -> None:
    place = opened()
    if place is None:
        heading("Chat", "No lab to talk about yet")
        empty("There is no lab here.", "Start its first night on the page Night; it makes the lab.")
        return
    who = access.person()
    if who is None or not who.operates:
        heading("Chat", "For operators")
        empty("A conversation may start measurements.", "Ask an operator.")
        return
    try:
        if has_model(place.lab):
            _with_model(place)
        else:
            _with_commands(place)
    except OperatorError as error:
        told(error)


def _with_model(place: Opened) -> None:
    heading(f"Chat · model {place.lab.config.model.choose}", "Ask about the chip, or for an experiment")
    known = conversations(place.lab)
    fresh = st.session_state.setdefault("fresh-chat", new_name(place.lab))
    names = [fresh, *(name for name in reversed(known) if name != fresh)]
    name = st.selectbox(
        "Conversation", names, width=240, format_func=lambda one: one if one in known else f"{one} (new)"
    )
    path = place.lab.directory / "chat" / f"{name}.jsonl"
    messages = earlier(path, place)
    unaided = not_looked_up(messages)
    for number, message in enumerate(messages):
        _show_message(place, message)
        if number in unaided:
            note(NOT_LOOKED_UP)
    here = st.container()
    if complaint := st.session_state.pop("complaint", ""):
        _say("assistant", complaint)
    _what_waits(place)
    question = st.chat_input("Why was q2 set aside last night?", max_chars=4000)
    if question:
        answer = _ask(place, here, question, name or fresh)
        st.session_state["complaint"] = "".join(one.text for one in answer if one.kind == "failed")
        st.rerun()


def _with_commands(place: Opened) -> None:
    heading("Chat · no model", "Ask the record in plain commands")
    said: list[tuple[str, list[Piece]]] = st.session_state.setdefault("said", [])
    with st.expander("What it understands", expanded=not said):
        show(lines("\n".join(HELP[1:-1])))
        note(HELP[-1])
    for question, answer in said:
        _say("user", question)
        _say("assistant", _text(answer))
        for sha in (sha for piece in answer for sha in piece.plots):
            _plot(place, sha)
    here = st.container()
    _what_waits(place)
    question = st.chat_input("show q2", max_chars=400)
    if question:
        said.append((question, _ask(place, here, question)))
        st.rerun()


def _what_waits(place: Opened) -> None:
    """Requests that wait, answered here as in the inbox: an experiment that was asked for may have ended in one."""
    pending = list_approvals(place.store, status=ApprovalStatus.PENDING)
    answering.show_last_answer(place, bool(pending))
    for row in pending[:MOST_WAITING]:
        with st.chat_message("assistant", avatar=AVATARS["assistant"]), st.expander(f"Waits: {request.title_of(row)}"):
            request.show_briefly(place, row)
    if len(pending) > MOST_WAITING:
        note(f"{len(pending) - MOST_WAITING} more wait in the inbox.")


def _ask(place: Opened, here: DeltaGenerator, question: str, conversation: str = "") -> list[Piece]:
    """Put the question, show the answer as it comes, and return all of it. ``here`` is where the page draws both from
    then on: what is shown meanwhile gives way to it, and never stands beside it.
    """
    by, answer = access.operator().name, []
    with here:
        _say("user", question)
        with st.chat_message("assistant", avatar=AVATARS["assistant"]):
            text = st.empty()
            for answer in answer_to(place.lab.directory, question, conversation, by):
                text.html(lines(_text(answer) or "…"))
    return answer


def _text(answer: list[Piece]) -> str:
    """What was said, and on lines of their own what was done for it."""
    return "".join(f"\n{one.text}\n" if one.kind == "did" else one.text for one in answer).strip()


def _show_message(place: Opened, message: Message) -> None:
    """One message of the past: text, tool calls folded, what they gave, plots."""
    if message.role == "tool":
        with st.expander("What it was told"):
            show(lines(message.text))
        return
    if message.text and not message.pictures:
        _say("user" if message.role == "user" else "assistant", message.text)
    for call in message.tool_calls:
        given = object_in(call.arguments or "{}")  # as the model wrote them where they are no object
        show(lines(f"{call.name}({call.arguments})" if given is None else call_in_words(call.name, given)))
    for picture in message.pictures:
        _plot(place, picture.sha256)


def _say(who: str, text: str) -> None:
    with st.chat_message(who, avatar=AVATARS[who]):
        show(lines(text))


def _plot(place: Opened, sha: str) -> None:
    st.image(place.store.blobs.get(sha, FIGURE), width=460)
