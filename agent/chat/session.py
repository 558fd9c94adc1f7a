"""One conversation with a model: it looks things up and starts runs through tools, and every message is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reson.agent.chat.actions import AskPerson, Watch, answer_what_waits, outcome
from reson.agent.chat.chat_tools import checked, schemas
from reson.agent.chat.facts import Record
from reson.agent.model.conversation import Hear, Message, Picture, Request, ToolCall
from reson.agent.model.desk import Desk
from reson.agent.model.objects import object_in
from reson.agent.model.pictures import picture_of
from reson.errors import OperatorError, ToolError
from reson.prompts.render import render
from reson.records import Effect, Json
from reson.trajectory import read_trajectory

MOST_ROUNDS = 12
"""Rounds of tool calls for one question; a model that is not done by then is told to answer."""
KEPT_MESSAGES = 60
LONGEST_RESULT = 6000
"""Characters of a tool's result that a model is shown."""


@dataclass(frozen=True)
class Person:
    """The one at the keyboard: hears the answer, sees what is called and how runs go, and answers approvals."""

    hear: Hear
    shown: Callable[[str, Json], None]
    """(tool, arguments) of each call, before it runs."""
    watch: Watch
    ask: AskPerson


@dataclass
class Session:
    record: Record
    desk: Desk
    messages: list[Message] = field(default_factory=list)

    def say(self, text: str, person: Person) -> None:
        """One question and everything until its answer. Raises ``NoAnswer``; the conversation can go on after it."""
        self._keep(Message(role="user", parts=(text,)))
        for round_number in range(MOST_ROUNDS + 1):
            tools = schemas() if round_number < MOST_ROUNDS else ()
            request = Request(
                purpose="chat",
                model=self.desk.settings.choose,
                messages=(Message(role="system", parts=(self._system(),)), *self._recent()),
                tools=tools,
                max_output_tokens=self.desk.settings.max_output_tokens,
            )
            reply = self.desk.ask(request, person.hear)
            self._keep(reply.as_message())
            if not reply.tool_calls or not tools:
                return
            self._serve(reply.tool_calls, person)

    def _serve(self, calls: tuple[ToolCall, ...], person: Person) -> None:
        """Every call gets its answer; pictures follow in a message of their own, since a tool's answer is text."""
        pictures: list[Picture] = []
        for call in calls:
            given = object_in(call.arguments or "{}")
            person.shown(call.name, given or {})
            result = self._result(call.name, given, person)
            text = render("tool_result.j2", result=json.dumps(result, ensure_ascii=False), limit=LONGEST_RESULT)
            self._keep(Message(role="tool", parts=(text,), tool_call_id=call.id))
            if call.name == "look_at_plot" and isinstance(result, dict) and result.get("plot"):
                pictures.append(picture_of(Path(result["plot"]), self.desk.settings.picture_width))
        if pictures:
            self._keep(Message(role="user", parts=(render("chat_pictures.j2"), *pictures)))

    def _result(self, name: str, given: Json | None, person: Person) -> Any:
        try:
            tool, arguments = checked(name, given)
            if tool.effect is Effect.READS:
                return tool.function(self.record, **arguments)
            ended = tool.function(self.record, person.watch, **arguments)
            ended = answer_what_waits(self.record, person.watch, ended, person.ask)
            return outcome(self.record, ended)
        except ToolError as error:
            return {"refused": error.message}
        except OperatorError as error:
            return {"refused": error.what, "remedy": error.remedy}

    def _system(self) -> str:
        return render("chat.j2", device=self.record.device, lab=str(self.record.lab.directory))

    def _recent(self) -> list[Message]:
        """The end of the conversation, from a question on, so that no tool's answer stands without its call."""
        recent = self.messages[-KEPT_MESSAGES:]
        starts = [index for index, one in enumerate(recent) if one.role == "user" and not one.pictures]
        return recent[starts[0] :] if starts else self.messages

    def _keep(self, message: Message) -> None:
        self.messages.append(message)
        self.desk.note("message", {"message": message.to_json()})


def earlier(path: Path, record: Record) -> list[Message]:
    """The messages of a conversation on disk, up to its last whole exchange."""
    if not path.exists():
        return []
    messages = [
        Message.model_validate(event["message"]) for event in read_trajectory(path) if event["kind"] == "message"
    ]
    messages = [_with_paths(message, record) for message in messages]
    while messages and (messages[-1].role != "assistant" or messages[-1].tool_calls):
        messages.pop()  # cut short in the middle of an exchange, which an endpoint would refuse
    return messages


def _with_paths(message: Message, record: Record) -> Message:
    parts = tuple(
        part.model_copy(update={"path": str(record.store.blobs.path(part.sha256, ".png"))})
        if isinstance(part, Picture)
        else part
        for part in message.parts
    )
    return message.model_copy(update={"parts": parts})
