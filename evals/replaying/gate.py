"""The offline gate: every recording scored and made again, every threshold, lock and prompt held to what is on record.

A change that means to change one of these makes the recordings anew (``python -m reson.evals.recordings``), and the
difference shows in review.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reson.evals.healthy import NAMES
from reson.evals.replaying.locks import lock_works_when_opened, open_locks
from reson.evals.replaying.margins import MOST, STEP, Levels, margins, margins_of_healthy
from reson.evals.replaying.recording import RECORDINGS, Recording, load, recordings_in
from reson.evals.replaying.replay import Replay, ask_offline, replay
from reson.evals.scorers import score
from reson.prompts.render import prompt_hashes
from reson.records import Record, Verdict

MARGINS = "margins.json"
"""Beside the recordings: experiment -> levels of its checks."""


class Finding(Record):
    """Something that is not as it is on record."""

    recording: str
    mode: str
    """score, lab-check, thresholds, prompts, or locks."""
    text: str

    def __str__(self) -> str:
        return f"{self.recording}: {self.mode}: {self.text}" if self.recording else f"{self.mode}: {self.text}"


def score_check(recording: Recording) -> list[Finding]:
    """The recorded run still passes every scorer."""
    scores = score(recording.case, recording.episode)
    return [
        Finding(recording=recording.name, mode="score", text=f"{name}: {one.detail or one.value}")
        for name, one in scores.items()
        if one.passed is False
    ]


def lab_check(recording: Recording) -> Replay:
    """The recorded decisions on the lab of today. Where the offline brain decided, it is asked again as well."""
    script = recording.settings.get("script")
    return replay(recording, live=True, other=ask_offline if recording.brain == "offline" and not script else None)


def lab_findings(recording: Recording) -> list[Finding]:
    found = lab_check(recording).differences
    return [Finding(recording=recording.name, mode="lab-check", text=str(one)) for one in found]


def prompt_check(recording: Recording) -> list[Finding]:
    """The words that may be sent to a model are those of the recording."""
    then, now = recording.episode.start.get("prompts", {}), prompt_hashes()
    changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    text = f"{', '.join(changed)} changed since it was recorded"
    return [Finding(recording=recording.name, mode="prompts", text=text)] if changed else []


def lock_check() -> list[Finding]:
    """No lock is open, and the right key opens them."""
    found = [Finding(recording="", mode="locks", text=f"carried out though it was {name}") for name in open_locks()]
    if not lock_works_when_opened():
        found.append(Finding(recording="", mode="locks", text="an action with a right approval was refused"))
    return found


def margins_of(recordings: Iterable[Recording]) -> dict[str, Levels]:
    """experiment -> levels, each from the first recording that has an accepted measurement of it."""
    found: dict[str, Levels] = {}
    for recording in recordings:
        names = {event["measurement"]: event["experiment"] for event in recording.events if event["kind"] == "verdict"}
        for measurement, levels in margins(recording, without=found.keys()).items():
            found[names[measurement]] = levels
    return found


def margin_findings(recorded: dict[str, Levels], now: dict[str, Levels]) -> list[Finding]:
    """Thresholds that moved: which check of which experiment, which way, and by how much."""
    found = []
    for experiment in sorted({*recorded, *now}):
        then, today = recorded.get(experiment, {}), now.get(experiment, {})
        for name in sorted({*then, *today}):
            was, level = then.get(name, MOST), today.get(name, MOST)
            if was != level:
                way = "loosened" if level > was else "tightened"
                text = f"{experiment}: {name}: {way} by a factor of {STEP ** abs(level - was):.2f}"
                found.append(Finding(recording="", mode="thresholds", text=text))
    return found


def unrecorded(folder: Path) -> list[str]:
    """Experiments of which no recording has an accepted measurement."""
    recorded = {
        event["experiment"]
        for path in recordings_in(folder)
        for event in load(path).events
        if event["kind"] == "verdict" and event["verdict"] == Verdict.ACCEPT
    }
    return [name for name in NAMES if name not in recorded]


def margin_check(folder: Path, others: Mapping[str, Levels]) -> list[Finding]:
    """``others``: levels of the experiments that no recording has."""
    path = folder / MARGINS
    if not path.exists():
        return [Finding(recording="", mode="thresholds", text=f"{MARGINS} is missing")]
    now = {**margins_of(load(one) for one in recordings_in(folder)), **others}
    return margin_findings(json.loads(path.read_text(encoding="utf-8")), now)


def of_recording(path: Path) -> list[Finding]:
    recording = load(path)
    return [*score_check(recording), *prompt_check(recording), *lab_findings(recording)]


def run_gate(folder: Path = RECORDINGS, workers: int = 2) -> list[Finding]:
    """Everything that is not as it is on record; empty where the gate is open."""
    os.environ["OMP_NUM_THREADS"] = "1"  # small matrices: more threads only get in each other's way
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        names = unrecorded(folder)
        others = pool.map(margins_of_healthy, names)
        checked = pool.map(of_recording, recordings_in(folder))
        thresholds = margin_check(folder, dict(zip(names, others, strict=True)))
        return [*lock_check(), *thresholds, *(finding for found in checked for finding in found)]
