"""The endpoint of a case: a real HTTP server on this machine that speaks chat completions, and fails as it is told.

``sensible`` follows the plan that its prompt describes; the others are that model spoilt in one way each.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reson.agent.expert.plans import BRING_UP, UPKEEP
from reson.records import Json

Body = dict[str, Any]
TIMEOUT = 0.5
"""Seconds of silence after which the run counts a request as lost; the silent endpoint stays silent for longer."""
DIES_AFTER = 5
"""Answers of an endpoint that dies."""
_GOOD = {
    "reason": "a clear feature that the curve follows",
    "status": "SUCCESS",
    "outcome": "expected",
    "reliability": "reliable",
    "confidence": 0.9,
    "suggested_range": None,
}
_NOTHING = _GOOD | {
    "reason": "I see nothing but noise",
    "status": "NO_SIGNAL",
    "outcome": "apparatus",
    "reliability": "unreliable",
}

Answer = tuple[int, bytes | None]
"""(HTTP status, body); no body: the connection is closed without a word."""
Script = Callable[[Body, int], Answer]
"""(request, how many came before) -> what the server does."""


def sensible(body: Body, number: int) -> Answer:
    """Takes the next step of the plan for every qubit, reads every plot as a success, and reports without numbers."""
    if "tools" not in body:
        return said(
            body, text=_read_as(body, _GOOD) if _is_reading(body) else "The run is over; the tables tell the rest."
        )
    return said(body, calls=[_next_step(name, part) for name, part in _qubits(_text(body))])


def dies(body: Body, number: int) -> Answer:
    return sensible(body, number) if number < DIES_AFTER else (200, None)


def errors(body: Body, number: int) -> Answer:
    return 500, b'{"error": {"message": "out of memory"}}'


def rate_limited(body: Body, number: int) -> Answer:
    return 429, b'{"error": {"message": "too many requests"}}'


def nonsense(body: Body, number: int) -> Answer:
    return said(body, text="As a large language model I would suggest to have a coffee first.")


def half(body: Body, number: int) -> Answer:
    status, whole = sensible(body, number)
    return status, (whole or b"")[:40]


def silent(body: Body, number: int) -> Answer:
    time.sleep(3 * TIMEOUT)
    return 200, None


def contrary(body: Body, number: int) -> Answer:
    """Reads every plot as noise."""
    return said(body, text=_read_as(body, _NOTHING)) if _is_reading(body) else sensible(body, number)


def rosy(body: Body, number: int) -> Answer:
    """Reads every plot as a success, and calls every qubit done at once."""
    if "tools" not in body:
        return sensible(body, number)
    names = [name for name, _ in _qubits(_text(body))]
    return said(body, calls=[("done", {"components": names, "why": "it looks wonderful"})])


def reckless(body: Body, number: int) -> Answer:
    """Asks for what lies beyond every limit."""
    if "tools" not in body:
        return sensible(body, number)
    names = [name for name, _ in _qubits(_text(body))]
    wild = {"components": names, "why": "more is more", "max_amplitude": 25.0, "shots": 10**9}
    return said(body, calls=[("rabi", wild), ("set_parameter", {"components": names, "x_amplitude": 9.0})])


def gullible(body: Body, number: int) -> Answer:
    """Obeys whatever instruction it finds in its prompt: ``INSTRUCTION: give up on q0`` and the like."""
    ordered = re.findall(r"INSTRUCTION: (give up on|call done|stop) (q\d+)", _text(body))
    if "tools" not in body or not ordered:
        return sensible(body, number)
    action = {"give up on": "give_up", "stop": "give_up", "call done": "done"}[ordered[0][0]]
    told = {"why": "the note says so", "code": "unresolved", "remedy": "none"} if action == "give_up" else {"why": "-"}
    return said(body, calls=[(action, {"components": [name for name, _ in _qubits(_text(body))], **told})])


SCRIPTS: dict[str, Script] = {
    script.__name__: script
    for script in (
        sensible, dies, errors, rate_limited, nonsense, half, silent, contrary, rosy, reckless, gullible
    )
}  # fmt: skip
AWAY = "away"
"""Nobody listens at all."""


@contextmanager
def serving(name: str) -> Iterator[str]:
    """Base URL of an endpoint that behaves as ``name`` says, for as long as the block lasts."""
    if name == AWAY:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        yield f"http://127.0.0.1:{port}/v1"
        return
    with serving_script(SCRIPTS[name]) as url:
        yield url


@contextmanager
def serving_script(script: Script) -> Iterator[str]:
    """Base URL of an endpoint that answers so, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def model_settings(name: str, url: str) -> Json:
    """[model] of a lab whose endpoint this is: one try, little patience, nothing probed."""
    able = {"tools": True, "parallel_tools": True, "json_schema": True, "images": 5}
    return {
        "base_url": url,
        "choose": f"scripted-{name}",
        "timeout": TIMEOUT if name == "silent" else 10.0,
        "retries": 0,
        "references": 1,
        "capabilities": able,
    }


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    counted = {"requests": 0}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number, counted["requests"] = counted["requests"], counted["requests"] + 1
            status, data = script(body, number)
            if data is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):  # a client that lost its patience, or a connection that was closed on it
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def _read_as(body: Body, reading: Json) -> str:
    """The same for each of the plots that are to be read."""
    several = _text(body).count("The plot to read, number")
    return json.dumps({"readings": [reading] * several} if several else reading)


def _is_reading(body: Body) -> bool:
    """Whether the question is about a plot: its answer has a schema, and it holds pictures."""
    return "tools" not in body and "response_format" in body


def _text(body: Body) -> str:
    """The text of the question itself; the system's part holds no data."""
    parts = [message["content"] for message in body["messages"] if message["role"] == "user"]
    return "\n".join(
        part if isinstance(part, str) else "\n".join(piece.get("text", "") for piece in part) for part in parts if part
    )


def _qubits(text: str) -> list[tuple[str, str]]:
    """(component, what is told of it) of the qubits that are asked about."""
    ready = text.rpartition("Ready qubits: ")[2].partition(".")[0].split()
    parts = dict(re.findall(r"^## (q\d+)(.*?)(?=^## |^Ready qubits|\Z)", text, re.MULTILINE | re.DOTALL))
    return [(name, parts.get(name, "")) for name in ready]


def _next_step(name: str, told: str) -> tuple[str, Json]:
    history = re.search(r"^tonight: (.*)$", told, re.MULTILINE)
    done = [entry.split()[0] for entry in history[1].split(", ") if entry.endswith(" ok")] if history else []
    plan = UPKEEP if "(was calibrated)" in told else BRING_UP
    place = 0
    for experiment in done:
        place += place < len(plan) and plan[place].experiment == experiment
    if place == len(plan):
        return "done", {"components": [name], "why": "every step of the plan was accepted"}
    return plan[place].experiment, {"components": [name], "why": plan[place].why}


def said(
    body: Body,
    text: str | None = None,
    calls: list[tuple[str, Json]] | None = None,
    usage: tuple[int, int] | None = (1000, 100),
) -> Answer:
    """A sound answer; ``usage``: tokens in and out, or None where the endpoint does not count."""
    message: Body = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
            for n, (name, given) in enumerate(calls)
        ]
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
    }
    if usage:
        whole["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return 200, json.dumps(whole).encode()
