"""An answer as it comes over the line: events out of bytes, and one message out of events.

A whole document, from an endpoint that does not stream, is one event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from reson.agent.model.aloud import Aloud
from reson.agent.model.conversation import FailureKind, NoAnswer, ToolCall, Usage
from reson.agent.model.failures import told, told_in_body
from reson.agent.model.objects import clean
from reson.records import Json

MOST_CALLS = 512
"""Tool calls of one answer: more than one for each qubit of the largest device."""
LONGEST_TEXT = 2_000_000
"""Characters of one answer, thoughts and calls included."""

_DONE: Json = {"done": True}
_ENOUGH = 7
"""Bytes after which a stream can be told from a document: those of the longest beginning of a line."""
LARGEST_EVENT = 8 * 2**20
"""Bytes of one event, or of an answer that is no stream: as objects it may take thirty times that."""
_MARK = b"\xef\xbb\xbf"
LONGEST_CALL = 20_000
"""Characters of a call's arguments after which nobody looks any more whether they are whole."""


def events_in(pieces: Iterable[bytes]) -> Iterator[Json]:
    """The events of a stream, or the one document of an answer that is none.

    Raises ``NoAnswer``, and ``ValueError`` or ``RecursionError`` for what is no JSON.
    """
    waiting, looked, streamed, name = bytearray(), 0, None, b""
    for piece in pieces:
        waiting += piece
        if streamed is None:  # white space may keep a line open for long before anything is said
            waiting = waiting.removeprefix(_MARK).lstrip()
            if len(waiting) < _ENOUGH:
                continue
            streamed = _is_stream(waiting)
        while streamed and (end := waiting.find(b"\n", looked)) >= 0:
            line = bytes(waiting[:end]).strip()
            del waiting[: end + 1]
            looked = 0
            if len(line) > LARGEST_EVENT:
                raise NoAnswer(FailureKind.MALFORMED, f"a piece of the answer is longer than {LARGEST_EVENT >> 20} MB")
            name = _name(line, name)
            if event := _event(line, name):
                yield event
        looked = len(waiting)
        if looked > LARGEST_EVENT:
            raise NoAnswer(FailureKind.MALFORMED, f"a piece of the answer is longer than {LARGEST_EVENT >> 20} MB")
    if not (_is_stream(waiting) if streamed is None else streamed):
        yield _whole(bytes(waiting))
    elif event := _event(bytes(waiting).strip(), name):
        yield event


def _is_stream(head: bytearray) -> bool:
    return head.lstrip().startswith((b"data:", b"event:", b"id:", b"retry:", b":"))


def _name(line: bytes, name: bytes) -> bytes:
    """The name of the event that the next line is of: it stands before its data, and an empty line ends it."""
    if line.startswith(b"event:"):
        return line.removeprefix(b"event:").strip()
    return name if line else b""


def _event(line: bytes, name: bytes) -> Json | None:
    """Of lines other than data (names of events, comments that keep a line open) nothing is said."""
    if not line.startswith(b"data:"):
        return None
    data = line.removeprefix(b"data:").strip()
    if data == b"[DONE]":
        return _DONE
    found = _document(data)
    if name == b"error":
        raise told_in_body({"error": found})
    return found


def _whole(data: bytes) -> Json:
    found = _document(data)
    match found.get("choices"):
        case [{"message": dict()}, *_]:
            return found
    raise NoAnswer(FailureKind.MALFORMED, "the answer holds no message")


def _document(data: bytes) -> Json:
    if data.lstrip().startswith(b"<"):
        page = told(data[:20_000].decode(errors="replace"))
        raise NoAnswer(FailureKind.MALFORMED, f"the answer is {page}, not that of a model: see base_url")
    if not data.strip():
        raise NoAnswer(FailureKind.UNREACHABLE, "the answer broke off before it began")
    found = json.loads(data)
    if not isinstance(found, dict):
        raise NoAnswer(FailureKind.MALFORMED, "the answer is no JSON object")
    if found.get("error"):  # also beside a piece of an answer, which is cut off there
        raise told_in_body(found)
    return found


