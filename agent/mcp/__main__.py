"""``python -m reson.agent.mcp LAB [--read-only]``: serves a lab over standard input and output."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
from mcp.server.stdio import stdio_server

from reson.agent.lab import open_lab
from reson.agent.mcp.server import serving
from reson.agent.operations.opened import LOOKING, TALKING, open_for


async def serve(lab: Path, read_only: bool) -> None:
    server = serving(open_for(open_lab(lab), "mcp", LOOKING if read_only else TALKING))
    async with stdio_server() as (said, answered):
        await server.run(said, answered, server.create_initialization_options())


anyio.run(serve, Path(sys.argv[1]), "--read-only" in sys.argv[2:])
