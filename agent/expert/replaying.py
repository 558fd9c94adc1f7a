"""Replays the attempts of a run against a plan: what is left of it, and what the last failure asks for.

An accepted attempt takes the next step, any other is answered by a remedy, and a detour upstream is laid on top of the
step that failed. Nothing is remembered between calls, so that a run that is resumed decides the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reson.agent.expert.plans import Step
from reson.agent.expert.remedies import Anew, GoUpstream, Remedy, Skip
from reson.agent.observation import Attempt
from reson.records import Status, Verdict


@dataclass
class Frame:
    """One step of the plan and the attempts at it that were not accepted."""

    step: Step
    failures: list[Attempt] = field(default_factory=list)
    upstream_tried: bool = False


Answer = Callable[[list[Frame], Sequence[Attempt]], Remedy]
"""(steps left, the one that failed last of them; attempts up to its failure) -> what to do about it."""
Further = Callable[[Attempt], Sequence[Step]]
"""An accepted attempt -> steps that follow from what it found."""
NO_LATER: Mapping[int, Sequence[Step]] = {}


def replayed(
    plan: Sequence[Step],
    attempts: Sequence[Attempt],
    answer_to: Answer,
    further: Further,
    later: Mapping[int, Sequence[Step]] = NO_LATER,
) -> tuple[list[Frame], Remedy | None]:
    """(steps left, the next one last; the answer to its last failure where that was the last attempt).

    ``later``: number of attempts made -> steps to be laid on top then, whatever was left.
    """
    left = frames(plan)
    answer: Remedy | None = None
    for position, attempt in enumerate(attempts):
        left += frames(later.get(position, ()))
        answer = None
        if not left or attempt.experiment != left[-1].step.experiment:
            continue  # another brain's idea: the plan goes on where it was
        frame = left[-1]
        if succeeded(attempt):
            left.pop()
            left += frames(further(attempt))
            continue
        frame.failures.append(attempt)
        answer = answer_to(left, attempts[: position + 1])
        if isinstance(answer, GoUpstream):
            frame.upstream_tried = True
            left += frames((Step(answer.experiment, answer.why, answer.parameters), *answer.then))
        elif isinstance(answer, Skip):
            del left[0 if answer.all_that_is_left else -1 :]
            answer = None
        elif isinstance(answer, Anew):
            left = frames(answer.steps)
            answer = None
    return left + frames(later.get(len(attempts), ())), answer


def frames(steps: Sequence[Step]) -> list[Frame]:
    """The first of the steps last, where it is taken from."""
    return [Frame(step) for step in reversed(steps)]


def accepted(attempts: Sequence[Attempt], experiment: str) -> Iterator[Attempt]:
    """Those of an experiment that succeeded, the newest first."""
    return (one for one in reversed(attempts) if one.experiment == experiment and succeeded(one))


def succeeded(attempt: Attempt) -> bool:
    """Accepted (or approved by a person), and not merely the discovery of a large gate error that is now corrected.

    A moderate error needs no second look: its correction is as good as its fit, and benchmarking has the last word.
    """
    accepted = attempt.verdict is Verdict.ACCEPT or attempt.write == "written"
    turned_down = attempt.write in ("rejected", "denied", "responded")
    still_wrong = attempt.status is Status.LARGE_ERROR
    return accepted and not turned_down and not still_wrong
