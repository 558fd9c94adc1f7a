"""Nights against an endpoint and a disk that misbehave at random: each ends by a name, with a report, without the key.

Two short ones here; ``make soak NIGHTS=200`` for as many as one likes, each with its own seed.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import threading
from pathlib import Path

import pytest

from reson.agent.lab import Lab
from reson.agent.launch import Plan, resume, start
from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.store.blobs import Blobs
from reson.tools.store.runs import get_run
from reson.trajectory import read_trajectory
from tests.agent.brains.chat_server import Answer, Body, Script, able
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_hostile_answers import NO_ANSWER, SEEN, SOUND, decisions
from tests.agent.brains.test_nights import make_lab
from tests.agent.brains.test_waiting import SLOW

NIGHTS = int(os.environ.get("RESON_SOAK_NIGHTS", "2"))
FIRST_SEED = int(os.environ.get("RESON_SOAK_SEED", "4100"))
HANGS = 1800
"""Seconds after which a run is stopped and counted as one that hung."""
RESUMED = 2

HOSTILE = [answer for answer, *_ in (*NO_ANSWER.values(), *SOUND.values())] + list(SLOW.values())


def misbehaving(chance: random.Random) -> Script:
    """Half of the answers are hostile ones; the others do what was asked for, more or less."""

    def script(body: Body) -> Answer:
        if chance.random() < 0.5:
            return chance.choice(HOSTILE)
        if (probe := able(body)) is not None:
            return probe
        if "response_format" in body or "tools" not in body:
            return Answer(text=chance.choice([str(SEEN), decisions("qubit_spectroscopy"), '{"status": "SUCCESS"}']))
        names = [tool["function"]["name"] for tool in body["tools"]]
        return Answer(calls=((chance.choice(names), {"components": ["q0"], "why": "at random"}),))

    return script


def spoil_the_disk(monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
    """Now and then it is full, at the moment when raw data, a figure or a question is to be kept."""
    put = Blobs.put

    def sometimes(self: Blobs, *given: object, **named: object) -> str:
        if chance.random() < 0.01:
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Blobs, "put", sometimes)


def one_run(lab: Lab, run: str) -> tuple[str, bool]:
    """(id of the run, whether it hung). A full disk is told as an error, after ending and report are on record."""
    hung = threading.Event()

    def stop() -> None:
        hung.set()
        os.kill(os.getpid(), signal.SIGTERM)

    guard = threading.Timer(HANGS, stop)
    guard.start()
    try:
        if run:
            resume(lab, run, lambda kind, body: None)
        else:
            start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    except (OSError, OperatorError):
        pass
    finally:
        guard.cancel()
    return "calibrate-0001", hung.is_set()


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NIGHTS))
def test_a_night_among_misbehaviour_has_a_named_ending_and_a_report(
    tmp_path: Path, serve, monkeypatch: pytest.MonkeyPatch, seed: int
):
    chance = random.Random(seed)
    server = serve(misbehaving(chance))
    brain = chance.choice(["openai", "cascade"])
    lab = make_lab(
        tmp_path, brain, server, seed=seed, qubits=1, experiments=4, faults='q0 = "dead_drive_line"', timeout=0.5,
        deadline=20.0, retries=1,
    )  # fmt: skip
    spoil_the_disk(monkeypatch, chance)
    run = ""
    for _ in range(1 + RESUMED):
        run, hung = one_run(lab, run)
        assert not hung
        row = get_run(lab.store(), run)
        assert row.ending in list(Ending) and row.reason
        assert (lab.runs / run / "report.html").exists()
        assert read_trajectory(lab.runs / run / "trajectory.jsonl")[-1]["kind"] in (
            "stop",
            "summary",
            "fallback",
            "model_call",
        )
    with_key = [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert with_key == []
