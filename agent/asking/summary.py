"""The first lines of a morning report in the words of the model; every number in them has to stand in the record."""

from __future__ import annotations

import re

from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Request
from reson.agent.model.desk import Desk
from reson.agent.report.content import Report
from reson.prompts.render import render
from reson.wording import quantity

MOST_WORDS = 150
MOST_TOKENS = 600
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SPACES = str.maketrans("", "", "\u202f\u00a0")
"""Thin spaces between groups of digits, which a model may leave out."""


def summarise(desk: Desk, report: Report) -> str | None:
    """The text, or None where there is no sound one; the trajectory then says why."""
    request = question(desk.settings.choose, report)
    facts = request.messages[-1].text
    try:
        for _ in range(desk.settings.corrections + 1):
            reply = desk.ask(request)
            text = " ".join(reply.text.split())
            unknown = unknown_numbers(text, facts, len(report.qubits))
            if text and not reply.cut and not unknown and len(text.split()) <= MOST_WORDS:
                return text
            correction = render("report_correction.j2", unknown=unknown, most_words=MOST_WORDS)
            more = (reply.as_message(), Message(role="user", parts=(correction,)))
            request = request.model_copy(update={"messages": (*request.messages, *more)})
        raise NoAnswer(FailureKind.INVALID, f"{desk.settings.corrections} corrections did not help")
    except NoAnswer as error:
        desk.fell_back("report", [qubit.component for qubit in report.qubits], error)
        return None


def question(model: str, report: Report) -> Request:
    system = render("report.j2", most_words=MOST_WORDS)
    facts = render("report_facts.j2", report=report, quantity=quantity)
    messages = (Message(role="system", parts=(system,)), Message(role="user", parts=(facts,)))
    return Request(purpose="report", model=model, messages=messages, max_output_tokens=MOST_TOKENS)


def unknown_numbers(text: str, facts: str, qubits: int) -> list[str]:
    """Numbers of the text that the facts do not hold; counts of qubits may be the model's own."""
    known = set(_NUMBER.findall(facts.translate(_SPACES)))
    own = {str(number) for number in range(qubits + 1)}
    return sorted({one for one in _NUMBER.findall(text.translate(_SPACES)) if one not in known | own})
