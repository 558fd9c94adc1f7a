"""What a checkpoint holds: small, plain JSON. Records, arrays and pictures stay in the store; here are their ids."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from reson.agent.observation import Diagnosis


class Job(TypedDict):
    """Equal experiments on several qubits, run together."""

    id: str
    experiment: str
    requests: dict[str, dict[str, float]]
    """component -> complete arguments."""
    why: dict[str, str]
    approval: str
    results: dict[str, dict[str, Any]]
    """component -> what the nodes of this job have found so far (blob hashes, reading); empty until analysed."""
    writes: list[str]
    """Approval ids of the changes this job proposed."""


class QubitState(TypedDict):
    """Of a qubit or a pair."""

    state: str
    """ready, held (a pair, until its qubits are through), parked, done or failed."""
    why: str
    approval: str
    """What a parked qubit waits for."""
    diagnoses: list[dict[str, Any]]


class Held(TypedDict):
    """A measurement that waits for qubits which are not as far."""

    asked: dict[str, Any]
    """The brain's decision."""
    done: dict[str, int]
    """experiment -> how often it was done with success on this qubit in this run."""
    rounds: int
    """How many it has waited."""


class Asking(TypedDict):
    """A question to a brain that may ask and look several times before it decides."""

    observation: str
    """SHA-256 of what it was shown."""
    talk: dict[str, Any]


class CampaignState(TypedDict):
    run_id: str
    step: int
    queue: list[Job]
    job: Job | None
    held: NotRequired[dict[str, Held]]
    """component -> what was asked of it and waits; runs that were begun before it was kept have none."""
    plans: NotRequired[dict[str, list[str]]]
    """component -> experiments that a brain wanted to follow on the last one."""
    asking: NotRequired[Asking | None]
    """The talk before the decisions of this round."""
    qubits: dict[str, QubitState]
    """component -> state, of qubits and pairs."""
    refused: list[dict[str, Any]]
    """Requests that were refused before they ran, as attempts; the brain sees them among its attempts."""
    pause: dict[str, str] | None
    """Ending and reason, when the run must stop at this safe point."""


def initial_state(run_id: str, components: list[str], step: int = 0) -> CampaignState:
    """``step``: beyond every step on record, where a run lost its checkpoints."""
    qubits: dict[str, QubitState] = {name: ready("not started") for name in components}
    return CampaignState(run_id=run_id, step=step, queue=[], job=None, qubits=qubits, refused=[], pause=None)


def ready(why: str) -> QubitState:
    return QubitState(state="ready", why=why, approval="", diagnoses=[])


def held(why: str) -> QubitState:
    return QubitState(state="held", why=why, approval="", diagnoses=[])


def parked(why: str, approval: str, diagnoses: tuple[Diagnosis, ...] = ()) -> QubitState:
    known = [diagnosis.to_json() for diagnosis in diagnoses]
    return QubitState(state="parked", why=why, approval=approval, diagnoses=known)


def measurement_id(job_id: str, component: str) -> str:
    """Follows from the place in the run, so that a node executed again after a kill finds what it already did."""
    return f"{job_id}-{component}"
