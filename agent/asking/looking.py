"""Looking again before deciding: for a qubit in trouble a model may call read-only tools for some turns.

Nothing here measures or writes. Every turn is a question of its own at the desk: on record with what was looked up,
paid from the same budget, and found again there by a run that was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import Message, Picture, Reply, Tool, ToolCall
from reson.agent.model.desk import Desk
from reson.agent.model.objects import object_in
from reson.agent.model.pictures import picture_of
from reson.prompts.render import render
from reson.records import Json, Record

MOST_LOOKS = 6
"""Calls of one turn that are carried out."""
LONGEST = 3000
"""Characters of one answer."""


class Found(Record):
    """What a tool returned: text of the record, which is data, and the path of a plot."""

    text: str
    picture: str = ""


class Lookup(Protocol):
    """Read-only tools over the record."""

    def tools(self) -> tuple[Tool, ...]: ...

    def look(self, name: str, given: Json | None) -> Found:
        """What is found; a refusal is found too. Never raises for what a model may write."""
        ...


def split(reply: Reply, names: Sequence[str]) -> tuple[tuple[ToolCall, ...], Reply]:
    """The calls that look something up, and the reply with those alone that decide."""
    looks = tuple(call for call in reply.tool_calls if call.name in names)
    rest = tuple(call for call in reply.tool_calls if call.name not in names)
    return looks, reply.model_copy(update={"tool_calls": rest})


def answered(
    desk: Desk, able: Capabilities, lookup: Lookup, reply: Reply, looks: Sequence[ToolCall], left: int
) -> tuple[Message, ...]:
    """The reply and an answer to each of its calls; pictures follow in a message of their own."""
    messages, pictures, looked = [reply.as_message()], [], 0
    for call in reply.tool_calls:
        if call in looks and looked < MOST_LOOKS:
            looked += 1
            found = lookup.look(call.name, object_in(call.arguments or "{}"))
            text = render("tool_result.j2", result=found.text, limit=LONGEST)
            if found.picture and len(pictures) < shown(desk, able):
                pictures.append(picture_of(Path(found.picture), desk.settings.picture_width))
        else:
            text = render("looked.j2", what="not_now")
        messages.append(Message(role="tool", parts=(text,), tool_call_id=call.id))
    parts: tuple[str | Picture, ...] = (render("looked.j2", what="left", left=left), *pictures)
    return (*messages, Message(role="user", parts=parts))


def shown(desk: Desk, able: Capabilities) -> int:
    """Pictures that the model which decides may be sent: what is known of them was tried with the one that reads."""
    return able.images if desk.settings.choose == desk.settings.reader else 0