class Said:
    """What of an answer has come so far."""

    def __init__(self, key: str = "") -> None:
        self._aloud = Aloud(key)
        self._reasoning: list[str] = []
        self._refusal = ""
        self._calls: list[Json] = []
        self._size = 0
        self._ended = False
        self.events = 0
        self.usage: Usage | None = None
        self.finish = ""
        self.model = ""

    def take(self, event: Json) -> str:
        """Add an event; the text of it that may be heard. Raises ``NoAnswer`` for an answer beyond all bounds."""
        self.events += 1
        self.usage = _usage(event.get("usage")) or self.usage
        self.model = str(event.get("model") or self.model)
        self._ended |= event is _DONE
        heard = ""
        for choice in (event.get("choices") or ())[:1]:
            self.finish = str(choice.get("finish_reason") or self.finish)
            whole = "message" in choice
            self._ended |= whole or bool(self.finish)
            heard += self._say(choice.get("message") or choice.get("delta") or {}, whole)
        return heard

    def end(self) -> str:
        """The last of the text. Raises ``NoAnswer`` where the answer has no end, or was never one."""
        if not self.events or not self._ended:
            raise NoAnswer(FailureKind.UNREACHABLE, "the answer broke off before its end")
        return self._aloud.end()

    @property
    def text(self) -> str:
        return clean(self._aloud.answer)

    @property
    def thought(self) -> str:
        return clean("\n".join(one for one in (self._aloud.thought, "".join(self._reasoning)) if one))

    @property
    def refusal(self) -> str:
        return clean(self._refusal)

    @property
    def written(self) -> str:
        """Everything that the model wrote, for counting."""
        calls = (call["name"] + call["arguments"] for call in self._calls)
        return "".join((self._aloud.answer, self.thought, self._refusal, *calls))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls; one that never named a tool is none."""
        named = [call for call in self._calls if call["name"]]
        if len(named) < len(self._calls):
            raise NoAnswer(FailureKind.MALFORMED, "the answer holds a tool call without a function")
        return tuple(
            ToolCall(
                id=clean(call["id"]) or f"call_{number}",
                name=clean(call["name"]),
                arguments=clean(call["arguments"]),
            )
            for number, call in enumerate(named)
        )

    def _say(self, message: Json, whole: bool) -> str:
        text, thought = _parts(message.get("content"))
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        thought += reasoning if isinstance(reasoning, str) else ""
        refusal = message.get("refusal") if isinstance(message.get("refusal"), str) else ""
        self._grow(text + thought + str(refusal or ""))
        self._reasoning += [thought] if thought else []
        self._refusal += str(refusal or "")
        for piece in message.get("tool_calls") or ():
            self._add(piece, whole)
        return self._aloud.feed(text)

    def _add(self, piece: Any, whole: bool) -> None:
        """A call arrives in pieces: its id and name once or with each, its arguments bit by bit or as a whole."""
        if not isinstance(piece, dict) or not isinstance(piece.get("function") or {}, dict):
            raise NoAnswer(FailureKind.MALFORMED, "the answer holds a tool call without a function")
        function = piece.get("function") or {}
        index, identity, name = piece.get("index"), str(piece.get("id") or ""), str(function.get("name") or "")
        given = function.get("arguments")
        arguments = given if isinstance(given, str) else "" if given is None else json.dumps(given)
        self._grow(name + arguments)
        call = None if whole else self._open(index, identity, name, arguments)
        if call is None:
            if len(self._calls) == MOST_CALLS:
                raise NoAnswer(FailureKind.MALFORMED, f"the answer holds more than {MOST_CALLS} tool calls")
            call = {"index": index, "id": "", "name": "", "arguments": ""}
            self._calls.append(call)
        call["id"] = call["id"] or identity
        if not (call["name"] == name or call["arguments"]):
            call["name"] += name
        call["arguments"] += arguments

    def _open(self, index: Any, identity: str, name: str, arguments: str) -> Json | None:
        """The call that a piece goes on with; None where it begins another one.

        Endpoints number calls as they should, all by 0, or not at all. So another id begins another call, and so does
        a named piece after a call whose arguments are whole.
        """
        same = [call for call in self._calls if call["index"] == index] if index is not None else self._calls
        if not same:
            return None
        call = same[-1]
        if identity and call["id"] and identity != call["id"]:
            return next((one for one in same if one["id"] == identity), None)
        if name and (arguments or name != call["name"]) and _is_whole(call["arguments"]):
            return None
        return call

    def _grow(self, text: str) -> None:
        self._size += len(text)
        if self._size > LONGEST_TEXT:
            raise NoAnswer(FailureKind.MALFORMED, f"the answer is longer than {LONGEST_TEXT} characters")


def _is_whole(arguments: str) -> bool:
    if not arguments.endswith("}") or len(arguments) > LONGEST_CALL:
        return False
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True


def _parts(content: Any) -> tuple[str, str]:
    """(text, thought) of a content, which may be a text or a list of parts."""
    if isinstance(content, str):
        return content, ""
    text, thought = "", ""
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict) and part.get("type") in ("thinking", "reasoning"):
            thought += "".join(_parts(part.get("thinking") or part.get("text")))
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            text += part["text"]
    return text, thought


def _usage(usage: Any) -> Usage | None:
    """As the endpoint counts; None where it counts nothing, or no numbers: a question is never without a token."""
    counted = usage if isinstance(usage, dict) else {}
    sent, made = counted.get("prompt_tokens"), counted.get("completion_tokens")
    if type(sent) is int and type(made) is int and sent > 0 and made >= 0:
        return Usage(input=sent, output=made)
    return None
