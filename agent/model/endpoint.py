"""The one place that talks to a model: any endpoint that speaks OpenAI's chat completions.

Retries with backoff (429, 5xx, lost connections, silence) are those of the ``openai`` package. An endpoint that stays
away is left in peace for a while, so that a dead one costs a night seconds and not hours.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import openai

from reson.agent.config import ModelSettings
from reson.agent.model.conversation import (
    FailureKind,
    Hear,
    Message,
    NoAnswer,
    Picture,
    Reply,
    Request,
    ToolCall,
    Usage,
)
from reson.agent.model.pictures import data_url, request_tokens, text_tokens
from reson.agent.model.streaming import gather
from reson.errors import OperatorError
from reson.records import Json

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds in which an endpoint that failed is not asked; doubled with each failure in a row."""

_OPTIONAL = ("max_completion_tokens", "stream_options", "tool_choice", "response_format")
"""Parts of a request that some endpoints do not know; one that is refused by name is left out from then on."""

_LOST = (
    FailureKind.UNREACHABLE,
    FailureKind.TIMEOUT,
    FailureKind.RATE_LIMITED,
    FailureKind.SERVER_ERROR,
)


@dataclass
class HttpEndpoint:
    client: openai.OpenAI
    key: str
    unknown: set[str] = field(default_factory=set)
    failures: int = 0
    rests_until: float = 0.0

    @property
    def name(self) -> str:
        return str(self.client.base_url)

    def complete(self, request: Request, hear: Hear | None = None) -> Reply:
        """The answer of the model. Raises ``NoAnswer``."""
        if time.monotonic() < self.rests_until:
            raise NoAnswer(FailureKind.RESTING, "the endpoint failed before and is left alone for a while")
        began = time.monotonic()
        try:
            message, usage, finish, model, retries = self._asked(request, hear)
        except NoAnswer as error:
            self._note(error)
            raise
        self.failures = 0
        text = message.get("content") or ""
        calls = tuple(_call(call, number) for number, call in enumerate(message.get("tool_calls") or ()))
        if message.get("refusal") and not text and not calls:
            raise NoAnswer(FailureKind.REFUSED, f"the model refused: {self._safe(str(message['refusal']))}")
        return Reply(
            text=text if isinstance(text, str) else json.dumps(text),
            tool_calls=calls,
            usage=_usage(usage, request, text, calls),
            finish=finish or "",
            model=model or request.model,
            seconds=time.monotonic() - began,
            retries=retries,
        )

    def _asked(self, request: Request, hear: Hear | None) -> tuple[Json, Json | None, str | None, str | None, int]:
        while True:
            body = _body(request, self.unknown, streamed=hear is not None)
            try:
                response = self.client.chat.completions.with_raw_response.create(**body)
                retries = response.retries_taken
                parsed = response.parse()
                found = gather(parsed, hear) if hear is not None else _whole(parsed)
            except openai.BadRequestError as error:
                refused = next((name for name in _OPTIONAL if name in body and name in str(error)), None)
                if refused is None:
                    raise NoAnswer(FailureKind.REFUSED, self._safe(str(error))) from error
                self.unknown.add(refused)
            except openai.OpenAIError as error:
                raise NoAnswer(_kind(error), self._safe(str(error))) from error
            except httpx2.HTTPError as error:  # while a stream is read, which the package does not guard
                raise NoAnswer(FailureKind.UNREACHABLE, self._safe(f"the stream was lost: {error}")) from error
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                raise NoAnswer(FailureKind.MALFORMED, f"the answer is no JSON: {error}") from error
            else:
                return *found, retries

    def _note(self, error: NoAnswer) -> None:
        if error.kind in _LOST:
            self.failures += 1
            self.rests_until = time.monotonic() + min(LONGEST_REST, FIRST_REST * 2 ** (self.failures - 1))

    def _safe(self, text: str) -> str:
        """Endpoints repeat a wrong key in their error messages; no log may."""
        return " ".join((text.replace(self.key, "***") if self.key else text).split())[:300]


