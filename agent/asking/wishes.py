"""What a model asked for, taken from its tool calls or its text, before anybody has checked that it makes sense."""

from __future__ import annotations

import json
import math
from typing import Any

from reson.agent.asking.tool_schemas import ALL_AT_ONCE, CLOSING, MEASURE
from reson.agent.model.conversation import Reply, ToolCall
from reson.agent.model.objects import last_object, object_in, one_line
from reson.records import Json, Record
from reson.tools.experiments.catalogue import EXPERIMENTS

_NO_SWEEP = ("components", "why", "action", "parameters", "measurement_id", "code", "remedy", "rests_on", "then")


MOST_PLANNED = 20
"""Experiments that one plan holds: more than any bring-up has."""


class Wish(Record):
    """One decision as the model put it; ``numbers`` are finite, everything else is unchecked text."""

    call_id: str
    action: str
    components: tuple[str, ...]
    why: str = ""
    numbers: dict[str, float] = {}
    measurement_id: str = ""
    code: str = ""
    remedy: str = ""
    rests_on: tuple[int, ...] = ()
    """Numbers of tonight's attempts."""
    then: tuple[str, ...] = ()
    """Experiments that are to follow."""


class Problem(Record):
    """Something in an answer that cannot be done: ``code`` names the sentence of corrections.j2 that says so."""

    call_id: str
    code: str
    components: tuple[str, ...] = ()
    detail: str = ""


def wishes_of(reply: Reply) -> tuple[list[Wish], list[Problem]]:
    """Everything the reply asks for, and what of it is no request at all."""
    wishes: list[Wish] = []
    problems: list[Problem] = []
    calls = reply.tool_calls or _call_in_text(reply)
    if not calls:
        return [], [Problem(call_id="", code="cut_off" if reply.cut else "no_call")]
    for call in calls:
        arguments = object_in(call.arguments)
        if arguments is None:
            problems.append(Problem(call_id=call.id, code="cut_off" if reply.cut else "no_json", detail=call.name[:60]))
            continue
        entries = arguments.get("decisions") if call.name == ALL_AT_ONCE else [_as_entry(call.name, arguments)]
        for entry in entries if isinstance(entries, list) and entries else [None]:
            found = _wish(call.id, entry)
            (wishes if isinstance(found, Wish) else problems).append(found)  # type: ignore[arg-type]
    return wishes, problems


def _as_entry(name: str, arguments: Json) -> Json:
    """A call as an entry of a list of decisions; an experiment called by its own name is meant to be measured."""
    if name != MEASURE:
        return {**arguments, "action": name}
    given = {key: one for key, one in arguments.items() if key not in ("experiment", "arguments")}
    return {**given, "action": arguments.get("experiment"), "parameters": arguments.get("arguments") or {}}


def _call_in_text(reply: Reply) -> tuple[ToolCall, ...]:
    """The last list of decisions that a text holds; none where its tokens ran out before it had said all it would."""
    found = None if reply.cut else last_object(reply.text, "decisions")
    return () if found is None else (ToolCall(id="", name=ALL_AT_ONCE, arguments=json.dumps(found)),)


def _wish(call_id: str, entry: Any) -> Wish | Problem:
    if not isinstance(entry, dict):
        return Problem(call_id=call_id, code="no_decision")
    action, components = str(entry.get("action")), entry.get("components")
    if action not in EXPERIMENTS and action not in CLOSING:
        return Problem(call_id=call_id, code="no_such_tool", detail=action[:60])
    if isinstance(components, str):
        components = [components]
    if not isinstance(components, list) or not components or not all(isinstance(one, str) for one in components):
        return Problem(call_id=call_id, code="no_components", detail=action)
    sweep = entry.get("parameters") or {} if "parameters" in entry else _sweep(entry, action)
    if not isinstance(sweep, dict):
        return Problem(call_id=call_id, code="no_numbers", detail=action)
    numbers = {}
    for name, value in sweep.items():
        if value is None:  # strict schemas make every argument required; null stands for the default
            continue
        number = _finite(value)
        if number is None:
            return Problem(call_id=call_id, code="no_numbers", detail=f"{action}: {name}"[:80])
        numbers[str(name)] = number
    texts = {name: one_line(entry.get(name)) for name in ("why", "measurement_id", "code", "remedy")}
    names = tuple(dict.fromkeys(components))
    rests_on = entry.get("rests_on")
    numbered = tuple(one for one in rests_on if type(one) is int) if isinstance(rests_on, list) else ()
    then = entry.get("then")
    plan = tuple(one for one in then if isinstance(one, str) and one in EXPERIMENTS) if isinstance(then, list) else ()
    return Wish(
        call_id=call_id,
        action=action,
        components=names,
        numbers=numbers,
        rests_on=numbered[:20],
        then=plan[:MOST_PLANNED],
        **texts,
    )


def _sweep(entry: Json, action: str) -> Json:
    return {} if action in CLOSING else {name: value for name, value in entry.items() if name not in _NO_SWEEP}


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
