"""Who is let in at the console's door: its own page, and no other. A further kind of request is one line here."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from reson.ui.door import Door, content_security_policy

OWN = "http://127.0.0.1:8501"
PROXY = "https://lab.example.org"
FOREIGN = {
    "another port of this machine": "http://127.0.0.1:3000",
    "another name of this machine": "http://localhost:8501",
    "a page of the web": "https://evil.example.org",
    "this machine without a port": "http://127.0.0.1",
    "a longer name that begins like it": "http://127.0.0.1:8501.evil.example.org",
    "the same host in its user part": "http://127.0.0.1:8501@evil.example.org",
    "the proxy's host by another port": "https://lab.example.org:8443",
    "the proxy's host without encryption": "http://lab.example.org",
    "a sandboxed frame or a file": "null",
    "nothing": "",
    "what is no address": "http://[",
    "this page and a path": "http://127.0.0.1:8501/x",
    "a file of this machine": "file://127.0.0.1:8501",
    "two of them": "http://127.0.0.1:8501 http://127.0.0.1:3000",
}


async def _page(request) -> PlainTextResponse:
    return PlainTextResponse("in")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [Route("/", _page, methods=["GET", "POST", "PUT", "DELETE"]), WebSocketRoute("/stream", _stream)]
    return TestClient(Door(Starlette(routes=routes), PROXY), base_url=OWN)


def _heard(client: TestClient, headers: dict[str, str]) -> str:
    with client.websocket_connect("/stream", headers={"host": "127.0.0.1:8501", **headers}) as socket:
        return socket.receive_text()


@pytest.mark.parametrize("origin", [OWN, PROXY])
def test_the_consoles_own_page_acts_and_looks(client: TestClient, origin: str) -> None:
    assert _heard(client, {"origin": origin}) == "in"
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert client.request(method, "/", headers={"origin": origin}).text == "in"


@pytest.mark.parametrize("origin", FOREIGN.values(), ids=list(FOREIGN))
def test_a_page_of_any_other_origin_neither_acts_nor_reads(client: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect):
        _heard(client, {"origin": origin})
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert client.request(method, "/", headers={"origin": origin}).status_code == 403


def test_who_says_nothing_of_an_origin_may_look_and_not_act(client: TestClient) -> None:
    assert client.get("/").text == "in"
    assert client.post("/").status_code == 403
    with pytest.raises(WebSocketDisconnect):
        _heard(client, {})


@pytest.mark.parametrize("headers", [{}, {"origin": "http://127.0.0.1:3000"}], ids=["let in", "refused"])
def test_every_answer_forbids_frames_foreign_scripts_and_guessing_of_types(client: TestClient, headers) -> None:
    answer = client.get("/", headers=headers)
    policy = answer.headers["content-security-policy"]
    for wanted in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'self'", "script-src 'self' 'unsafe-eval'"):
        assert wanted in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_no_script_within_a_page_runs_but_streamlits_own() -> None:
    scripts = next(one for one in content_security_policy().split("; ") if one.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert scripts.count("'sha256-") == 1
