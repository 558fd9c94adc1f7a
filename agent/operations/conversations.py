"""Conversations about a lab: which there are, what was said in them, and one question as a process whose answer is
followed as it comes, so that a run which it starts outlives whoever asked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from reson.agent.brain_names import BRAINS
from reson.agent.lab import Lab
from reson.agent.model.conversation import Message, Picture
from reson.agent.operations.opened import OpenLab
from reson.authors import PERSON
from reson.errors import OperatorError
from reson.events import Said
from reson.records import Record
from reson.trajectory import read_events

LOOK_SECONDS = 0.15
NOT_LOOKED_UP = "(nothing was looked up for this answer: whatever it says of this lab is not from the record)"
HELP = (
    "There is no model in this lab: questions of the morning are understood (what failed last night? which qubits "
    "should I not use? show T1 of q1 over the last nights), and plain commands:",
    "  chip                              the values of all qubits",
    "  show q3                           every value of a qubit and where it came from",
    "  history q3 drive_frequency        past values; `history q3` for its measurements",
    "  why q3 t1, why MEASUREMENT        why it was measured, what was found, what became of it, and its plot",
    "  runs, approvals, recall WORDS     the record",
    "  experiment rabi                   what it measures and takes",
    "  run rabi on q0,q2 points=61       measure now; nothing is written",
    "  calibrate q0,q2                   bring up or keep up now, as a night would",
    "  analyse t1.csv as t1 x=us:us y=p:p1   a measurement in a file of data/",
    "  note q2: the cable was replaced   keep a note, with its author and the date",
    "Put a model under [model] in lab.toml to talk freely: docs/brains.md.",
)
"""What a conversation without a model understands."""


class Piece(Record):
    """Something that happens while a question is answered."""

    kind: Literal["said", "did", "failed"]
    """``did``: a call, or the progress of a run; ``failed``: why there is no answer."""
    text: str
    plots: tuple[str, ...] = ()
    """SHA-256 of pictures of the record."""


def conversations(lab: Lab) -> list[str]:
    """Names of the conversations of a lab, oldest first."""
    return sorted(path.stem for path in (lab.directory / "chat").glob("*.jsonl"))


def new_name(lab: Lab) -> str:
    return f"chat-{len(conversations(lab)) + 1:04d}"


def path_of(lab: Lab, name: str) -> Path:
    """Raises ``OperatorError`` for what is no name."""
    if not name.replace("-", "").isalnum():
        raise OperatorError(f"{name!r} is no name of a conversation", "`reson chat --list` names them")
    return lab.directory / "chat" / f"{name}.jsonl"


def has_model(lab: Lab) -> bool:
    """Whether the lab talks to a model: it names one, and is not told to stay offline."""
    return bool(lab.config.model.choose) and BRAINS[lab.config.brain].talks


def earlier(path: Path, at: OpenLab) -> list[Message]:
    """The messages of the whole exchanges of a conversation on disk."""
    said = [event for event in read_events(path) if isinstance(event, Said)]
    messages = [Message.model_validate(event.message).model_copy(update={"facts": event.facts}) for event in said]
    return [_with_paths(message, at) for exchange in _exchanges(messages) if _whole(exchange) for message in exchange]


def _exchanges(messages: Iterable[Message]) -> list[list[Message]]:
    """Each question with all that followed on it."""
    found: list[list[Message]] = []
    for message in messages:
        if asks(message) or not found:
            found.append([])
        found[-1].append(message)
    return found


def asks(message: Message) -> bool:
    """Whether it is a question of the person; plots that were asked for come as a user's message too."""
    return message.role == "user" and not message.pictures


def _whole(exchange: list[Message]) -> bool:
    """Whether it has its answer: one that was cut short holds calls without one, which an endpoint would refuse."""
    return exchange[-1].role == "assistant" and not exchange[-1].tool_calls


def _with_paths(message: Message, at: OpenLab) -> Message:
    parts = tuple(
        part.model_copy(update={"path": str(at.store.blobs.path(part.sha256, ".png"))})
        if isinstance(part, Picture)
        else part
        for part in message.parts
    )
    return message.model_copy(update={"parts": parts})


def not_looked_up(messages: list[Message]) -> set[int]:
    """Of whole exchanges, the places of the answers for which no tool told anything of the lab, whatever they say: what
    is a statement about a lab and what a greeting, no rule can tell.
    """
    found, ends = set[int](), 0
    for exchange in _exchanges(messages):
        ends += len(exchange)
        if not any(message.facts for message in exchange):
            found.add(ends - 1)
    return found


def answer_to(lab: Path, question: str, conversation: str = "", by: str = "") -> Iterator[list[Piece]]:
    """What has happened so far, again and again until the answer is whole. ``conversation``: its name, with a model;
    ``by``: who asks.
    """
    command = [sys.executable, "-m", "reson.agent.chat", str(lab), conversation]
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as asked:
        asked.write(" ".join(question.split()).encode() + b"\n")  # one line is one question
        asked.seek(0)
        process = subprocess.Popen(
            command,
            stdin=asked,
            stdout=told,
            stderr=subprocess.STDOUT,
            env=os.environ | ({PERSON: by} if by else {}),
            start_new_session=True,
        )
        while True:
            ended = process.poll() is not None
            yield [_piece(line) for line in _whole_lines(told.fileno())]
            if ended:
                return
            time.sleep(LOOK_SECONDS)


def _whole_lines(descriptor: int) -> list[str]:
    """Of the whole file, without moving the place at which the process goes on writing."""
    text = os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")
    return text[: text.rfind("\n") + 1].splitlines()


def _piece(line: str) -> Piece:
    """What is none was written by a process that broke."""
    try:
        return Piece.model_validate_json(line)
    except ValidationError:
        return Piece(kind="failed", text=f"{line}\n")
