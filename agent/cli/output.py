"""What commands print: a table or a few lines for a person, or one JSON document for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from reson.wording import one_line

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

PIPED_WIDTH = 160
"""Columns where the output is no terminal and its width is unknown."""


def document(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def lines(text: Iterable[str]) -> None:
    """Print lines, each free of control characters."""
    for line in text:
        typer.echo("  " * ((len(line) - len(line.lstrip())) // 2) + one_line(line))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print a table, or the sentence ``empty`` where it has no rows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    body = [[Text(one_line(cell)) for cell in row] for row in rows]
    if not body:
        typer.echo(empty)
        return
    grid = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in body:
        grid.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(grid)
