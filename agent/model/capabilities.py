"""What an endpoint can do: set in lab.toml, known from before, or found out with a few small questions.

A question has three answers. Yes is kept in the lab, and so is no where the endpoint itself said so; whatever else went
wrong is unknown: treated as no for now, and asked again by the next run. One plain answer has to come before anything
is concluded, so that a wrong key or a page to sign in is not taken for a lack of gifts.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError

from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Reply, Request, Tool
from reson.agent.model.desk import Desk
from reson.agent.model.objects import last_object
from reson.agent.model.pictures import number_png, picture_of
from reson.prompts.render import render, tool_texts
from reson.records import Json, Record

CAPABILITIES = "endpoint.json"
"""In the lab's directory: what its endpoints can do, as far as it is sure."""
WANTED_PICTURES = 5
PROBE_WIDTH = 128
NUMBERS = (83, 27, 64, 95, 31)
"""What stands in the pictures that an endpoint is shown: it can see if it can say so."""
EDITION = 2
"""Of the questions: what was found with other ones is found out anew."""

_log = logging.getLogger("reson")

_NOT_PUT = (FailureKind.RESTING, FailureKind.STOPPED, FailureKind.BUDGET_SPENT)
"""Failures of a question that never reached the endpoint: they end a probe."""


class Capabilities(Record):
    tools: bool
    parallel_tools: bool
    json_schema: bool
    images: int
    """Most pictures that a request may hold, as far as was tried; 0 without vision."""


EVERYTHING = Capabilities(tools=True, parallel_tools=True, json_schema=True, images=WANTED_PICTURES)
ALL = tuple(Capabilities.model_fields)


class Finding(Record):
    able: int | None
    """Yes or no, or how many pictures; None: unknown."""
    why: str = ""
    kept: bool = False
    """Whether it may be kept for later runs."""


Findings = dict[str, Finding]
"""Name of a capability -> what is known of it."""


def capabilities(desk: Desk, cache: Path) -> Capabilities:
    """What questions may rest on. Raises ``NoAnswer`` when the endpoint does not give one plain answer."""
    return able_with(findings(desk, cache))


def able_with(found: Findings) -> Capabilities:
    """What is unknown counts as no: everything that an endpoint lacks is worked around."""
    return Capabilities.model_validate({name: found[name].able or 0 for name in ALL})


def findings(desk: Desk, cache: Path, *, anew: bool = False, wanted: Collection[str] = ALL) -> Findings:
    """What is known of the ``wanted`` capabilities: from the settings, from earlier probes (not where ``anew``), and
    from asking about the rest. Raises ``NoAnswer`` when the endpoint does not give one plain answer.
    """
    given = desk.settings.capabilities.model_dump(exclude_none=True)
    found = {name: Finding(able=able, why="set in lab.toml") for name, able in given.items()}
    if not anew:
        found = {name: Finding(able=able) for name, able in _kept(cache).get(_name(desk), {}).items()} | found
    missing = [name for name in wanted if name not in found]
    if missing:
        probed = probe(desk, missing)
        _keep(desk, cache, probed)
        found = probed | found
    return found


def probe(desk: Desk, wanted: Collection[str]) -> Findings:
    """Ask the endpoint small questions and see. Raises ``NoAnswer`` when it does not give one plain answer."""
    settings = desk.settings
    by_chooser, by_reader = {"tools", "parallel_tools"} & set(wanted), {"json_schema", "images"} & set(wanted)
    models = [settings.choose] * bool(by_chooser) + [settings.reader] * bool(by_reader)
    for model in dict.fromkeys(models):
        _plain_answer(desk, model)
    found = _tools(desk) if by_chooser else {}
    if "json_schema" in wanted:
        found["json_schema"] = _schema(desk)
    if "images" in wanted:
        found["images"] = _images(desk)
    return {name: one for name, one in found.items() if name in wanted}


def _plain_answer(desk: Desk, model: str) -> None:
    reply = desk.ask(_request(desk, model, render("probe.j2", what="plain")))
    if not reply.text:
        spent = f", which took all {desk.settings.max_output_tokens} tokens (max_output_tokens)" if reply.cut else ""
        raise NoAnswer(FailureKind.MALFORMED, f"{model} said nothing to a plain question{spent}")


def _tools(desk: Desk) -> Findings:
    """How many of two tool calls that are asked for in one message come back."""
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
    tool = Tool(name="note_number", description=tool_texts()["note_number"], parameters=schema)
    asked = _asked(desk, _request(desk, desk.settings.choose, render("probe.j2", what="tools"), tools=(tool,)), "tools")
    if isinstance(asked, Finding):
        return {"tools": asked, "parallel_tools": asked}
    called = sum(call.name == tool.name for call in asked.tool_calls)
    if called > 1:
        return {"tools": Finding(able=True, kept=True), "parallel_tools": Finding(able=True, kept=True)}
    if called:
        one = Finding(able=False, why="it made one call where two were asked for")
        return {"tools": Finding(able=True, kept=True), "parallel_tools": one}
    without = _without(asked, "it answered in words in place of a call")
    return {"tools": without, "parallel_tools": without}


