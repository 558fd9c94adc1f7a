"""What is said to a model and what it answers, free of any endpoint: requests, replies, and why one may fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field

from reson.records import Finite, Json, Record, content_hash

_CUT = re.compile(r"length|tokens|incomplete", re.IGNORECASE)
"""Why an answer ended, as endpoints say it where its tokens were used up: length, model_length, MAX_TOKENS."""


class Picture(Record):
    """A picture by reference: a request on record holds no image data, only its hash."""

    sha256: str
    width: int
    """Longest side in pixels at which it is sent."""
    detail: Literal["high", "low"] = "high"
    """"low" for what only has to be recognised: a provider then takes far fewer tokens for it."""
    path: str = Field(default="", exclude=True)


class ToolCall(Record):
    id: str
    name: str
    arguments: str
    """As the model wrote them: JSON where it kept to the schema."""


class Message(Record):
    role: Literal["system", "user", "assistant", "tool"]
    parts: tuple[str | Picture, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    facts: bool = Field(default=False, exclude=True)
    """Whether it is the answer of a tool that tells something of this lab; no endpoint is told."""

    @property
    def text(self) -> str:
        return "\n".join(part for part in self.parts if isinstance(part, str))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(part for part in self.parts if isinstance(part, Picture))


class Tool(Record):
    """One function that a model may call; ``parameters`` is a JSON schema."""

    name: str
    description: str
    parameters: Json


class Request(Record):
    purpose: Literal["choose", "read", "chat", "report", "probe", "judge"]
    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    must_call: bool = False
    """Whether the answer has to be a tool call."""
    answer_schema: Json | None = None
    """JSON schema that the text of the answer must satisfy, where the endpoint can enforce one."""
    max_output_tokens: int = 4000
    temperature: Finite | None = None
    """None: the endpoint's own."""

    @property
    def tries_out(self) -> bool:
        """Whether it asks for something that the endpoint may not know: its failure does not mean that it is away."""
        pictures = any(message.pictures for message in self.messages)
        return self.purpose == "probe" and bool(self.tools or self.answer_schema or pictures)

    def to_json(self) -> Json:
        """A question that leaves the temperature open is written, and found again, as before there was one."""
        return self.model_dump(mode="json", exclude={"temperature"} if self.temperature is None else None)

    @property
    def hash(self) -> str:
        return content_hash(self.to_json())


class Usage(Record):
    """Tokens of one call; ``estimated`` where the endpoint did not say."""

    input: int = 0
    output: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input=self.input + other.input,
            output=self.output + other.output,
            estimated=self.estimated or other.estimated,
        )


NOTHING = Usage()


class Reply(Record):
    text: str
    thought: str = ""
    """What the model wrote for itself before its answer; never part of it."""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage
    wasted: Usage = NOTHING
    """What tries before this one took that were given up."""
    finish: str = ""
    model: str = ""
    seconds: Finite = 0.0
    retries: int = 0
    left_out: tuple[str, ...] = ()
    """Parts of the request that this endpoint does not take, and was not sent."""

    @property
    def cut(self) -> bool:
        """Whether the answer ended because its tokens were used up, in the middle of whatever it said."""
        return bool(_CUT.search(self.finish))

    def as_message(self) -> Message:
        return Message(role="assistant", parts=(self.text,) if self.text else (), tool_calls=self.tool_calls)


class FailureKind(StrEnum):
    """Why a question got no answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    MALFORMED = "malformed"
    BUDGET_SPENT = "budget_spent"
    RESTING = "resting"
    INVALID = "invalid"
    STOPPED = "stopped"


class NoAnswer(Exception):
    """A question that got no usable answer; the brain falls back and says so. Never ends a run.

    ``wasted``: what was paid for all the same. ``cannot``: the part of the question (tools, images, response_format)
    that the endpoint itself says it cannot take. ``told``: its own words where they may say so of some other part.
    ``again_after``: seconds after which it wants to be asked again; negative where it wants not to be.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        wasted: Usage = NOTHING,
        cannot: str = "",
        told: str = "",
        again_after: float | None = None,
    ) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
        self.wasted = wasted
        self.cannot = cannot
        self.told = told
        self.again_after = again_after


Hear = Callable[[str], None]
"""Takes the pieces of an answer's text as they arrive."""


class Endpoint(Protocol):
    """Where requests go: an HTTP endpoint, or a folder in which somebody answers by hand."""

    @property
    def name(self) -> str: ...

    def complete(self, request: Request, hear: Hear | None = None) -> Reply:
        """The answer. Raises ``NoAnswer``."""
        ...
