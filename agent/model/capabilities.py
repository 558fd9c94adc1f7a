"""What an endpoint can do: probed with four small requests on first use, kept in the lab, or set in lab.toml."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from reson.agent.config import ModelSettings
from reson.agent.model.conversation import Endpoint, FailureKind, Message, NoAnswer, Picture, Request, Tool
from reson.agent.model.pictures import picture_of
from reson.prompts.gallery import probe_pictures
from reson.prompts.render import render, tool_texts
from reson.records import Json, Record

WANTED_PICTURES = 5
PROBE_WIDTH = 128

_NOW_UNKNOWN = (
    FailureKind.UNREACHABLE,
    FailureKind.TIMEOUT,
    FailureKind.RATE_LIMITED,
    FailureKind.SERVER_ERROR,
    FailureKind.RESTING,
)
"""Failures that say nothing of what the endpoint can do."""


class Capabilities(Record):
    tools: bool
    parallel_tools: bool
    json_schema: bool
    images: int
    """Most pictures that a request may hold, as far as was tried; 0 without vision."""


EVERYTHING = Capabilities(tools=True, parallel_tools=True, json_schema=True, images=WANTED_PICTURES)


def capabilities(endpoint: Endpoint, settings: ModelSettings, cache: Path) -> Capabilities:
    """From the settings, else from the cache, else by probing. Raises ``NoAnswer`` when the endpoint is away."""
    given = settings.capabilities.model_dump(exclude_none=True)
    if len(given) == len(Capabilities.model_fields):
        return Capabilities.model_validate(given)
    known = _cached(cache).get(_name(endpoint, settings))
    if known is None:
        known = remember(endpoint, settings, cache, probe(endpoint, settings))
    return Capabilities.model_validate(known | given)


def remember(endpoint: Endpoint, settings: ModelSettings, cache: Path, able: Capabilities) -> Json:
    """Keep what a probe has found; returns it as JSON."""
    found = able.to_json()
    cache.write_text(json.dumps(_cached(cache) | {_name(endpoint, settings): found}, indent=1), encoding="utf-8")
    return found


def _name(endpoint: Endpoint, settings: ModelSettings) -> str:
    return "|".join((endpoint.name, settings.choose, settings.reader))


def probe(endpoint: Endpoint, settings: ModelSettings) -> Capabilities:
    """Ask the endpoint small questions and see. Raises ``NoAnswer`` when it is away."""
    called = _probe_tools(endpoint, settings)
    pictures = [picture_of(path, PROBE_WIDTH) for path in probe_pictures(WANTED_PICTURES)]
    images = 0
    for number in (1, WANTED_PICTURES):
        if not _answers(endpoint, _picture_request(settings, pictures[:number])):
            break
        images = number
    return Capabilities(
        tools=called > 0,
        parallel_tools=called > 1,
        json_schema=_probe_schema(endpoint, settings),
        images=images,
    )


def _probe_tools(endpoint: Endpoint, settings: ModelSettings) -> int:
    """How many of two tool calls that are asked for in one message come back."""
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
    tool = Tool(name="note_number", description=tool_texts()["note_number"], parameters=schema)
    request = _request(settings.choose, render("probe.j2", what="tools"), tools=(tool,))
    try:
        return sum(call.name == "note_number" for call in endpoint.complete(request).tool_calls)
    except NoAnswer as error:
        return _cannot(error)


def _probe_schema(endpoint: Endpoint, settings: ModelSettings) -> bool:
    schema = {
        "type": "object",
        "properties": {"number": {"type": "integer"}},
        "required": ["number"],
        "additionalProperties": False,
    }
    request = _request(settings.reader, render("probe.j2", what="schema"), answer_schema=schema)
    try:
        answer = json.loads(endpoint.complete(request).text)
    except json.JSONDecodeError:
        return False
    except NoAnswer as error:
        return bool(_cannot(error))
    return isinstance(answer, dict) and isinstance(answer.get("number"), int)


def _picture_request(settings: ModelSettings, pictures: list[Picture]) -> Request:
    message = Message(role="user", parts=(render("probe.j2", what="pictures"), *pictures))
    return Request(purpose="probe", model=settings.reader, messages=(message,), max_output_tokens=200)


def _answers(endpoint: Endpoint, request: Request) -> bool:
    try:
        endpoint.complete(request)
    except NoAnswer as error:
        return bool(_cannot(error))
    return True


def _cannot(error: NoAnswer) -> int:
    """0: the endpoint refused, so it cannot; raised again where it only failed to answer."""
    if error.kind in _NOW_UNKNOWN:
        raise error
    return 0


def _request(model: str, text: str, tools: tuple[Tool, ...] = (), answer_schema: Json | None = None) -> Request:
    return Request(
        purpose="probe",
        model=model,
        messages=(Message(role="user", parts=(text,)),),
        tools=tools,
        answer_schema=answer_schema,
        max_output_tokens=200,
    )


def _cached(cache: Path) -> dict[str, Json]:
    """What earlier probes found; a damaged file is probed anew."""
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
        return {name: Capabilities.model_validate(found).to_json() for name, found in known.items()}
    except (OSError, ValueError, AttributeError, ValidationError):
        return {}
