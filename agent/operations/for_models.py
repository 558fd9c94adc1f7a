"""Operations as the tools of a model: schemas, and an answer to every call, also to one that has no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reson.agent.model.conversation import Tool
from reson.agent.operations.operation import Operation, Rows
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.records import Json


def as_tools(rows: Rows) -> tuple[Tool, ...]:
    return tuple(Tool(name=row.name, description=row.words, parameters=row.schema()) for row in rows.values())


def as_one_tool(name: str, rows: Rows) -> Tool:
    """All of them behind one name, in a third of the words: what each takes is told again to a call that is wrong."""
    from reson.prompts.render import render, tool_texts

    texts = tool_texts()
    properties: Json = {
        "what": {"type": "string", "enum": list(rows), "description": texts["what"]},
        "given": {"type": "object", "description": texts["given"]},
    }
    schema: Json = {"type": "object", "properties": properties, "required": ["what"], "additionalProperties": False}
    return Tool(name=name, description=render("look.j2", rows=list(rows.values())).strip(), parameters=schema)


def one_of(rows: Rows, name: str) -> Operation[Any, Any]:
    """Raises ``ToolError`` (bad_arguments) for what there is not."""
    if name not in rows:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no tool {name[:60]!r}; there are {', '.join(rows)}")
    return rows[name]


def call_in_words(name: str, given: Json) -> str:
    """A call as a person would write it."""
    return f"{name}({', '.join(f'{argument}={value}' for argument, value in given.items())})"


def picture_in(rows: Rows, name: str, found: Any) -> str:
    """Path of the plot that an answer shows; empty where it shows none."""
    return str(found.get("plot", "")) if name in rows and rows[name].pictured and isinstance(found, dict) else ""


def is_refusal(found: Any) -> bool:
    return isinstance(found, dict) and "refused" in found


def tells_of_lab(rows: Rows, name: str, found: Any) -> bool:
    """Whether the answer to a call holds something of the lab: it was carried out, found something, and asked for more
    than the catalogue or a note.
    """
    return name in rows and rows[name].of_lab and bool(found) and not is_refusal(found)


def or_refusal(answer: Callable[[], Any]) -> Any:
    """The answer, or why there is none: a refusal is an answer too, which a model can act on."""
    try:
        return answer()
    except ToolError as error:
        return {"refused": error.message}
    except OperatorError as error:
        return {"refused": error.what, "remedy": error.remedy}
