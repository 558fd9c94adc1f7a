"""The tools of the conversation as a model may use them at night: those that read, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reson.agent.asking.looking import Found
from reson.agent.chat.chat_tools import TOOLS, checked, schemas
from reson.agent.chat.facts import Record
from reson.agent.model.conversation import Tool
from reson.errors import OperatorError, ToolError
from reson.records import Effect, Json

AT_NIGHT = (
    "show_qubit",
    "list_measurements",
    "show_measurement",
    "look_at_plot",
    "parameter_history",
    "value_over_nights",
    "compare_runs",
    "show_diagnosis",
    "troubles",
    "list_notes",
    "show_experiment",
)
"""Not among them: the index, which the run itself holds open, and what concerns people alone."""


@dataclass(frozen=True)
class Lookups:
    record: Record

    def tools(self) -> tuple[Tool, ...]:
        return tuple(tool for tool in schemas() if tool.name in reading_tools())

    def look(self, name: str, given: Json | None) -> Found:
        try:
            tool, arguments = checked(name, given)
            if name not in reading_tools():
                return Found(text=json.dumps({"refused": f"{name} is not for the night"}))
            result = tool.function(self.record, **arguments)
        except ToolError as error:
            return Found(text=json.dumps({"refused": error.message}))
        except OperatorError as error:
            return Found(text=json.dumps({"refused": error.what, "remedy": error.remedy}))
        picture = str(result.get("plot", "")) if name == "look_at_plot" and isinstance(result, dict) else ""
        return Found(text=json.dumps(result, ensure_ascii=False), picture=picture)


def reading_tools() -> tuple[str, ...]:
    return tuple(name for name in AT_NIGHT if TOOLS[name].effect is Effect.READS and not TOOLS[name].notes)
