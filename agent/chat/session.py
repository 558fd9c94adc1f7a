"""One conversation with a model: it looks things up and starts runs through tools, and every message is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reson.agent.chat.actions import AskPerson, carry_out
from reson.agent.chat.budget import within_budget
from reson.agent.chat.offered import OFFERED
from reson.agent.chat.unaided import answer_unaided
from reson.agent.model.conversation import FailureKind, Hear, Message, NoAnswer, Picture, Request, ToolCall
from reson.agent.model.desk import Desk
from reson.agent.model.objects import object_in
from reson.agent.model.pictures import picture_of
from reson.agent.operations.conversations import asks
from reson.agent.operations.for_models import as_tools, one_of, or_refusal, picture_in, tells_of_lab
from reson.agent.operations.opened import OpenLab, Watch
from reson.errors import ToolError, ToolErrorKind
from reson.prompts.render import render
from reson.records import Effect, Json

MOST_ROUNDS = 12
"""Rounds of tool calls for one question; a model that is not done by then is told to answer."""
KEPT_MESSAGES = 60
LONGEST_RESULT = 6000
"""Characters of a tool's result that a model is shown."""
MOST_CALLS = 16
"""Tool calls of one answer that are carried out."""
MOST_RUNS = 3
"""Runs that one question may start."""


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
    at: OpenLab
    desk: Desk
    has_tools: Callable[[], bool]
    """Whether the model can look anything up. Raises ``NoAnswer``."""
    messages: list[Message] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    """Started by this conversation, which pays for them."""

    def say(self, text: str, person: Person) -> bool:
        """One question and everything until its answer; whether a tool told anything of the lab for it.

        Raises ``NoAnswer``; the conversation can go on after it.
        """
        asked = len(self.messages)
        try:
            self._answer(text, person)
        except BaseException:  # also Ctrl-C in the middle of a call: an exchange without its end is no part of the next
            del self.messages[asked:]
            raise
        return any(message.facts for message in self.messages[asked:])

    def _answer(self, text: str, person: Person) -> None:
        self._keep(Message(role="user", parts=(text,)))
        if not self.has_tools():
            self._keep(answer_unaided(self.desk, self._recent(), self.at.device))
            person.hear(self.messages[-1].text)
            return
        started = len(self.runs)
        for round_number in range(MOST_ROUNDS + 1):
            tools = as_tools(OFFERED) if round_number < MOST_ROUNDS else ()
            request = Request(
                purpose="chat",
                model=self.desk.settings.choose,
                messages=(Message(role="system", parts=(self._system(),)), *self._recent()),
                tools=tools,
                max_output_tokens=self.desk.settings.max_output_tokens,
            )
            reply = self.desk.ask(request, person.hear)
            if reply.tool_calls and tools:
                self._keep(reply.as_message())
                self._serve(reply.tool_calls, person, started + MOST_RUNS)
                continue
            if not reply.text.strip():
                break
            self._keep(Message(role="assistant", parts=(reply.text,)))
            return
        raise NoAnswer(FailureKind.INVALID, f"{self.desk.settings.choose} said nothing")

    def _serve(self, calls: tuple[ToolCall, ...], person: Person, most_runs: int) -> None:
        """Every call gets its answer; pictures follow in a message of their own, since a tool's answer is text."""
        pictures: list[Picture] = []
        for number, call in enumerate(calls):
            given = object_in(call.arguments or "{}")
            if number < MOST_CALLS:
                person.shown(call.name, given or {})
                result = or_refusal(lambda call=call, given=given: self._result(call.name, given, person, most_runs))
            else:
                result = {"refused": f"only the first {MOST_CALLS} calls of an answer are carried out"}
            facts = tells_of_lab(OFFERED, call.name, result)
            text = render("tool_result.j2", result=json.dumps(result, ensure_ascii=False), limit=LONGEST_RESULT)
            self._keep(Message(role="tool", parts=(text,), tool_call_id=call.id, facts=facts))
            if picture := picture_in(OFFERED, call.name, result):
                pictures.append(picture_of(Path(picture), self.desk.settings.picture_width))
        if pictures:
            self._keep(Message(role="user", parts=(render("chat_pictures.j2"), *pictures)))

    def _result(self, name: str, given: Json | None, person: Person, most_runs: int) -> Any:
        row = one_of(OFFERED, name)
        if row.effect in (Effect.READS, Effect.NOTES):
            return row.in_words(self.at, given)
        asked = row.checked(given)
        if len(self.runs) >= most_runs:
            raise ToolError(ToolErrorKind.OVER_BUDGET, f"one question starts at most {MOST_RUNS} runs: ask the person")
        with within_budget(replace(self.at, watch=person.watch), self.desk, self.runs) as at:
            ended = carry_out(at, row, asked, person.ask)
        return row.told(self.at, ended)

    def _system(self) -> str:
        return render("chat.j2", device=self.at.device, lab=str(self.at.lab.directory))

    def _recent(self) -> list[Message]:
        """The end of the conversation, from a question on, so that no tool's answer stands without its call."""
        recent = self.messages[-KEPT_MESSAGES:]
        starts = [index for index, one in enumerate(recent) if asks(one)]
        return recent[starts[0] :] if starts else self.messages

    def _keep(self, message: Message) -> None:
        self.messages.append(message)
        self.desk.note("message", {"message": message.to_json()} | ({"facts": True} if message.facts else {}))
