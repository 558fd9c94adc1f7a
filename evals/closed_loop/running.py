"""Runs one case to its end and scores it. The same case, repeat and brain give the same result on any machine."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reson.agent.lab import Lab
from reson.agent.launch import Ended, Plan, resume, start
from reson.evals.case import Case
from reson.evals.closed_loop.endpoint import model_settings, serving
from reson.evals.closed_loop.laboratory import make_lab
from reson.evals.closed_loop.persons import answer_all
from reson.evals.collecting import episode_of
from reson.evals.episode import Episode
from reson.evals.score import Score
from reson.evals.scorers import Use, passed, score, use_of
from reson.records import Ending, Finite, Json, Record, content_hash

MOST_ANSWERS = 100
"""Rounds of answers by the person of a case, after which the run is left waiting."""
_OF_THE_CONVERSATION = ("start", "model_call", "question", "fallback")
"""Events that hold wall-clock times, ports, and how long a dead endpoint was left alone."""


class Job(Record):
    """One run of one case. ``settings``: brain, [model] and [cascade] of lab.toml, unless the case brings its own."""

    case: Case
    repeat: int = 0
    settings: Json = {}
    baseline: Use | None = None
    """What the offline brain took for the same case and repeat."""
    keep: str = ""
    """Directory in which the lab is kept; empty: it is thrown away."""


class CaseResult(Record):
    case: str
    kind: str
    repeat: int
    brain: str
    passed: bool
    ending: str
    scores: dict[str, Score]
    use: Use
    seconds: Finite
    """Wall time of the scored run."""
    cpu_seconds: Finite = 0.0
    """Processor time of the whole case, with its earlier nights and the comparison with the truth."""
    fingerprint: str
    """Hash of what was done, decided, judged and written: equal for equal runs, whoever ran them."""
    error: str = ""
    """Traceback of a run that was ended by a bug."""


def run_case(job: Job) -> CaseResult:
    """The scored run. An exception is a bug that ended it; ``workers`` makes a result of it that never passes."""
    cpu = time.process_time()
    with _place(job) as directory, _settings(job) as settings:
        brain = settings.get("brain", "offline")
        lab = make_lab(directory, job.case, job.repeat, settings)
        began = time.monotonic()
        run_id = see_through(lab, job.case)
        seconds = time.monotonic() - began
        episode = episode_of(lab, lab.store(), run_id, wall_seconds=seconds)
    result = result_of(job.case, job.repeat, brain, episode, job.baseline)
    return result.model_copy(update={"cpu_seconds": time.process_time() - cpu})


def result_of(case: Case, repeat: int, brain: str, episode: Episode, baseline: Use | None = None) -> CaseResult:
    scores = score(case, episode, baseline)
    return CaseResult(
        case=case.id,
        kind=case.kind,
        repeat=repeat,
        brain=brain,
        passed=passed(scores),
        ending=str(episode.ending or ""),
        scores=scores,
        use=use_of(episode),
        seconds=episode.wall_seconds or 0.0,
        fingerprint=fingerprint(episode.events),
    )


def see_through(lab: Lab, case: Case) -> str:
    """Run the case's night, with its person answering what waits; returns the run's id."""
    ended: Ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    given: Counter[int] = Counter()
    for _ in range(MOST_ANSWERS):
        if ended.ending is not Ending.WAITING_FOR_APPROVAL:
            break
        if not answer_all(lab.store(), ended.run_id, case.person, given):
            break
        ended = resume(lab, ended.run_id, lambda kind, body: None)
    return ended.run_id


def fingerprint(events: Iterator[Json] | tuple[Json, ...] | list[Json]) -> str:
    """Content hash of a trajectory but for what depends on this machine's clock and ports."""
    return content_hash([event for event in events if event["kind"] not in _OF_THE_CONVERSATION])


@contextmanager
def _place(job: Job) -> Iterator[Path]:
    if job.keep:
        yield Path(job.keep) / f"{job.case.id}-{job.repeat}"
        return
    with tempfile.TemporaryDirectory(prefix="reson-case-") as directory:
        yield Path(directory) / "lab"


@contextmanager
def _settings(job: Job) -> Iterator[Json]:
    if not job.case.endpoint:
        yield job.settings
        return
    with serving(job.case.endpoint) as url:
        yield {"brain": job.case.brain, "model": model_settings(job.case.endpoint, url)}


def broken(job: Job, error: str, seconds: float) -> CaseResult:
    """The result of a run that an exception ended: ``error`` is its traceback."""
    last = error.strip().splitlines()[-1] if error.strip() else "the process ended without a word"
    return CaseResult(
        case=job.case.id,
        kind=job.case.kind,
        repeat=job.repeat,
        brain=job.case.brain or job.settings.get("brain", "offline"),
        passed=False,
        ending="",
        scores={"named_ending": Score(value=0, passed=False, detail=last)},
        use=Use(experiments=0, shots=0, device_seconds=0),
        seconds=seconds,
        fingerprint="",
        error=error,
    )
