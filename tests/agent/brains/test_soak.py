"""Nights against an endpoint and a disk that misbehave at random: each ends by a name, with a report, without the key.

Two short ones here; ``make soak NIGHTS=200`` for as many as one likes, each with its own seed, and says at the end what
they took and how they ended.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from reson.agent.lab import Lab
from reson.agent.launch import Plan, resume, start
from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.store.blobs import Blobs
from reson.tools.store.integrity import problems
from reson.tools.store.measurements import list_measurements
from reson.tools.store.runs import get_run, list_runs
from reson.tools.store.store import Store
from reson.trajectory import TrajectoryWriter, read_trajectory
from tests.agent.brains.chat_server import Answer, Body, Script, able
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_hostile_answers import NO_ANSWER, SEEN, SOUND, decisions
from tests.agent.brains.test_nights import make_lab
from tests.agent.brains.test_waiting import SLOW

NIGHTS = int(os.environ.get("RESON_SOAK_NIGHTS", "2"))
FIRST_SEED = int(os.environ.get("RESON_SOAK_SEED", "4100"))
EXPERIMENTS = int(os.environ.get("RESON_SOAK_EXPERIMENTS", "4"))
"""Of one run at most."""
HANGS = 1800
"""Seconds after which a run is stopped and counted as one that hung."""
RESUMED = 1

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


@dataclass
class Disk:
    """Full now and then, for some writes in a row, wherever something is written: blobs, trajectory, or database."""

    chance: random.Random
    full_for: int = 0
    healed: bool = False
    refused: int = 0

    def write(self, often: float) -> bool:
        """Whether there is room for this write."""
        if self.full_for == 0 and self.chance.random() < often:
            self.full_for = self.chance.choice([1, 1, 3, 30])
        if self.healed or self.full_for == 0:
            return True
        self.full_for -= 1
        self.refused += 1
        return False


@dataclass
class Tally:
    """What all nights took, and how their runs ended."""

    nights: int = 0
    device_seconds: float = 0.0
    measurements: int = 0
    answers: int = 0
    refused_writes: int = 0
    endings: Counter[Ending | None] = field(default_factory=Counter)

    def __str__(self) -> str:
        endings = ", ".join(f"{name} {number}" for name, number in self.endings.most_common())
        return (
            f"{self.nights} nights without a fault, {self.device_seconds / 3600:.2f} h of device time in"
            f" {self.measurements} measurements, {self.answers} answers of the endpoint, {self.refused_writes} writes"
            f" refused by the disk, {time.process_time():.0f} s of CPU; {endings}"
        )


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    tally = Tally()
    yield tally
    print(f"\n{tally}")


def spoil(disk: Disk, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    put, write = Blobs.put, TrajectoryWriter.write

    def put_sometimes(self: Blobs, *given: Any, **named: Any) -> str:
        if not disk.write(0.005):
            raise OperatorError(f"{self.directory}: no space left to write", "free space on that disk")
        return put(self, *given, **named)

    def write_sometimes(self: TrajectoryWriter, *given: Any, **named: Any) -> bool:
        if not disk.write(0.001):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, *given, **named)

    def execute_sometimes(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")) and not disk.write(0.001):
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorname = "SQLITE_FULL"
            raise OperationalError(statement, None, full)

    monkeypatch.setattr(Blobs, "put", put_sometimes)
    monkeypatch.setattr(TrajectoryWriter, "write", write_sometimes)
    event.listen(store.engine, "before_cursor_execute", execute_sometimes)


def one_run(lab: Lab, run: str) -> tuple[str, bool]:
    """(id of the run, whether it hung). A full disk is told as an error, after ending and report are on record; a run
    for whose beginning there was no room is none, and has no id.
    """
    hung, told = threading.Event(), ""

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
    except (OSError, OperatorError) as error:
        told = str(error)
    finally:
        guard.cancel()
    (begun,) = [row.id for row in list_runs(lab.store(), 10)] or [""]
    assert begun or told
    return begun, hung.is_set()


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NIGHTS))
def test_a_night_among_misbehaviour_has_a_named_ending_and_a_report(
    tmp_path: Path, serve, monkeypatch: pytest.MonkeyPatch, tally: Tally, seed: int
):
    chance = random.Random(seed)
    server = serve(misbehaving(chance))
    brain = chance.choice(["openai", "cascade"])
    fault = 'q0 = "dead_drive_line"' if EXPERIMENTS < 10 or chance.random() < 0.25 else ""
    lab = make_lab(
        tmp_path, brain, server, seed=seed, qubits=1, experiments=EXPERIMENTS, faults=fault, timeout=0.5,
        deadline=20.0, retries=1,
    )  # fmt: skip
    store, disk = lab.store(), Disk(chance)
    monkeypatch.setattr(type(lab), "store", lambda _: store)
    spoil(disk, monkeypatch, store)
    run = ""
    for number in range(2 + RESUMED):
        disk.healed = number > RESUMED  # a run whose last words found no room says them when there is some
        run, hung = one_run(lab, run)
        assert not hung
        if not run:
            assert not disk.healed
            continue
        row = get_run(store, run)
        if row.status == "running":
            assert not disk.healed
            continue
        assert row.ending in list(Ending) and row.reason
        tally.endings[row.ending] += 1
        if disk.healed:
            assert (lab.runs / run / "report.html").exists()
    last = read_trajectory(lab.runs / run / "trajectory.jsonl")[-1]
    assert last["kind"] in ("stop", "summary", "fallback", "model_call")
    assert list(problems(store, everything=True)) == []
    with_key = [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert with_key == []
    tally.nights += 1
    rows = list_measurements(store)
    tally.measurements += len(rows)
    tally.device_seconds += sum(row.device_ended - row.device_started for row in rows)
    tally.answers += len(server.requests)
    tally.refused_writes += disk.refused
