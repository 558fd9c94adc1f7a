"""The tools of a conversation: each with its effect, its schema, and the function behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reson.agent.chat import actions, facts, files, nights, noting
from reson.agent.model.conversation import Tool
from reson.errors import ToolError, ToolErrorKind
from reson.prompts.render import tool_texts
from reson.records import Effect, Json

_TYPES: dict[str, tuple[Any, Json]] = {
    "component": (str, {"type": "string"}),
    "experiment": (str, {"type": "string"}),
    "run_id": (str, {"type": "string"}),
    "measurement_id": (str, {"type": "string"}),
    "parameter": (str, {"type": "string"}),
    "question": (str, {"type": "string"}),
    "limit": (int, {"type": "integer", "minimum": 1}),
    "components": (list[str], {"type": "array", "items": {"type": "string"}}),
    "parameters": (dict[str, float], {"type": "object"}),
    "write": (bool, {"type": "boolean"}),
    "first": (str, {"type": "string"}),
    "second": (str, {"type": "string"}),
    "text": (str, {"type": "string"}),
    "days": (float, {"type": "number", "minimum": 0}),
    "file": (str, {"type": "string"}),
    "x": (str, {"type": "string"}),
    "y": (list[str], {"type": "array", "items": {"type": "string"}}),
    "error": (list[str], {"type": "array", "items": {"type": "string"}}),
    "series": (str, {"type": "string"}),
    "row": (str, {"type": "string"}),
    "shots": (str, {"type": "string"}),
    "told": (dict[str, str], {"type": "object", "additionalProperties": {"type": "string"}}),
}


@dataclass(frozen=True)
class ChatTool:
    function: Callable[..., Any]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    effect: Effect = Effect.READS
    notes: bool = False
    """Whether it adds to the record what somebody says, which changes no value."""


TOOLS: dict[str, ChatTool] = {
    "show_chip": ChatTool(facts.show_chip),
    "show_qubit": ChatTool(facts.show_qubit, ("component",)),
    "list_runs": ChatTool(facts.list_runs, optional=("limit",)),
    "list_measurements": ChatTool(facts.list_measurements, optional=("component", "experiment", "run_id", "limit")),
    "show_measurement": ChatTool(facts.show_measurement, ("measurement_id",)),
    "look_at_plot": ChatTool(facts.show_measurement, ("measurement_id",)),
    "parameter_history": ChatTool(facts.parameter_history, ("component", "parameter"), ("limit",)),
    "recall": ChatTool(facts.recall, ("question",), ("limit",)),
    "list_approvals": ChatTool(facts.list_approvals),
    "show_experiment": ChatTool(facts.show_experiment, ("experiment",)),
    "show_run": ChatTool(nights.show_run, optional=("run_id",)),
    "show_diagnosis": ChatTool(nights.show_diagnosis, ("component",)),
    "usable_qubits": ChatTool(nights.usable_qubits, optional=("component",)),
    "value_over_nights": ChatTool(nights.value_over_nights, ("component", "parameter"), ("limit",)),
    "compare_runs": ChatTool(nights.compare_runs, optional=("first", "second")),
    "troubles": ChatTool(nights.troubles, optional=("run_id",)),
    "next_steps": ChatTool(nights.next_steps),
    "list_notes": ChatTool(noting.notes, optional=("component",)),
    "analyse_file": ChatTool(
        files.analyse_file, ("file", "experiment", "y"), ("x", "error", "series", "row", "shots", "told")
    ),
    "note": ChatTool(noting.note, ("text",), ("component", "days"), notes=True),
    "run_experiment": ChatTool(
        actions.run_experiment, ("experiment", "components"), ("parameters", "write"), Effect.MEASURES
    ),
    "calibrate": ChatTool(actions.calibrate, ("components",), effect=Effect.WRITES),
}


def schemas() -> tuple[Tool, ...]:
    texts = tool_texts()
    return tuple(
        Tool(
            name=name,
            description=texts[name],
            parameters={
                "type": "object",
                "properties": {
                    one: _TYPES[one][1] | {"description": texts[one]} for one in (*tool.required, *tool.optional)
                },
                "required": list(tool.required),
                "additionalProperties": False,
            },
        )
        for name, tool in TOOLS.items()
    )


def checked(name: str, given: Json | None) -> tuple[ChatTool, Json]:
    """The tool and its arguments. Raises ``ToolError`` (bad_arguments) for what there is not or what has no sense."""
    tool = TOOLS.get(name)
    if tool is None:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no tool {name[:60]!r}; there are {', '.join(TOOLS)}")
    if given is None:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"the arguments of {name} are no JSON object")
    allowed = (*tool.required, *tool.optional)
    missing, unknown = set(tool.required) - set(given), set(given) - set(allowed)
    if missing or unknown:
        raise ToolError(
            ToolErrorKind.BAD_ARGUMENTS, f"{name} takes {', '.join(allowed) or 'nothing'}; needs {', '.join(missing)}"
        )
    try:
        return tool, {key: TypeAdapter(_TYPES[key][0]).validate_python(value) for key, value in given.items()}
    except ValidationError as error:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{name}: {error.errors()[0]['msg']}") from error