def _schema(desk: Desk) -> Finding:
    schema = {
        "type": "object",
        "properties": {"number": {"type": "integer"}},
        "required": ["number"],
        "additionalProperties": False,
    }
    text = render("probe.j2", what="schema")
    asked = _asked(desk, _request(desk, desk.settings.reader, text, answer_schema=schema), "response_format")
    if isinstance(asked, Finding):
        return asked
    if "response_format" in asked.left_out:
        return Finding(able=False, why="the endpoint does not take response_format", kept=True)
    if (last_object(asked.text, "number") or {}).get("number") == 7:
        return Finding(able=True, kept=True)
    return _without(asked, "its answer did not keep to the schema")


def _images(desk: Desk) -> Finding:
    """How many pictures it sees, tried with one and with as many as a reading wants."""
    seen = 0
    for number in (1, WANTED_PICTURES):
        wanted = [str(one) for one in NUMBERS[:number]]
        asked = _asked(desk, _picture_request(desk, NUMBERS[:number]), "images")
        if isinstance(asked, Finding):
            return asked if not seen else Finding(able=seen, why=asked.why, kept=asked.kept)
        if " ".join(wanted) not in " ".join(re.findall(r"\d+", asked.text)):
            without = _without(asked, f"shown {number} of them it did not say what stands there")
            return without if not seen else Finding(able=seen, why=without.why)
        seen = number
    return Finding(able=seen, kept=True)


def _asked(desk: Desk, request: Request, feature: str) -> Reply | Finding:
    """The answer; or what a failure says of the feature, which is little where the endpoint does not name it."""
    try:
        return desk.ask(request)
    except NoAnswer as error:
        if error.kind in _NOT_PUT:
            raise
        refused = error.cannot == feature
        return Finding(able=False if refused else None, why=error.message, kept=refused)


def _without(reply: Reply, why: str) -> Finding:
    """No, as far as one answer tells; unknown where the answer was cut off."""
    return (
        Finding(able=None, why="its tokens were used up before it had answered")
        if reply.cut
        else Finding(able=False, why=why)
    )


def _picture_request(desk: Desk, numbers: tuple[int, ...]) -> Request:
    shas = [desk.blobs.put(number_png(number, PROBE_WIDTH), ".png") for number in numbers]
    pictures = [picture_of(desk.blobs.path(sha, ".png"), PROBE_WIDTH) for sha in shas]
    parts = (render("probe.j2", what="pictures"), *pictures)
    return _request(desk, desk.settings.reader, "").model_copy(
        update={"messages": (Message(role="user", parts=parts),)}
    )


def _request(
    desk: Desk, model: str, text: str, tools: tuple[Tool, ...] = (), answer_schema: Json | None = None
) -> Request:
    """With room to think, as much as any other question has."""
    return Request(
        purpose="probe",
        model=model,
        messages=(Message(role="user", parts=(text,)),),
        tools=tools,
        answer_schema=answer_schema,
        max_output_tokens=desk.settings.max_output_tokens,
    )


def _name(desk: Desk) -> str:
    return "|".join((desk.endpoint.name, desk.settings.choose, desk.settings.reader))


def _keep(desk: Desk, cache: Path, found: Findings) -> None:
    """Keep what is sure, in place of what was known of it; what is not sure any more is forgotten."""
    all_kept = _kept(cache)
    known = {name: able for name, able in all_kept.get(_name(desk), {}).items() if name not in found}
    known |= {name: one.able for name, one in found.items() if one.kept and one.able is not None}
    document = {name: {"edition": EDITION, **ables} for name, ables in (all_kept | {_name(desk): known}).items()}
    try:
        cache.write_text(json.dumps(document, indent=1), encoding="utf-8")
    except OSError as error:
        _log.warning("what %s can do is not kept for the next run: %s", desk.endpoint.name, error)


def _kept(cache: Path) -> dict[str, dict[str, int]]:
    """What earlier probes found; what is damaged, or of other questions, is probed anew."""
    try:
        document = json.loads(cache.read_text(encoding="utf-8"))
        return {name: _checked(found) for name, found in document.items() if found.get("edition") == EDITION}
    except (OSError, ValueError, AttributeError, ValidationError, RecursionError):
        return {}


def _checked(found: Json) -> dict[str, int]:
    """Raises ``ValidationError``."""
    known = {name: found[name] for name in ALL if name in found}
    full = Capabilities.model_validate({"tools": 0, "parallel_tools": 0, "json_schema": 0, "images": 0} | known)
    return {name: getattr(full, name) for name in known}
