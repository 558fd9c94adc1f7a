"""The lab for other agents: `reson mcp`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson


def mcp(
    context: typer.Context,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Offer what reads alone: nothing is noted or run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the lab to an agent that speaks MCP, over standard input and output; --json prints how it is entered there.

    The agent looks things up, keeps notes and starts runs, through policy, approvals and budgets as anybody. What is a
    person's it cannot do: answer a request, put values back, stop a run. docs/operations.md

    \b
    Example:
      reson --lab ~/labs/eagle mcp --json
    """
    from importlib.util import find_spec

    from reson.errors import OperatorError

    if find_spec("mcp") is None:
        raise OperatorError("the package mcp is not installed", 'pip install "reson[mcp]"')
    lab = place.lab(context).directory.resolve()
    served = ["-m", "reson.agent.mcp", str(lab), *(["--read-only"] if read_only else [])]
    if as_json:
        output.document({"mcpServers": {"reson": {"command": sys.executable, "args": served}}})
        return
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *served])


def add_to(program: typer.Typer) -> None:
    program.command()(mcp)
