"""One question to ``reson chat`` in a process of its own, so that a run which it starts outlives this page."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reson.agent.chat.commands import HELP

LOOK_SECONDS = 0.15


def answer_to(lab: Path, question: str, conversation: str = "") -> Iterator[str]:
    """The text said so far, again and again until the answer is whole. ``conversation``: its name, with a model."""
    command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab), "chat"]
    command += ["--resume", conversation] if conversation else []
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(" ".join(question.split()).encode() + b"\n")  # one line is one question
        asked.seek(0)
        process = subprocess.Popen(
            command,
            stdin=asked,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            start_new_session=True,
        )
        while True:
            ended = process.poll() is not None
            yield _without_greeting(_all_of(said.fileno()))
            if ended:
                return
            time.sleep(LOOK_SECONDS)


def _all_of(descriptor: int) -> str:
    """The whole file, without moving the place at which the process goes on writing."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")


def _without_greeting(text: str) -> str:
    greeting = "\n".join(HELP) + "\n"
    if greeting.startswith(text):
        return ""
    return text.removeprefix(greeting)