def open_endpoint(settings: ModelSettings) -> HttpEndpoint:
    """The endpoint of the lab's settings. Raises ``OperatorError`` where model or key is missing."""
    if not settings.choose:
        raise OperatorError("lab.toml names no model", 'put choose = "MODEL" under [model]; see docs/brains.md')
    key = find_key(settings)
    if not key and "api.openai.com" in settings.base_url:
        raise OperatorError(
            f"there is no key for {settings.base_url}",
            f"set {settings.key_env} in the environment, or key_file under [model] in lab.toml",
        )
    client = openai.OpenAI(
        base_url=settings.base_url, api_key=key or "none", timeout=settings.timeout, max_retries=settings.retries
    )
    return HttpEndpoint(client, key)


def find_key(settings: ModelSettings) -> str:
    """The key from the file or the environment; empty where there is none. Raises ``OperatorError``."""
    if not settings.key_file:
        return os.environ.get(settings.key_env, "").strip()
    try:
        return Path(settings.key_file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"the key file {settings.key_file} cannot be read", "mend key_file under [model] in lab.toml"
        ) from error


def _body(request: Request, unknown: set[str], *, streamed: bool) -> dict[str, Any]:
    """The request as chat completions want it, without what this endpoint does not know."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        "max_completion_tokens": request.max_output_tokens,
    }
    if request.tools:
        body["tools"] = [{"type": "function", "function": tool.to_json()} for tool in request.tools]
        if request.must_call:
            body["tool_choice"] = "required"
    if request.answer_schema is not None:
        schema = {"name": "answer", "schema": request.answer_schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if streamed:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    if "max_completion_tokens" in unknown:
        body["max_tokens"] = request.max_output_tokens
    return {name: value for name, value in body.items() if name not in unknown}


def _message(message: Message) -> Json:
    said: Json = {"role": message.role, "content": message.text}
    if message.pictures:
        said["content"] = [_part(part) for part in message.parts]
    if message.tool_calls:
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        said["tool_call_id"] = message.tool_call_id
    return said


def _part(part: str | Picture) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": data_url(part), "detail": "high"}}


def _whole(completion: Any) -> tuple[Json, Json | None, str | None, str | None]:
    """(message, usage, finish reason, model) of an answer, which the package hands over without checking it."""
    said = completion.model_dump(warnings=False) if isinstance(completion, openai.BaseModel) else None
    try:
        choice = said["choices"][0]  # type: ignore[index]
        return dict(choice["message"]), said.get("usage"), choice.get("finish_reason"), said.get("model")  # type: ignore[union-attr]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NoAnswer(FailureKind.MALFORMED, "the answer holds no message") from error


def _call(call: Any, number: int) -> ToolCall:
    try:
        function = call["function"]
        arguments = function.get("arguments")
        written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        return ToolCall(id=str(call.get("id") or f"call_{number}"), name=str(function["name"]), arguments=written)
    except (KeyError, TypeError, AttributeError) as error:
        raise NoAnswer(FailureKind.MALFORMED, "the answer holds a tool call without a function") from error


def _usage(usage: Any, request: Request, text: Any, calls: tuple[ToolCall, ...]) -> Usage:
    counted = usage if isinstance(usage, dict) else {}
    sent, made = counted.get("prompt_tokens"), counted.get("completion_tokens")
    if isinstance(sent, int) and isinstance(made, int) and sent >= 0 and made >= 0:
        return Usage(input=sent, output=made)
    written = str(text) + "".join(call.arguments for call in calls)
    return Usage(input=sum(request_tokens(request)), output=text_tokens(written), estimated=True)


def _kind(error: openai.OpenAIError) -> FailureKind:
    match error:
        case openai.APITimeoutError():
            return FailureKind.TIMEOUT
        case openai.APIConnectionError():
            return FailureKind.UNREACHABLE
        case openai.RateLimitError():
            return FailureKind.RATE_LIMITED
        case openai.InternalServerError():
            return FailureKind.SERVER_ERROR
        case openai.APIResponseValidationError():
            return FailureKind.MALFORMED
    return FailureKind.REFUSED
