"""The conversation with a model that has no tools: it cannot look anything up, so it may state nothing of the lab."""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.asking.summary import unknown_numbers
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Request
from reson.agent.model.desk import Desk
from reson.prompts.render import render


def answer_unaided(desk: Desk, messages: Sequence[Message], device: str) -> Message:
    """An answer without a number that the person has not named, heard whole before anybody sees it.

    Raises ``NoAnswer`` where the model insists on numbers that nobody looked up.
    """
    asked = "\n".join(message.text for message in messages if message.role == "user")
    told = tuple(message for message in messages if message.role in ("user", "assistant") and message.text)
    request = Request(
        purpose="chat",
        model=desk.settings.choose,
        messages=(Message(role="system", parts=(render("chat_unaided.j2", device=device),)), *told),
        max_output_tokens=desk.settings.max_output_tokens,
    )
    for _ in range(desk.settings.corrections + 1):
        reply = desk.ask(request)
        invented = unknown_numbers(reply.text, asked, 0)
        if reply.text and not invented and not reply.cut:
            return Message(role="assistant", parts=(reply.text,))
        correction = render("chat_unaided_correction.j2", invented=invented)
        more = (Message(role="assistant", parts=(reply.text,)), Message(role="user", parts=(correction,)))
        request = request.model_copy(update={"messages": (*request.messages, *more)})
    raise NoAnswer(
        FailureKind.INVALID,
        f"{desk.settings.choose} has no tools and stated numbers that nobody looked up; "
        "with brain = offline plain commands show the record",
    )
