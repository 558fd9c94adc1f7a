"""The endpoint for working by hand: each question is written to a folder, and whoever likes writes the answer there.

``questions/0001/`` gets ``question.md`` to read, ``request.json`` with messages and schemas, and the pictures. The
answer is ``answer.json``: for a plot the JSON object that is asked for; for decisions ``{"decisions": [...]}``, or
``{"tool_calls": [{"name": ..., "arguments": {...}}]}``.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from reson.agent.model.conversation import (
    FailureKind,
    Hear,
    Message,
    NoAnswer,
    Picture,
    Reply,
    Request,
    ToolCall,
    Usage,
)
from reson.agent.model.objects import clean, object_in
from reson.agent.model.pictures import request_tokens, scaled_png, text_tokens
from reson.records import Json

POLL = 0.2
LARGEST_ANSWER = 2**20
"""Bytes of an answer that somebody wrote."""
MOST_CALLS = 512
SETTLE = 1.0
"""Seconds in which a file that is no JSON yet may still be growing."""


@dataclass(frozen=True)
class FilesEndpoint:
    folder: Path
    wait: float
    """Seconds to wait for an answer."""
    stop: Event
    name: str = "files"

    def complete(self, request: Request, hear: Hear | None = None) -> Reply:
        """The answer that somebody wrote. Raises ``NoAnswer`` when none comes in time or the run is stopped, and for a
        folder that cannot be used."""
        try:
            return self._complete(request)
        except (OSError, ValueError) as error:
            raise NoAnswer(FailureKind.UNREACHABLE, f"the folder of questions cannot be used: {error}") from error

    def _complete(self, request: Request) -> Reply:
        place = self._place(request)
        began = time.monotonic()
        answer = place / "answer.json"
        while not answer.exists():
            if time.monotonic() - began > self.wait:
                raise NoAnswer(FailureKind.TIMEOUT, f"nobody answered {place.name} in {self.wait / 60:.3g} min")
            if self.stop.wait(POLL):
                raise NoAnswer(FailureKind.STOPPED, "the run is being stopped")
        text, calls = _read(answer)
        written = text + "".join(call.arguments for call in calls)
        usage = Usage(input=sum(request_tokens(request)), output=text_tokens(written), estimated=True)
        return Reply(text=text, tool_calls=calls, usage=usage, model="by hand", seconds=time.monotonic() - began)

    def _place(self, request: Request) -> Path:
        """The folder of this question; the same question after a restart finds its folder, and its answer, again."""
        asked = sorted(self.folder.glob("[0-9]*"))
        for place in asked:
            if (place / "hash").is_file() and _text(place / "hash") == request.hash:
                return place
        last = max((int(place.name) for place in asked if place.name.isdecimal()), default=0)
        place = self.folder / f"{last + 1:04d}"
        unfinished = place.with_name("writing")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _write(unfinished, request)
        unfinished.rename(place)
        return place


def _write(place: Path, request: Request) -> None:
    lines = []
    for message in request.messages:
        lines.append(f"# {message.role}\n")
        lines += [_shown(place, part) for part in message.parts]
        lines += [f"`{call.name}({call.arguments})`\n" for call in message.tool_calls]
    (place / "question.md").write_text("\n".join(lines), encoding="utf-8")
    (place / "request.json").write_text(json.dumps(_json(request), indent=1), encoding="utf-8")
    (place / "hash").write_text(request.hash)


def _shown(place: Path, part: str | Picture) -> str:
    if isinstance(part, str):
        return part
    name = f"{part.sha256[:16]}.png"
    (place / name).write_bytes(scaled_png(part.path, part.width))
    return f"![{name}]({name})\n"


def _json(request: Request) -> Json:
    def said(message: Message) -> Json:
        parts = [part if isinstance(part, str) else {"picture": f"{part.sha256[:16]}.png"} for part in message.parts]
        return {"role": message.role, "parts": parts, "tool_calls": [call.to_json() for call in message.tool_calls]}

    return {
        "purpose": request.purpose,
        "messages": [said(message) for message in request.messages],
        "tools": [tool.to_json() for tool in request.tools],
        "answer_schema": request.answer_schema,
    }


def _text(path: Path) -> str:
    """What a file holds. Raises ``NoAnswer`` for one far too large, or none: a pipe or a device may have no end."""
    if not path.is_file():
        raise NoAnswer(FailureKind.MALFORMED, f"{path.name} cannot be read: it is no file")
    with path.open("rb") as file:
        data = file.read(LARGEST_ANSWER + 1)
    if len(data) > LARGEST_ANSWER:
        raise NoAnswer(FailureKind.MALFORMED, f"{path.name} is larger than {LARGEST_ANSWER >> 20} MB")
    return data.decode(errors="replace")


def _read(path: Path) -> tuple[str, tuple[ToolCall, ...]]:
    """Text and tool calls of an answer. Raises ``NoAnswer`` for a file that cannot be read or is far too large."""
    deadline = time.monotonic() + SETTLE
    while True:
        try:
            text = _text(path)
        except OSError as error:
            raise NoAnswer(FailureKind.MALFORMED, f"{path.name} cannot be read: {error.strerror}") from error
        answer = object_in(text)
        if answer is not None or time.monotonic() > deadline:
            break
        time.sleep(POLL)
    calls = answer.get("tool_calls") if answer is not None else None
    if not isinstance(calls, list):
        return clean(text), ()
    return "", tuple(
        ToolCall(id=f"call_{number}", name=str(call["name"]), arguments=json.dumps(call.get("arguments") or {}))
        for number, call in enumerate(calls[:MOST_CALLS])
        if isinstance(call, dict) and "name" in call
    )
