"""Memory during a campaign: what is remembered after each job, and what is recalled for a qubit in trouble.

The index serves the night and never stops it: where it fails, the night goes on without it and says so; everything in
it can be rebuilt from the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reson.agent import memory
from reson.agent.approvals import by_a_person
from reson.agent.campaign.attempts import attempt_of
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.earlier_nights import close_contradicted
from reson.agent.campaign.state import CampaignState, measurement_id
from reson.agent.expert.lessons import what_helped
from reson.agent.memory import (
    MemoryDocument,
    MemoryHit,
    document_of_approval,
    document_of_lesson,
    document_of_measurement,
)
from reson.agent.observation import Diagnosis, Recollection
from reson.errors import OperatorError
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.lessons import headed, lesson_id, list_lessons, record_lesson
from reson.tools.store.measurements import get_measurement, get_measurements, has_measurement, list_measurements
from reson.tools.store.trajectories import keep_trajectory


def remember(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """The node after a job: its measurements go into the index."""
    job = state["job"]
    assert job is not None
    rows = get_measurements(bench.store, [measurement_id(job["id"], name) for name in job["requests"]])
    for row in rows:
        if row.judgement is not None:
            close_contradicted(bench, row.component, attempt_of(row, None))
    _index(bench, [document_of_measurement(row) for row in rows])
    keep_trajectory(bench.store, bench.trajectory.path)
    bench.on_event("job_done", {"experiment": job["experiment"], "qubits": dict(state["qubits"])})
    return {"job": None}


def remember_answer(bench: Bench, row: ApprovalRow) -> None:
    """What a person decided; decisions of the policy teach nothing."""
    if by_a_person(row):
        _index(bench, [document_of_approval(row)])


def learn(bench: Bench, component: str, diagnosis: Diagnosis, sets_aside: bool) -> None:
    """A diagnosis becomes a lesson of the record, and of the index. ``sets_aside``: the qubit is given up for it."""
    text = headed(component, diagnosis.code, f"{diagnosis.text} {diagnosis.remedy}")
    _keep(bench, component, diagnosis.code, text, diagnosis.remedy, diagnosis.evidence, sets_aside)


def distil(bench: Bench, component: str) -> None:
    """What this run found out about measuring a qubit becomes a few lessons, each in place of an older one like it."""
    rows = list_measurements(bench.store, run_id=bench.run_id, component=component)
    for lesson in what_helped([attempt_of(row, None) for row in rows if row.judgement is not None]):
        _keep(bench, component, lesson.code, f"{component}: {lesson.text}", "", lesson.evidence, False)


def _keep(
    bench: Bench, component: str, code: str, text: str, remedy: str, evidence: Sequence[str], sets_aside: bool
) -> None:
    name = lesson_id(bench.run_id, component, code)
    record_lesson(
        bench.store,
        name,
        bench.run_id,
        component,
        text,
        bench.clock(),
        code=code,
        remedy=remedy,
        evidence=evidence,
        sets_aside=sets_aside,
    )
    mine = list_lessons(bench.store, run_id=bench.run_id, component=component)
    _index(bench, [document_of_lesson(row) for row in mine if row.id == name])


def _index(bench: Bench, documents: Sequence[MemoryDocument]) -> None:
    if bench.memory is None:
        return
    try:
        memory.remember(bench.memory, documents)
    except OperatorError as error:
        bench.on_event("memory_failed", {"reason": error.what, "remedy": error.remedy})


def recall(
    bench: Bench, question: str, limit: int, *, earlier_runs: bool = False, **where: str
) -> tuple[Recollection, ...]:
    """What memory holds about this device that is most like the question; nothing where the index fails.

    ``where``: metadata that must be equal, such as ``component`` or ``verdict``. ``earlier_runs``: without this run's
    own records, which are nearest to any question about it and known anyway.
    """
    if bench.memory is None or not bench.config.memory.use:
        return ()
    try:
        others = {"run_id": {"$ne": bench.run_id}} if earlier_runs else {}
        wanted = {"device": bench.device.name, **where, **others}
        hits = memory.recall(
            bench.memory, question, where=[{name: value} for name, value in wanted.items()], limit=limit
        )
    except OperatorError as error:
        bench.on_event("memory_failed", {"reason": error.what, "remedy": error.remedy})
        return ()
    return tuple(_recollection(bench, hit) for hit in hits)


def _recollection(bench: Bench, hit: MemoryHit) -> Recollection:
    """The index names the measurement; its arguments are in the record."""
    measured = hit.metadata.get("measurement_id")
    if measured is None or not has_measurement(bench.store, str(measured)):
        return Recollection(text=hit.text, distance=hit.distance)
    row = get_measurement(bench.store, str(measured))
    return Recollection(
        text=hit.text,
        distance=hit.distance,
        component=row.component,
        experiment=row.experiment,
        parameters=row.parameters,
        verdict=row.judgement.verdict if row.judgement else None,
    )
