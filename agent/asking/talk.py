"""A conversation before a decision, between two of its turns: small for a checkpoint; what was said is a blob."""

from __future__ import annotations

import json

from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Picture, Request
from reson.agent.observation import Decision
from reson.records import Record
from reson.tools.store.blobs import Blobs


class Unanswered(Record):
    """Why there is no decision about some of the components."""

    kind: FailureKind
    message: str

    def as_error(self) -> NoAnswer:
        return NoAnswer(self.kind, self.message)


class Talk(Record):
    components: tuple[str, ...]
    """Those that it is about."""
    because: dict[str, str]
    """component -> why it is asked about, where that is said."""
    said: str = ""
    """SHA-256 of the conversation so far, as the request that puts the next question; without one nothing is asked."""
    turns: int = 0
    """How often it may still look."""
    corrections: int = 0
    """How many answers may still be sent back."""
    looks: int = 0
    """Calls of the last answer that look something up and wait for it."""
    decided: dict[str, Decision] = {}
    failure: Unanswered | None = None

    @property
    def missing(self) -> list[str]:
        return [name for name in self.components if name not in self.decided]

    @property
    def over(self) -> bool:
        return self.failure is not None or not self.missing

    def failed(self, error: NoAnswer) -> Talk:
        return self.model_copy(update={"failure": Unanswered(kind=error.kind, message=error.message)})


def kept(blobs: Blobs, request: Request) -> str:
    """SHA-256 under which the conversation is found again."""
    return blobs.put(json.dumps(request.to_json(), sort_keys=True).encode(), ".json")


def found_again(blobs: Blobs, sha: str) -> Request:
    """The conversation, with its pictures where they lie."""
    request = Request.model_validate_json(blobs.get(sha, ".json"))
    return request.model_copy(update={"messages": tuple(_located(blobs, message) for message in request.messages)})


def _located(blobs: Blobs, message: Message) -> Message:
    parts = tuple(
        part.model_copy(update={"path": str(blobs.path(part.sha256, ".png"))}) if isinstance(part, Picture) else part
        for part in message.parts
    )
    return message.model_copy(update={"parts": parts})
