"""``[notify]`` of lab.toml: who is told of a night by mail, Slack or a webhook. Addresses hold secrets and stand in a
file of their own.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from reson.errors import OperatorError
from reson.records import Finite, Record

Occasion = Literal["end", "person", "worse"]
"""A night has ended; a person is needed; something got worse."""

_REMEDY = "mend urls_file under [notify] in lab.toml: docs/console.md"


class NotifySettings(Record):
    urls_file: str = ""
    """File with one Apprise URL a line, relative to the lab; empty: nobody is told anything."""
    when: tuple[Occasion, ...] = ("end", "person", "worse")
    seconds: Annotated[Finite, Field(gt=0, le=300)] = 20.0
    """How long one address may take."""


def find_urls(settings: NotifySettings, lab: Path) -> dict[int, str]:
    """Line of the file -> URL; empty lines and those that begin with # count for nothing. Nothing where it is off.

    Raises ``OperatorError`` where the file cannot be read, names no address, or is open to others.
    """
    if not settings.urls_file:
        return {}
    path = lab / Path(settings.urls_file).expanduser()
    try:
        open_to_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"the addresses in {settings.urls_file} cannot be read", _REMEDY) from error
    if open_to_others:
        raise OperatorError(
            f"{settings.urls_file} holds secrets, and others may read or write it", f"chmod 600 {settings.urls_file}"
        )
    lines = {number: line.strip() for number, line in enumerate(text.splitlines(), start=1)}
    urls = {number: line for number, line in lines.items() if line and not line.startswith("#")}
    if not urls:
        raise OperatorError(f"{settings.urls_file} names no address", _REMEDY)
    return urls
