"""The desk at which questions are asked: budget, record, and no question paid for twice.

Every call is in the trajectory with the hash of its exact request (kept as a blob, pictures by their hash), its answer,
usage and latency. A run that was killed finds there what was answered before, and asks only what is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from reson.agent.config import ModelSettings, Price
from reson.agent.model.accounts import Account, account, cost_of
from reson.agent.model.conversation import (
    NOTHING,
    Endpoint,
    FailureKind,
    Hear,
    NoAnswer,
    Reply,
    Request,
    ToolCall,
    Usage,
)
from reson.agent.model.pictures import request_tokens
from reson.events import Event, ModelCalled
from reson.records import Json
from reson.tools.store.blobs import Blobs

Tell = Callable[[str, str, Json], None]
"""(event id, kind, body): writes to the trajectory of the run."""


@dataclass
class Desk:
    endpoint: Endpoint
    settings: ModelSettings
    blobs: Blobs
    tell: Tell
    spent: Account = field(default_factory=Account)
    events: dict[str, int] = field(default_factory=dict)
    answered: dict[str, Reply] = field(default_factory=dict)
    """Request hash -> answer of an earlier process of this run."""
    in_force: Callable[[], ModelSettings] | None = None
    """The settings as they stand at this moment: a budget that is cut in the middle holds from the next question on."""

    def ask(self, request: Request, hear: Hear | None = None) -> Reply:
        """The answer, from the record or from the endpoint. Raises ``NoAnswer``."""
        if request.hash in self.answered:
            return self.answered.pop(request.hash)
        self._within_budget(request)
        try:
            reply = self.endpoint.complete(request, hear)
        except NoAnswer as error:
            self._note_failure(request, error)
            raise
        self._note_answer(request, reply)
        return reply

    def note(self, kind: str, body: Json) -> None:
        """Write an event under the next free id of its kind."""
        number = self.events.get(kind, 0) + 1
        self.events[kind] = number
        self.tell(f"{kind}-{number:05d}", kind, body)

    def note_run(self, run: str, took: Account) -> None:
        """What the questions of a run took that was started from here: it is spent with the rest."""
        paid: Json = {
            "usage": Usage(input=took.input_tokens, output=took.output_tokens, estimated=took.estimated).to_json(),
            "cost": took.cost,
        }
        self.note("run", {"run": run, **paid})
        self.spent = self.spent.with_paid(paid)

    def answered_by(self, purpose: str, component: str, place: str, who: str, why: str) -> None:
        """Note who answered a question; ``place`` tells it from others, also when its node is executed again."""
        body = {"purpose": purpose, "component": component, "answered_by": who, "why": why}
        self.tell(f"question-{purpose}-{component}-{place}", "question", body)

    def fell_back(self, purpose: str, components: Iterable[str], error: NoAnswer) -> None:
        body = {"purpose": purpose, "components": list(components), "failure": error.kind, "reason": str(error)}
        self.note("fallback", body)

    def _within_budget(self, request: Request) -> None:
        """Raises ``NoAnswer``; ``OperatorError`` where the settings in force cannot be read any more."""
        needed = sum(request_tokens(request))
        now = self.in_force() if self.in_force else self.settings
        tokens, cost = min(self.settings.tokens, now.tokens), min(self.settings.cost, now.cost)
        if self.spent.tokens + needed > tokens:
            raise NoAnswer(
                FailureKind.BUDGET_SPENT, f"{self.spent.tokens} of {tokens} tokens used, this needs about {needed}"
            )
        price = cost_of(self._price(request.model), needed, 0)
        if self.spent.cost + price > cost:
            raise NoAnswer(FailureKind.BUDGET_SPENT, f"{self.spent.cost:.2f} of {cost:g} spent")

    def _note_answer(self, request: Request, reply: Reply) -> None:
        self._note_call(
            request,
            {
                "text": reply.text,
                "thought": reply.thought,
                "tool_calls": [call.to_json() for call in reply.tool_calls],
                "finish": reply.finish,
                "answered_model": reply.model,
                "left_out": list(reply.left_out),
                "seconds": reply.seconds,
                "retries": reply.retries,
                **self._paid(request, reply.usage, reply.wasted),
            },
        )

    def _note_failure(self, request: Request, error: NoAnswer) -> None:
        """A question that got no answer and was paid for all the same counts; one that was never put is no call."""
        if error.kind is FailureKind.RESTING:
            return
        body: Json = {"failure": error.kind, "message": error.message}
        paid = self._paid(request, NOTHING, error.wasted) if error.wasted != NOTHING else {}
        self._note_call(request, body | paid)

    def _paid(self, request: Request, usage: Usage, wasted: Usage) -> Json:
        """Tokens and cost of a call for its event; they are spent with that."""
        both = usage + wasted
        cost = cost_of(self._price(request.model), both.input, both.output)
        told: Json = {"usage": usage.to_json(), "cost": cost}
        if wasted != NOTHING:
            told["wasted"] = wasted.to_json()
        self.spent = self.spent.with_call(told)
        return told

    def _note_call(self, request: Request, body: Json) -> None:
        kept = self.blobs.put(json.dumps(request.to_json(), sort_keys=True).encode(), ".json")
        pictures = [picture.sha256 for message in request.messages for picture in message.pictures]
        head = {"purpose": request.purpose, "model": request.model, "request": kept, "request_hash": request.hash}
        self.note("model_call", head | {"pictures": pictures} | body)

    def _price(self, model: str) -> Price:
        return self.settings.prices.get(model, Price())


def open_desk(
    endpoint: Endpoint,
    settings: ModelSettings,
    blobs: Blobs,
    tell: Tell,
    past: list[Event],
    in_force: Callable[[], ModelSettings] | None = None,
) -> Desk:
    """A desk that goes on where the events of the run's trajectory (``past``) end."""
    counts: dict[str, int] = {}
    for event in past:
        counts[event.kind] = counts.get(event.kind, 0) + 1
    return Desk(endpoint, settings, blobs, tell, account(past), counts, _answered(past), in_force)


def _answered(past: list[Event]) -> dict[str, Reply]:
    return {
        event.request_hash: Reply(
            text=event.text,
            tool_calls=tuple(ToolCall.model_validate(call) for call in event.tool_calls),
            usage=Usage.model_validate(event.usage),
            finish=event.finish,
            model=event.answered_model,
        )
        for event in past
        if isinstance(event, ModelCalled) and not event.failure and event.usage is not None
    }
