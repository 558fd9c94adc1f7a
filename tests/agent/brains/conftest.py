"""Desks in front of a real local server, and small observations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reson.agent.config import ModelSettings
from reson.agent.model import endpoint as endpoint_module
from reson.agent.model.desk import Desk, open_desk
from reson.agent.model.endpoint import open_endpoint
from reson.records import Json
from reson.tools.store.blobs import Blobs
from tests.agent.brains.chat_server import ChatServer, Script, serving

KEY = "sk-test-not-a-real-key-0123456789"


class Events(list[Json]):
    """Events as the trajectory of a run would hold them."""

    def tell(self, event_id: str, kind: str, body: Json) -> None:
        self.append({"id": event_id, "kind": kind, "device_time": 0.0, **body})

    def of(self, kind: str) -> list[Json]:
        return [event for event in self if event["kind"] == kind]


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Script], ChatServer]]:
    """Starts servers for one test; the waiting between tries is cut short."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(endpoint_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(endpoint_module, "LONGEST_PAUSE", 0.05)
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(serving(script))


@pytest.fixture
def settings_for() -> Callable[..., ModelSettings]:
    def make(server: ChatServer, **other: object) -> ModelSettings:
        given = {"base_url": server.url, "choose": "planner", "read": "eyes", "timeout": 5.0, "retries": 2} | other
        return ModelSettings.model_validate(given)

    return make


@pytest.fixture
def desk_for(tmp_path: Path, events: Events, settings_for: Callable[..., ModelSettings]) -> Callable[..., Desk]:
    def make(server: ChatServer, **other: object) -> Desk:
        settings = settings_for(server, **other)
        return open_desk(open_endpoint(settings), settings, Blobs(tmp_path / "blobs"), events.tell, [])

    return make


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "FIRST_REST", 0.3)
