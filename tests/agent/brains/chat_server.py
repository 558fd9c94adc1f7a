"""A real HTTP server on this machine that speaks chat completions, as a script tells it, and misbehaves on demand."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reson.agent.model.capabilities import NUMBERS, PROBE_WIDTH
from reson.agent.model.pictures import number_png

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the server does with one request."""

    text: str | None = None
    calls: tuple[tuple[str, Any], ...] = ()
    """(tool, arguments); arguments that are no text are written as JSON."""
    status: int = 200
    error: str = ""
    page: str = ""
    """Body of an error in place of JSON."""
    packed_error: bytes = b""
    raw: bytes | None = None
    """Sent as it is in place of a proper answer."""
    half: bool = False
    """The connection is closed in the middle of the answer."""
    silence: float = 0.0
    """Seconds before anything is sent."""
    pause: float = 0.0
    """Seconds between the words of a streamed answer."""
    drip: bool = False
    """The answer comes a byte at a time, each after ``pause``, and never ends."""
    drip_headers: bool = False
    """So do its headers."""
    finish: str = ""
    """Why the answer ended; by default its text or its calls were whole."""
    deltas: tuple[Body, ...] | None = None
    """The pieces of a streamed answer in place of those made of ``text`` and ``calls``."""
    whole: bool = False
    """One document, though a stream was asked for."""
    message: Body | None = None
    """The message of such a document in place of the one made of ``text`` and ``calls``."""
    refusal: str | None = None
    usage: tuple[int, int] | None = (1000, 100)
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Body], Answer]


@dataclass
class ChatServer:
    url: str
    script: Script
    requests: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    """Set when a question has come in, before anything is answered."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the server is closed: an answer that is still silent then would keep all its requests in memory."""


@contextmanager
def serving(script: Script) -> Iterator[ChatServer]:
    """The server, for as long as the block lasts."""
    state: ChatServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.keys.append(self.headers.get("Authorization", ""))
            state.began.set()
            try:
                _send(self, body, state.script(body), state.over)
            except (BrokenPipeError, ConnectionResetError, ValueError):
                self.close_connection = True  # a client that lost its patience

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = ChatServer(f"http://127.0.0.1:{server.server_address[1]}/v1", script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, body: Body, answer: Answer, over: threading.Event) -> None:
    if answer.silence and over.wait(answer.silence):
        handler.close_connection = True
        return
    if answer.status != 200:
        told = json.dumps({"error": {"message": answer.error or "no", "type": "x"}})
        _document(handler, answer, answer.packed_error or (answer.page or told).encode())
    elif answer.raw is not None:
        _document(handler, answer, answer.raw)
    elif answer.drip or answer.drip_headers:
        _drip(handler, answer, over)
    elif body.get("stream") and not answer.whole and answer.message is None:
        _stream(handler, body, answer)
    else:
        _document(handler, answer, json.dumps(completion(body, answer)).encode())


def completion(body: Body, answer: Answer) -> Body:
    message: Body = answer.message or {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if answer.calls:
        message["tool_calls"] = tool_calls(answer)
    whole: Body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish_of(answer)}],
    }
    if answer.usage:
        whole["usage"] = usage(answer.usage)
    return whole


def finish_of(answer: Answer) -> str:
    return answer.finish or ("tool_calls" if answer.calls else "stop")


def usage(numbers: tuple[int, int]) -> Body:
    return {"prompt_tokens": numbers[0], "completion_tokens": numbers[1], "total_tokens": sum(numbers)}


def tool_calls(answer: Answer) -> list[Body]:
    return [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for number, (name, given) in enumerate(answer.calls)
    ]


def _document(handler: BaseHTTPRequestHandler, answer: Answer, data: bytes) -> None:
    handler.send_response(answer.status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2] if answer.half else data)
    handler.close_connection = answer.half


def _drip(handler: BaseHTTPRequestHandler, answer: Answer, over: threading.Event) -> None:
    """A byte at a time for as long as the server lives: after whole headers, or in them."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
    handler.wfile.write(head + (b"X-Slow: " if answer.drip_headers else b"\r\n: "))
    handler.wfile.flush()
    while not over.wait(answer.pause):
        handler.wfile.write(b"z")
        handler.wfile.flush()


def _stream(handler: BaseHTTPRequestHandler, body: Body, answer: Answer) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    deltas: list[Body] = [{"content": piece} for piece in (answer.text or "").split(" ") if piece]
    deltas = [{"content": delta["content"] + " "} for delta in deltas]
    for index, call in enumerate(tool_calls(answer)):
        function = call["function"]
        middle = len(function["arguments"]) // 2
        head = {"index": index, "id": call["id"], "function": {"name": function["name"], "arguments": ""}}
        pieces = (function["arguments"][:middle], function["arguments"][middle:])
        deltas += [{"tool_calls": [head]}]
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces]
    if answer.refusal:
        deltas.append({"refusal": answer.refusal})
    if answer.deltas is not None:
        deltas = list(answer.deltas)
    choices: list[list[Body]] = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    if answer.half:
        choices = choices[: len(choices) // 2]
    else:
        choices.append([{"index": 0, "delta": {}, "finish_reason": finish_of(answer)}])
    for number, choice in enumerate(choices):
        chunk: Body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
        last = number == len(choices) - 1 and answer.usage and not answer.half
        chunk |= {"choices": choice, "usage": usage(answer.usage) if last and answer.usage else None}
        handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        handler.wfile.flush()
        time.sleep(answer.pause)
    if not answer.half:
        handler.wfile.write(b"data: [DONE]\n\n")
    handler.close_connection = True


def text_of(body: Body) -> str:
    """All text of a request, pictures left out."""
    written = []
    for message in body["messages"]:
        content = message["content"]
        parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
        written += [part["text"] for part in parts if part["type"] == "text"]
    return "\n".join(written)


def pictures_of(body: Body) -> list[str]:
    """Data URLs of all pictures of a request."""
    contents = [message["content"] for message in body["messages"] if isinstance(message["content"], list)]
    return [part["image_url"]["url"] for parts in contents for part in parts if part["type"] == "image_url"]


def able(body: Body) -> Answer | None:
    """The answers of an endpoint that can do everything to the questions of a probe; None for any other question."""
    names = [tool["function"]["name"] for tool in body.get("tools", ())]
    if names == ["note_number"]:
        return Answer(calls=(("note_number", {"number": 3}), ("note_number", {"number": 5})))
    text = text_of(body)
    if "single word ready" in text:
        return Answer(text="ready")
    if "whose value is 7" in text:
        return Answer(text='{"number": 7}')
    if "In each picture" in text:
        return Answer(text=numbers_in(body))
    return None


def numbers_in(body: Body) -> str:
    """What an endpoint that sees says of the pictures of a probe."""
    shown = {data_of(number): str(number) for number in NUMBERS}
    return " ".join(shown[url.partition(",")[2]] for url in pictures_of(body))


def data_of(number: int) -> str:
    return base64.b64encode(number_png(number, PROBE_WIDTH)).decode()
