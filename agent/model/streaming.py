"""Puts a streamed answer together again, and lets somebody hear its text as it arrives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from reson.agent.model.conversation import FailureKind, Hear, NoAnswer
from reson.records import Json


def gather(chunks: Iterable[Any], hear: Hear) -> tuple[Json, Json | None, str | None, str | None]:
    """(message, usage, finish reason, model) of all chunks. Raises ``NoAnswer`` where the stream ends unfinished."""
    text: list[str] = []
    calls: dict[int, Json] = {}
    usage: Json | None = None
    finish = model = None
    for chunk in chunks:
        said = chunk.model_dump(warnings=False) if isinstance(chunk, BaseModel) else {}
        usage, model = said.get("usage") or usage, said.get("model") or model
        for choice in said.get("choices") or ():
            finish = choice.get("finish_reason") or finish
            delta = choice.get("delta") or {}
            if delta.get("content"):
                text.append(str(delta["content"]))
                hear(text[-1])
            for piece in delta.get("tool_calls") or ():
                _add(calls, piece)
    if finish is None:
        raise NoAnswer(FailureKind.MALFORMED, "the answer broke off before its end")
    message = {"content": "".join(text), "tool_calls": [calls[index] for index in sorted(calls)]}
    return message, usage, finish, model


def _add(calls: dict[int, Json], piece: Json) -> None:
    """A tool call arrives in pieces: its id and name once, its arguments bit by bit."""
    call = calls.setdefault(piece.get("index") or 0, {"id": "", "function": {"name": "", "arguments": ""}})
    function = piece.get("function") or {}
    call["id"] = piece.get("id") or call["id"]
    call["function"]["name"] += str(function.get("name") or "")
    call["function"]["arguments"] += str(function.get("arguments") or "")
