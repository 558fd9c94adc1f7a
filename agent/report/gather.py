"""Gathers a report from the store and the trajectory of a run, however the run went."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reson.agent.model.accounts import account
from reson.agent.report import chip, events, tables
from reson.agent.report.content import Proposed, Provenance, Qubit, Report, Run, Use, Value, Waiting
from reson.agent.report.published import against_published, published_in
from reson.agent.report.published_history import RUNS
from reson.agent.report.story import proposed, story
from reson.agent.standing import health_of, last_words
from reson.agent.worse import Looked, Worse, worse_on_record
from reson.changes import changes_of
from reson.components import named
from reson.events import Event, Started
from reson.records import ActionKind
from reson.tools.experiments.layer_fidelity import ERROR as LAYER_ERROR
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.integrity import head_of
from reson.tools.store.lessons import lesson_id, list_lessons
from reson.tools.store.measurements import MeasurementRow, list_measurements
from reson.tools.store.runs import RunRow, get_run, list_runs
from reson.tools.store.table import ParameterRow, Table
from reson.tools.store.trajectories import require_made_here
from reson.trajectory import read_events

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.agent.report.published_content import AgainstPublished
    from reson.tools.devices.published import Published
    from reson.tools.store.store import Store


def gather(lab: Lab, store: Store, run_id: str) -> Report:
    """The content of a run's report. Raises ``OperatorError`` for an unknown run or a damaged record."""
    row = get_run(store, run_id)
    require_made_here(store, run_id)
    rows = list_measurements(store, run_id=run_id)
    approvals = list_approvals(store, run_id=run_id)
    trajectory = read_events(lab.runs / run_id / "trajectory.jsonl")
    start = events.start_of(trajectory)
    said = last_words(trajectory)
    mine = frozenset(measurement.id for measurement in rows)
    before, after = tables.table_before(store, row), tables.table_after(store, row)
    pending = [approval for approval in approvals if approval.status is ApprovalStatus.PENDING]
    writes = [approval for approval in approvals if approval.kind is ActionKind.WRITE]
    health = health_of(store, row.device, after, lab.config.goals, row.ended_device)
    qubits = tuple(
        chip.qubit(
            name,
            after,
            said.get(name),
            [approval for approval in pending if name in named(approval.component)],
            story([measured for measured in rows if measured.component == name], writes),
            mine,
            health.get(name, ()),
        )
        for name in row.settings.get("components", sorted({measured.component for measured in rows}))
    )
    drift = tables.drift(store, row, after, mine)
    return Report(
        run=_run(row),
        use=_use(row, rows, start),
        qubits=qubits,
        worse=_worse(store, row, qubits),
        waiting=tuple(_waiting(approval, after) for approval in pending),
        changes=tables.differences(before, after, mine),
        drift=drift,
        published=_published(
            lab, store, row, trajectory, qubits, *(tables.of_pairs(after, name, mine) for name in (LAYER_ERROR, "zz"))
        ),
        lessons=_lessons(store, run_id, qubits),
        refused=events.refusals(trajectory),
        summary=events.summary_of(trajectory),
        account=account(trajectory),
        provenance=_provenance(lab, store, row, start, approvals, trajectory),
    )


def _worse(store: Store, row: RunRow, qubits: Sequence[Qubit]) -> tuple[Worse, ...]:
    looked = [
        Looked(one.component, one.state, one.below, tuple(told.to_json() for told in one.diagnoses)) for one in qubits
    ]
    ended = row.started_device if row.ended_device is None else row.ended_device
    return tuple(worse_on_record(store, row.device, looked, ended))


def _published(
    lab: Lab,
    store: Store,
    row: RunRow,
    trajectory: Sequence[Event],
    qubits: Sequence[Qubit],
    layers: Mapping[str, Value],
    zz: Mapping[str, Value],
) -> AgainstPublished | None:
    told = published_in(store, trajectory)
    if told is None:
        return None
    before = _published_before(lab, store, row)
    return against_published((row.id, row.ended_device), told, qubits, layers, before, zz)


def _published_before(lab: Lab, store: Store, run: RunRow) -> list[tuple[str, float | None, Published]]:
    """Name, end and published properties of the runs before on this device, the newest first."""
    found: list[tuple[str, float | None, Published]] = []
    for row in list_runs(store, limit=1_000_000):
        if row.device != run.device or row.id == run.id or row.started_wall > run.started_wall:
            continue
        told = published_in(store, read_events(lab.runs / row.id / "trajectory.jsonl"))
        if told is not None:
            found.append((row.id, row.ended_device, told))
        if len(found) == RUNS:
            break
    return found


def _lessons(store: Store, run_id: str, qubits: Sequence[Qubit]) -> tuple[str, ...]:
    """Lessons that no diagnosis of the report tells already."""
    told = {lesson_id(run_id, qubit.component, diagnosis.code) for qubit in qubits for diagnosis in qubit.diagnoses}
    return tuple(lesson.text for lesson in list_lessons(store, run_id=run_id) if lesson.id not in told)


def _run(row: RunRow) -> Run:
    facts = row.model_dump(exclude={"status", "settings", "reason"})
    return Run.model_validate(facts | {"reason": row.reason or ""})


def _use(row: RunRow, rows: Sequence[MeasurementRow], start: Started | None) -> Use:
    jobs = {measured.job_id: measured.device_ended - measured.device_started for measured in rows}
    return Use(
        device_seconds=sum(jobs.values()),
        shots=sum(measured.shots * measured.circuits for measured in rows),
        measurements=len(rows),
        jobs=len(jobs),
        wall_seconds=None if row.ended_wall is None else row.ended_wall - row.started_wall,
        limits=(start.budget or start.config.get("budget")) if start else None,
    )


def _waiting(row: ApprovalRow, table: Table) -> Waiting:
    experiment = row.action.arguments.get("experiment") or row.evidence.get("experiment", "")
    what = f"measure {experiment}" if row.kind is ActionKind.MEASURE else f"write what {experiment} found"
    return Waiting(
        approval_id=row.id,
        component=row.component,
        what=what,
        changes=tuple(
            _beside(one, table.get(change.component, {}).get(change.parameter))
            for one, change in zip(proposed(row), changes_of(row.effective_action), strict=True)
        ),
        why=row.why,
        rule=row.rule,
        measurement_id=row.evidence.get("measurement"),
        figure=row.evidence.get("figure"),
    )


def _beside(change: Proposed, known: ParameterRow | None) -> Proposed:
    """A change with the uncertainty of the value that it takes the place of."""
    if known is None or known.value != change.old:
        return change
    return change.model_copy(update={"old_stderr": known.stderr})


def _provenance(
    lab: Lab,
    store: Store,
    row: RunRow,
    start: Started | None,
    approvals: Sequence[ApprovalRow],
    trajectory: Sequence[Event],
) -> Provenance:
    return Provenance(
        lab=str(lab.directory),
        brain=start.brain if start else "",
        versions=start.versions if start else {},
        settings=row.settings,
        config=start.config if start else {},
        rules=dict(Counter(approval.rule for approval in approvals)),
        times_resumed=events.times_resumed(trajectory),
        resumed_by=events.resumed_by(trajectory),
        written_wall=time.time(),
        damaged=events.damaged(lab.runs / row.id / "trajectory.jsonl"),
        record=str(head_of(store)),
    )
