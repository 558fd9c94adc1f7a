"""The tools of a model that decides: one that measures, and three ways to close a qubit's turn."""

from __future__ import annotations

from functools import cache

from reson.agent.model.conversation import Tool
from reson.agent.observation import OF_QUBITS, DiagnosisCode
from reson.prompts.render import tool_texts
from reson.records import Json

CLOSING = ("escalate", "done", "give_up")
ALL_AT_ONCE = "decide"
MEASURE = "measure"
_QUBITS: Json = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_BARE: Json = {"components": _QUBITS, "why": {"type": "string"}}
"""What every call names; the system prompt says once what they mean, since each tool takes them."""
YARDSTICKS = ("coherence_limit", "limit", "t1")
"""Arguments from the table by which a result is judged or fitted: no model may set what it is measured against."""


@cache
def measure_tool() -> Tool:
    """Any experiment: the question says which are on offer, and with which arguments. So the tools are always the same,
    and a provider keeps them, with the words of the system, from one question to the next.
    """
    texts = tool_texts()
    schema = _BARE | {
        "experiment": {"type": "string", "description": texts["experiment"]},
        "arguments": {"type": "object", "description": texts["parameters"]},
        "then": _then(),
    }
    return Tool(
        name=MEASURE,
        description=texts[MEASURE],
        parameters=_object(schema, required=("components", "why", "experiment")),
    )


@cache
def closing_tools(codes: tuple[DiagnosisCode, ...] = OF_QUBITS) -> tuple[Tool, ...]:
    """Ask a person, done, and give up with one of the codes."""
    escalate = _BARE | _shared("measurement_id")
    give_up = (
        _BARE
        | _shared("remedy")
        | {
            "code": {"type": "string", "enum": list(codes), "description": tool_texts()["code"]},
            "rests_on": _rests_on(),
        }
    )
    schemas = {"escalate": escalate, "done": _BARE, "give_up": give_up}
    return tuple(
        Tool(name=name, description=tool_texts()[name], parameters=_object(schema, required=tuple(schema)))
        for name, schema in schemas.items()
    )


@cache
def one_tool_for_all(experiments: tuple[str, ...], codes: tuple[DiagnosisCode, ...] = OF_QUBITS) -> Tool:
    """For endpoints that make one tool call at a time, or none: a list of decisions in a single call."""
    item = _object(
        {
            "action": {"type": "string", "enum": [*experiments, *CLOSING]},
            **_shared("components", "why"),
            "parameters": {"type": "object", "description": tool_texts()["parameters"]},
            "then": _then(),
            **_shared("measurement_id", "remedy"),
            "code": {"type": "string", "enum": list(codes)},
            "rests_on": _rests_on(),
        },
        required=("action", "components", "why"),
    )
    decisions = _object({"decisions": {"type": "array", "items": item}}, required=("decisions",))
    return Tool(name=ALL_AT_ONCE, description=tool_texts()[ALL_AT_ONCE], parameters=decisions)


def _then() -> Json:
    return {"type": "array", "items": {"type": "string"}, "description": tool_texts()["then"]}


def _rests_on() -> Json:
    return {"type": "array", "items": {"type": "integer"}, "description": tool_texts()["rests_on"]}


def _shared(*names: str) -> Json:
    texts = tool_texts()
    kinds: Json = {"components": _QUBITS}
    return {name: {**kinds.get(name, {"type": "string"}), "description": texts[name]} for name in names}


def _object(properties: Json, required: tuple[str, ...]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
