"""Opens a conversation: with the lab's model where it has one, else with plain commands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reson.agent.chat.budget import runs_of
from reson.agent.chat.facts import Record
from reson.agent.chat.session import Session, earlier
from reson.agent.lab import device_name
from reson.agent.model.capabilities import CAPABILITIES, findings
from reson.agent.model.desk import open_desk
from reson.errors import OperatorError
from reson.records import Json
from reson.trajectory import TrajectoryWriter, read_events

if TYPE_CHECKING:
    from reson.agent.lab import Lab


def conversations(lab: Lab) -> list[str]:
    """Names of the conversations of a lab, oldest first."""
    return sorted(path.stem for path in (lab.directory / "chat").glob("*.jsonl"))


def open_record(lab: Lab) -> Record:
    """The record to talk about; a lab that has never run gets its design values first."""
    store = lab.store()
    return Record(lab, store, lab.device(store).name if not _used(lab) else device_name(lab.config.device))


def open_session(lab: Lab, record: Record, name: str) -> Session:
    """A conversation with the model, new or resumed. Raises ``OperatorError`` without model or key."""
    from reson.agent.model.endpoint import open_endpoint

    path = _path(lab, name)
    writer = TrajectoryWriter(path)

    def tell(event_id: str, kind: str, body: Json) -> None:
        writer.write(event_id, kind, body, device_time=0.0)

    past = read_events(path)
    desk = open_desk(open_endpoint(lab.config.model), lab.config.model, record.store.blobs, tell, past)

    def has_tools() -> bool:
        return bool(findings(desk, lab.directory / CAPABILITIES, wanted=("tools",))["tools"].able)

    record = replace(record, author=f"model:{lab.config.model.choose}")
    return Session(record, desk, cache(has_tools), earlier(path, record), runs_of(past))


def new_name(lab: Lab) -> str:
    return f"chat-{len(conversations(lab)) + 1:04d}"


def has_model(lab: Lab) -> bool:
    """Whether the lab talks to a model: it names one, and is not told to stay offline."""
    return bool(lab.config.model.choose) and lab.config.brain in ("openai", "cascade")


def _used(lab: Lab) -> bool:
    return lab.runs.exists()


def _path(lab: Lab, name: str) -> Path:
    if not name.replace("-", "").isalnum():
        raise OperatorError(f"{name!r} is no name of a conversation", "`reson chat --list` names them")
    return lab.directory / "chat" / f"{name}.jsonl"
