"""Operations as tools of MCP, with their effects told to the client, plots as pictures, the catalogue as resources.

What a person alone does is not among them. A run is a process of its own: the call returns at once, and ``progress``
follows it; policy, approvals and budgets hold as from anywhere.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
from mcp.server import Server, ServerRequestContext

from reson.agent.operations.for_models import is_refusal, one_of, or_refusal, picture_in
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Operation, Rows
from reson.agent.operations.processes import begin
from reson.agent.operations.record import SHOW_EXPERIMENT
from reson.prompts.render import render
from reson.provenance import provenance
from reson.records import Effect, Json
from reson.tools.experiments.catalogue import EXPERIMENTS

EXPERIMENT = "reson://experiments/"
RUNS = (Effect.MEASURES, Effect.WRITES)

Context = ServerRequestContext[Any]


def serving(at: OpenLab) -> Server[Any]:
    """The server of a lab, for a client that may do what ``at`` may."""
    rows: Rows = {name: row for name, row in OPERATIONS.items() if row.effect in at.may}
    one_at_a_time = anyio.CapacityLimiter(1)

    async def list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(row) for row in rows.values()])

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        def answer() -> types.CallToolResult:
            found = or_refusal(lambda: _answer(at, one_of(rows, params.name), params.arguments or {}))
            return _result(rows, params.name, found)

        return await anyio.to_thread.run_sync(answer, limiter=one_at_a_time)

    async def list_resources(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(uri=EXPERIMENT + row.name, name=row.name, description=row.measures)
                for row in EXPERIMENTS.values()
            ]
        )

    async def read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        name = str(params.uri).removeprefix(EXPERIMENT)
        found = or_refusal(lambda: SHOW_EXPERIMENT.in_words(at, {"experiment": name}))
        text = json.dumps(found, ensure_ascii=False)
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=params.uri, text=text)])

    return Server(
        "reson",
        version=provenance()["reson"],
        instructions=render("operations/door.j2", device=at.device),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def _tool(row: Operation[Any, Any]) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=row.effect is Effect.READS,
        destructive_hint=False,  # nothing is overwritten: a value is superseded, with author and reason
        idempotent_hint=row.effect is Effect.READS,
        open_world_hint=row.effect in RUNS,
    )
    words = f"{row.words} Effect: {row.effect}."
    return types.Tool(name=row.name, description=words, input_schema=row.schema(), annotations=hints)


def _answer(at: OpenLab, row: Operation[Any, Any], given: Json) -> Any:
    if row.effect not in RUNS:
        return row.in_words(at, given)
    return begin(at, row, row.checked(given))


def _result(rows: Rows, name: str, found: Any) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(text=json.dumps(found, ensure_ascii=False))]
    if picture := picture_in(rows, name, found):
        data = base64.b64encode(Path(picture).read_bytes()).decode()
        content.append(types.ImageContent(data=data, mime_type="image/png"))
    return types.CallToolResult(content=content, is_error=is_refusal(found))
