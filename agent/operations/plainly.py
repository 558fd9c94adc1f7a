"""An answer in words as lines of text."""

from __future__ import annotations

from typing import Any

from reson.records import Json


def lines_of(value: Any, indent: str = "") -> list[str]:
    """Plain JSON as lines for a person: one for each entry, nested ones further in."""
    if isinstance(value, list):
        return [line for one in value for line in (lines_of(one, indent) if one else [])] or [f"{indent}nothing"]
    if not isinstance(value, dict):
        return [f"{indent}{_plain(value)}"]
    flat = {key: one for key, one in value.items() if not isinstance(one, (dict, list))}
    if value and len(flat) == len(value):
        return [indent + _entries(flat)]
    lines: list[str] = []
    for key, one in value.items():
        if key in flat:
            lines.append(f"{indent}{key}: {_plain(one)}")
        elif isinstance(one, dict) and all(not isinstance(part, (dict, list)) for part in one.values()):
            lines.append(f"{indent}{key}: {_entries(one)}")
        else:
            lines += [f"{indent}{key}:", *lines_of(one, indent + "  ")]
    return lines


def _entries(flat: Json) -> str:
    return ", ".join(f"{name} {_plain(one)}" for name, one in flat.items() if one not in ("", None))


def _plain(one: Any) -> str:
    return f"{one:g}" if isinstance(one, float) else str(one)
