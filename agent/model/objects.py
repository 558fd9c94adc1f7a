"""JSON in what a model writes: between words, in code blocks, several objects in turn, or spoilt on purpose."""

from __future__ import annotations

import json
import re
from typing import Any

from reson.records import Json

MOST_FAILURES = 1000
"""Opening braces that begin no object, after which a text counts as none at all."""
LONGEST_TEXT = 200_000
"""Characters of a text, from its end, in which objects are looked for."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_decoder = json.JSONDecoder()


def clean(text: str) -> str:
    """Without control characters and halves of characters, which neither a file nor a database can hold."""
    return _UNSHOWABLE.sub(" ", text)


def one_line(value: Any, longest: int = 300) -> str:
    """One line that can be shown: what a model writes is kept and shown, never obeyed."""
    text = "".join(character if character.isprintable() else " " for character in str(value or ""))
    return " ".join(text.split())[:longest]


def object_in(text: str) -> Json | None:
    """The one JSON object that a text is, words and code block around it aside; None where it is none."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    found = _loaded(text[start : end + 1])
    if found is None:
        inner = _loaded(text.strip())  # an object written as JSON text and quoted once more
        return object_in(inner) if isinstance(inner, str) else None
    return found if isinstance(found, dict) else None


def last_object(text: str, key: str) -> Json | None:
    """The last JSON object of a text that has ``key``: a model that thinks aloud writes drafts before it."""
    fitting = [one for one in objects_in(text) if key in one]
    return fitting[-1] if fitting else None


def objects_in(text: str) -> list[Json]:
    """All JSON objects of a text that stand in no other one, in their order."""
    text = text[-LONGEST_TEXT:]
    found, failures, place = [], 0, text.find("{")
    while place >= 0 and failures < MOST_FAILURES:
        try:
            one, end = _decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            failures += 1
            end = place + 1
        else:
            found.append(_cleaned(one))
        place = text.find("{", end)
    return found


def _loaded(text: str) -> Any:
    try:
        return _cleaned(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _cleaned(value: Any) -> Any:
    """JSON whose strings can be shown and kept. Raises ``RecursionError`` for what is nested too deep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(one) for name, one in value.items()}
    return value
