"""``python -m reson.evals COMMAND OPTIONS``: what ``reson eval`` hands over to, its options as one JSON document."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from reson.agent.cli.errors import exit_code_of
from reson.agent.cli.output import AsJson

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    command: Annotated[str, typer.Argument()], options: Annotated[str, typer.Argument()], as_json: AsJson = False
) -> int:
    """Run one command of ``reson eval``."""
    from reson.evals.commands import COMMANDS

    return COMMANDS[command](json.loads(options), as_json)


if __name__ == "__main__":
    sys.exit(exit_code_of(app, sys.argv[1:]))
