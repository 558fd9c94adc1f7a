"""Looking again before deciding: for a qubit in trouble a model may call read-only tools for some turns.

Nothing here measures or writes. Every turn is a question of its own at the desk: on record with what was looked up, and
paid from the same budget.
"""

from __future__ import annotations

from collections.abc import Collection
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

    @property
    def names(self) -> frozenset[str]:
        """Calls that it answers: its tool, and what stands behind that by its own name."""
        ...

    def tool(self) -> Tool: ...

    def look(self, name: str, given: Json | None) -> Found:
        """What is found; a refusal is found too. Never raises for what a model may write."""
        ...


def split(reply: Reply, names: Collection[str]) -> tuple[tuple[ToolCall, ...], Reply]:
    """The calls that look something up, and the reply with those alone that decide."""
    looks = tuple(call for call in reply.tool_calls if call.name in names)
    rest = tuple(call for call in reply.tool_calls if call.name not in names)
    return looks, reply.model_copy(update={"tool_calls": rest})


def answered(
    desk: Desk, able: Capabilities, lookup: Lookup, said: Message, names: Collection[str], left: int
) -> tuple[Message, ...]:
    """An answer to each call of what the model said; pictures follow in a message of their own."""
    messages, pictures, looked = [], [], 0
    for call in said.tool_calls:
        if call.name in names and looked < MOST_LOOKS:
            looked += 1
            found = lookup.look(call.name, object_in(call.arguments or "{}"))
            text = render("tool_result.j2", result=found.text, limit=LONGEST)
            if found.picture and len(pictures) < shown(desk, able):
                pictures.append(_on_record(desk, Path(found.picture)))
        else:
            text = render("looked.j2", what="not_now")
        messages.append(Message(role="tool", parts=(text,), tool_call_id=call.id))
    parts: tuple[str | Picture, ...] = (render("looked.j2", what="left", left=left), *pictures)
    return (*messages, Message(role="user", parts=parts))


def _on_record(desk: Desk, picture: Path) -> Picture:
    sha = desk.blobs.put(picture.read_bytes(), ".png")
    return picture_of(desk.blobs.path(sha, ".png"), desk.settings.picture_width)


def shown(desk: Desk, able: Capabilities) -> int:
    """Pictures that the model which decides may be sent: what is known of them was tried with the one that reads."""
    return able.images if desk.settings.choose == desk.settings.reader else 0
