"""A request as chat completions want it, without what the endpoint at hand does not take."""

from __future__ import annotations

from typing import Any

from reson.agent.model.conversation import Message, Picture, Request
from reson.agent.model.pictures import data_url
from reson.records import Json


def body_of(request: Request, unknown: set[str]) -> dict[str, Any]:
    """The body, without the parts in ``unknown`` (``refusals.OPTIONAL``).

    The limit of tokens stands in it by both its names, since some endpoints pass over the one that they do not know.
    """
    messages = _without_system(request.messages) if "system" in unknown else request.messages
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in messages],
        "max_tokens": request.max_output_tokens,
        "max_completion_tokens": request.max_output_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.tools:
        body["tools"] = [{"type": "function", "function": tool.to_json()} for tool in request.tools]
        if request.must_call:
            body["tool_choice"] = "required"
    if request.answer_schema is not None:
        schema = {"name": "answer", "schema": request.answer_schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if "stream" in unknown:
        unknown = unknown | {"stream_options"}
    return {name: value for name, value in body.items() if name not in unknown}


def parts_of(request: Request, body: dict[str, Any]) -> set[str]:
    """What was sent, by the names of ``refusals``: optional parts and features."""
    named = {name for name in body if name not in ("model", "messages")}
    named |= {"system"} if any(message["role"] == "system" for message in body["messages"]) else set()
    return named | ({"images"} if any(message.pictures for message in request.messages) else set())


def _without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system's words at the head of the first question, for models whose template knows no such role."""
    system = tuple(part for message in messages if message.role == "system" for part in message.parts)
    others = [message for message in messages if message.role != "system"]
    if not others:
        return (Message(role="user", parts=system),)
    first = others[0].model_copy(update={"parts": (*system, *others[0].parts)})
    return (first, *others[1:])


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
    return {"type": "image_url", "image_url": {"url": data_url(part), "detail": part.detail}}
