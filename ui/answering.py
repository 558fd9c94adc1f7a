"""The answers to a request: each is the call that the command line makes, under the name of whoever sits here."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from reson.agent.holder import holder_of, start_process
from reson.agent.operations.requests import ANSWER, APPROVE_TOGETHER, Answer, Together
from reson.agent.policy import answers_together
from reson.changes import named_changes
from reson.errors import OperatorError, ToolError
from reson.records import ActionKind, Change
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import ApprovalRow, find_approval
from reson.ui import access
from reson.ui.opened import Opened, directory
from reson.ui.phrases import note, show, tag, told
from reson.wording import quantity


def form(place: Opened, row: ApprovalRow) -> None:
    """Note, values to edit, and one button for each answer."""
    who = access.person()
    if who is None or not who.operates:
        note("You may look; operators answer.")
        return
    edits = row.kind is not ActionKind.MEASURE and st.toggle("Edit the values first", key=f"edit-{row.id}")
    with st.form(f"answer-{row.id}", enter_to_submit=False, border=True):
        given = _fields(row) if edits else {}
        words = st.text_input(
            "Note", key=f"note-{row.id}", placeholder="why, for the record and for the brain", max_chars=500
        )
        with st.container(horizontal=True):
            approve = st.form_submit_button(
                "Approve these values" if edits else "Approve", type="primary", shortcut="Alt+A"
            )
            reject = st.form_submit_button("Reject", shortcut="Alt+X")
            respond = st.form_submit_button("Respond with the note", shortcut="Alt+W")
        note(f"Recorded under {who.name}.")
    if approve:
        _give(place, Answer(request=row.id, decision="edit" if edits else "approve", remark=words, values=given))
    elif reject:
        _give(place, Answer(request=row.id, decision="reject", remark=words))
    elif respond and not words.strip():
        show(tag("div", "Write in the note what the brain should know.", kind="rs-error"))
    elif respond:
        _give(place, Answer(request=row.id, decision="respond", remark=words))


def form_together(place: Opened, pending: list[ApprovalRow], titles: Mapping[str, str]) -> None:
    """One answer for several requests, of those that the policy allows to be approved so."""
    who = access.person()
    if who is None or not who.operates:
        return
    policy = place.lab.policy()
    allowed = [row.id for row in pending if answers_together(policy, row.rule)]
    if len(allowed) < 2:
        return
    with st.form("answer-together", border=True, clear_on_submit=True):
        chosen = st.multiselect(
            "Approve several at once", allowed, format_func=lambda name: titles[name], key="chosen-together"
        )
        words = st.text_input("Note", key="note-together", placeholder="why, for the record", max_chars=500)
        sent = st.form_submit_button("Approve the chosen ones")
        note(f"The policy allows it for these. Recorded under {who.name}.")
    if not sent or not chosen:
        return
    try:
        approved, others = APPROVE_TOGETHER(access.acting(place), Together(requests=tuple(chosen), remark=words))
    except (ToolError, OperatorError) as error:
        told(error)
        return
    for name, why in others.items():
        show(tag("div", f"{name}: {why}", kind="rs-error"))
    if approved and not others:
        st.session_state["answered"] = approved[-1].id
        st.rerun()


def _fields(row: ApprovalRow) -> dict[str, float | str]:
    """One field for each proposed value, with its unit and limits; what was left as it is keeps its exact value."""
    return {name: _field(row, name, change) for name, change in named_changes(row.action).items()}


def _field(row: ApprovalRow, name: str, change: Change) -> str | float:
    spec = PARAMETERS[change.parameter]
    shown = quantity(change.new, change.stderr, change.unit, bare=True).replace("\u202f", "")
    limits = f"{quantity(spec.low, None, spec.unit)} to {quantity(spec.high, None, spec.unit)}"
    text = st.text_input(f"{name}, {limits}", shown, key=f"value-{row.id}-{name}")
    return change.new if text == shown else text


def _give(place: Opened, answer: Answer) -> None:
    """Give an answer; where it is refused, say why and leave the request as it is."""
    try:
        given = ANSWER(access.acting(place), answer)
    except (ToolError, OperatorError) as error:
        told(error)
        return
    st.session_state["answered"] = given.id
    st.rerun()


def show_last_answer(place: Opened, more: bool) -> None:
    """What was answered last in this session, and how its run goes on."""
    last = st.session_state.get("answered")
    row = find_approval(place.store, last) if last else None
    if row is None:
        return
    show(tag("p", f"{row.id}: {row.answer} by {row.answered_by}. {_how_it_goes_on(place, row)}", kind="rs-say"))
    if row.run_id and holder_of(place.lab.directory) is None and _resumable(row):
        label = f"Resume {row.run_id}" + (" already" if more else "")
        if st.button(label, type="secondary" if more else "primary", key="resume-answered"):
            begin("resume", row.run_id)


def _resumable(row: ApprovalRow) -> bool:
    return row.answer is not None and row.executed_wall is None


def _how_it_goes_on(place: Opened, row: ApprovalRow) -> str:
    if row.executed_wall is not None:
        return "It has been carried out."
    if holder_of(place.lab.directory) is not None:
        return "The run takes it up at its next decision."
    return f"{row.run_id} takes it up when it is resumed." if row.run_id else ""


def offer_remeasure(place: Opened, row: ApprovalRow) -> None:
    """A new measurement in place of a request that is out of date."""
    who, name = access.person(), str(row.evidence.get("experiment") or row.action.arguments.get("experiment", ""))
    if who is None or not who.operates:
        return
    if holder_of(place.lab.directory) is not None:
        note("The run that goes on asks it again by itself.")
        return
    with st.container(horizontal=True):
        if name in EXPERIMENTS and st.button(f"Measure {EXPERIMENTS[name].title} again", key=f"again-{row.id}"):
            begin("run", name, "--qubits", row.component, "--commit")
        if row.run_id and st.button(f"Resume {row.run_id}, which asks anew", key=f"resume-{row.id}"):
            begin("resume", row.run_id)


def begin(*arguments: str) -> None:
    """Start a command of the command line beside the console, and go to the page that watches it."""
    try:
        by = access.operator().name
    except OperatorError as error:
        told(error)
        return
    st.session_state["process"] = start_process(directory(), *arguments, by=by)
    st.session_state.pop("answered", None)
    st.switch_page(st.session_state["pages"]["night"])
