"""Requests that did not run: kept among the attempts, so that the brain sees why and can do better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from reson.agent.campaign.state import Job
from reson.agent.observation import Attempt
from reson.records import Verdict


def refusal(
    step: int,
    component: str,
    experiment: str,
    parameters: Mapping[str, float],
    message: str,
    answer: Literal["none", "rejected", "responded"] = "none",
    note: str = "",
    by_device: bool = False,
) -> dict[str, Any]:
    """One entry of the state's ``refused`` list; ``answer`` and ``note`` where a person said so."""
    attempt = Attempt(
        measurement_id="",
        experiment=experiment,
        parameters=dict(parameters),
        verdict=Verdict.REJECT,
        outcome=None,
        status=None,
        suggested_range=None,
        reasons=(message,),
        quantities={},
        write=answer,
        note=note,
    )
    return {"step": step, "component": component, "attempt": attempt.to_json(), "by_device": by_device}


def refuse_job(step: int, job: Job, message: str, by_device: bool = False) -> Iterable[dict[str, Any]]:
    """One entry for each qubit of a job that did not run."""
    return [
        refusal(step, name, job["experiment"], arguments, message, by_device=by_device)
        for name, arguments in job["requests"].items()
    ]
