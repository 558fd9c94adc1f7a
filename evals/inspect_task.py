"""The closed-loop cases as a task of Inspect AI (an optional extra), for its logs, its viewer and its epochs.

``inspect eval evals/inspect_task.py -T lab=LAB -T brain=cascade --epochs 4 --model mockllm/model``: the model that is
compared is that of the lab's lab.toml, since the agent asks it itself; cases and scorers are those of ``reson eval``.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import anyio
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from reson.evals.case import CASES, Case, load_cases
from reson.evals.closed_loop.running import CaseResult, Job
from reson.evals.closed_loop.summary import failures_of
from reson.evals.closed_loop.workers import run_here
from reson.evals.commands import model_of

RESULT = "result"


@task
def reson_cases(lab: str = "lab", brain: str = "offline", cases: str = "", only: str = "*") -> Task:
    """Every case in closed loop; ``brain``: offline, openai or cascade with the [model] of the lab at ``lab``."""
    settings = {} if brain == "offline" else model_of(Path(lab), brain)
    found = load_cases([Path(cases)] if cases else [CASES])
    return Task(
        dataset=MemoryDataset([_sample(case) for case in found if fnmatchcase(case.id, only)], name="reson"),
        solver=in_closed_loop(settings),
        scorer=by_the_truth(),
    )


def _sample(case: Case) -> Sample:
    return Sample(input=case.question, target="passed", id=case.id, metadata={"case": case.to_json()})


@solver
def in_closed_loop(settings: dict[str, Any]) -> Solver:
    """Run the case of a sample in a process of its own; the epoch is its repeat."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        job = Job(case=Case.model_validate(state.metadata["case"]), repeat=state.epoch - 1, settings=settings)
        (result,) = await anyio.to_thread.run_sync(lambda: run_here([job], 1))
        state.metadata[RESULT] = result.to_json()
        state.completed = True
        return state

    return solve


@scorer(metrics=[accuracy(), stderr()])
def by_the_truth() -> Scorer:
    """1 for a run that failed no score; the explanation names those that it failed."""

    async def score(state: TaskState, target: Target) -> Score:
        result = CaseResult.model_validate(state.metadata[RESULT])
        values = {name: one.value for name, one in result.scores.items()}
        return Score(
            value=float(result.passed),
            answer=result.ending,
            explanation="; ".join(failures_of(result)) or "nothing failed",
            metadata={"scores": values},
        )

    return score
