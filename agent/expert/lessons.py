"""What one night teaches about measuring a qubit: arguments with which an experiment worked that had failed before."""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.observation import Attempt
from reson.records import Record, Verdict

MOST = 3
"""Lessons that one night teaches about one qubit."""


class Lesson(Record):
    code: str
    """What it is about: a later lesson with the same takes its place."""
    text: str
    evidence: tuple[str, ...]


def what_helped(attempts: Sequence[Attempt]) -> list[Lesson]:
    """For each experiment that was not accepted at first: what was different when it was."""
    lessons: dict[str, Lesson] = {}
    failed: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        before = failed.setdefault(attempt.experiment, [])
        if attempt.verdict is not Verdict.ACCEPT:
            before.append(attempt)
        elif before:
            if changed := _changed(before[0], attempt):
                lessons[attempt.experiment] = _lesson(before, attempt, changed)
            before.clear()
    return list(lessons.values())[-MOST:]


def _lesson(failed: Sequence[Attempt], attempt: Attempt, changed: str) -> Lesson:
    reads = ", ".join(dict.fromkeys(str(one.status or one.verdict) for one in failed))
    return Lesson(
        code=f"what_helped:{attempt.experiment}",
        text=f"{attempt.experiment} was {reads} at first and was accepted with {changed}.",
        evidence=(failed[-1].measurement_id, attempt.measurement_id),
    )


def _changed(before: Attempt, after: Attempt) -> str:
    names = [name for name in after.parameters if after.parameters[name] != before.parameters.get(name)]
    was = (f"{name} {after.parameters[name]:.4g} in place of {before.parameters.get(name, 0.0):.4g}" for name in names)
    return ", ".join(was)
