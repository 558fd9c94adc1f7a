"""Opens a conversation: with the lab's model where it has one, else with plain commands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from reson.agent.chat.budget import runs_of
from reson.agent.chat.session import Session
from reson.agent.model.capabilities import CAPABILITIES, findings
from reson.agent.model.desk import open_desk
from reson.agent.operations.conversations import earlier, path_of
from reson.agent.operations.opened import TALKING, OpenLab, open_for
from reson.records import Json
from reson.trajectory import TrajectoryWriter, read_events

if TYPE_CHECKING:
    from reson.agent.lab import Lab


def open_record(lab: Lab) -> OpenLab:
    """The lab to talk about, as whoever sits here has it; one that has never run gets its design values first."""
    at = open_for(lab, may=TALKING)
    if not lab.runs.exists():
        lab.device(at.store)
    return at


def open_session(lab: Lab, at: OpenLab, name: str) -> Session:
    """A conversation with the model, new or resumed. Raises ``OperatorError`` without model or key."""
    from reson.agent.model.endpoint import open_endpoint

    path = path_of(lab, name)
    writer = TrajectoryWriter(path)

    def tell(event_id: str, kind: str, body: Json) -> None:
        writer.write(event_id, kind, body, device_time=0.0)

    past = read_events(path)
    desk = open_desk(
        open_endpoint(lab.config.model),
        lab.config.model,
        at.store.blobs,
        tell,
        past,
        lab.model,
    )

    def has_tools() -> bool:
        return bool(findings(desk, lab.directory / CAPABILITIES, wanted=("tools",))["tools"].able)

    at = replace(at, author=f"model:{lab.config.model.choose}")
    return Session(at, desk, cache(has_tools), earlier(path, at), runs_of(past))
