"""The nodes that change the parameter table: propose (ask for approval) and commit (execute what was approved)."""

from __future__ import annotations

from typing import Any

from reson.agent.approvals import authorise, by_a_person
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.remembering import remember_answer
from reson.agent.campaign.state import CampaignState, QubitState, measurement_id, parked, ready
from reson.changes import changes_of, named_changes
from reson.components import joined, order
from reson.records import Action, ActionKind, Change, Effect, Verdict
from reson.tools.devices.device import why_not_set
from reson.tools.experiments.catalogue import get
from reson.tools.store.approvals import ApprovalRow, get_approval, mark_stale
from reson.tools.store.measurements import MeasurementRow, get_measurement, get_measurements, load_analysis
from reson.tools.store.parameters import commit as commit_approved
from reson.tools.store.table import values_in_force


def propose(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Ask for approval of what each accepted measurement would change; qubits that must wait are parked."""
    job, qubits = state["job"], dict(state["qubits"])
    assert job is not None
    writes = []
    rows = get_measurements(bench.store, [measurement_id(job["id"], name) for name in job["requests"]])
    for name, row in zip(job["requests"], rows, strict=True):
        if not bench.writes or row.judgement is None or row.judgement.verdict is not Verdict.ACCEPT:
            continue
        if not_ours := _refused_as_moved(bench, row):
            qubits[name] = not_ours
            continue
        approval = ask_to_write(bench, row, job["why"][name])
        if approval is None:
            continue
        if approval.status == "pending":
            qubits[name] = parked(f"{job['experiment']}: the new values wait for a person", approval.id)
        elif approval.status in ("approved", "executed"):
            writes.append(approval.id)
    return {"job": {**job, "writes": writes}, "qubits": qubits}


def controls_moved(bench: Bench, row: MeasurementRow) -> tuple[str, ...]:
    """Controls of the qubit that are no longer what they were when this was measured, by another hand than this run's:
    then the measurement speaks of another pulse than the one in force.
    """
    in_force = values_in_force(bench.store, bench.device.name, only=[row.component], controls=True)
    now = in_force.get(row.component, {})
    return tuple(name for name, value in row.controls.items() if now.get(name) != value)


def ask_to_write(bench: Bench, row: MeasurementRow, why: str) -> ApprovalRow | None:
    """The approval (given, pending or denied) of what this measurement proposes; None where it proposes nothing."""
    changes = proposed_changes(bench, row)
    if not changes:
        return None
    assert row.judgement is not None
    evidence = {
        "measurement": row.id,
        "experiment": row.experiment,
        "figure": row.figure_sha,
        "reading": row.reading.to_json() if row.reading else None,
        "checks": [check.to_json() for check in row.judgement.checks],
    }
    approval = authorise(
        bench.store,
        bench.policy(),
        write_action(bench, row, changes),
        approval_id=f"{row.id}-write",
        run_id=bench.run_id,
        device_kind=bench.device.kind,
        verdict=row.judgement.verdict,
        why=why,
        evidence=evidence,
        device_time=bench.clock(),
        expire_days=bench.config.approvals.expire_days,
    )
    body = {"approval": approval.id, "component": row.component, "status": approval.status, "rule": approval.rule}
    bench.tell(f"{approval.id}-asked", "approval", body | {"changes": [change.to_json() for change in changes]})
    return approval


def proposed_changes(bench: Bench, row: MeasurementRow) -> list[Change]:
    """What the experiment proposes from its saved analysis, with the old values as the table has them now."""
    proposed = get(row.experiment).propose(load_analysis(bench.store, row), row.controls)
    components = {change.component for change in proposed}
    table = values_in_force(bench.store, bench.device.name, only=components)
    return [
        change.model_copy(update={"old": table.get(change.component, {}).get(change.parameter)}) for change in proposed
    ]


def write_action(bench: Bench, row: MeasurementRow, changes: list[Change]) -> Action:
    """The exact action that the approval of a write is bound to."""
    assert row.judgement is not None
    return Action(
        kind=ActionKind.WRITE,
        effect=Effect.WRITES,
        device=bench.device.name,
        component=joined(sorted({row.component, *(change.component for change in changes)}, key=order)),
        arguments={
            "measurement": row.id,
            "verdict": row.judgement.verdict,
            "changes": [change.to_json() for change in changes],
        },
    )


def commit(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Execute the approved writes of this job; each becomes a new version of its parameters."""
    job, qubits = state["job"], dict(state["qubits"])
    assert job is not None
    for approval_id in job["writes"]:
        row = get_approval(bench.store, approval_id)
        qubits[get_measurement(bench.store, row.evidence["measurement"]).component] = execute(bench, row)
    return {"qubits": qubits}


def _refused_as_moved(bench: Bench, row: MeasurementRow) -> QubitState | None:
    """The qubit, ready to be measured again, where its controls moved since; None where they did not."""
    moved = controls_moved(bench, row)
    if not moved:
        return None
    reason = f"{', '.join(moved)} moved since {row.id} was measured"
    bench.tell(f"{row.id}-moved", "write_refused", {"approval": f"{row.id}-write", "reason": reason})
    return ready(f"not written: {reason}")


def _refused_by_device(bench: Bench, row: ApprovalRow) -> QubitState | None:
    """The qubit, ready to go on without, where the device would not take what a person put in place of a value."""
    for change in changes_of(row.effective_action):
        if reason := why_not_set(bench.device, change.component, change.parameter, change.new):
            mark_stale(bench.store, row.id)
            bench.tell(f"{row.id}-impossible", "write_refused", {"approval": row.id, "reason": reason})
            return ready(f"not written: {reason}")
    return None


def execute(bench: Bench, row: ApprovalRow) -> QubitState:
    """Carry out an answered write and say how the qubit goes on.

    Where the table has moved since the approval was asked for, it is asked again and the qubit waits again.
    """
    if row.status in ("approved", "stale"):
        measured = get_measurement(bench.store, row.evidence["measurement"])
        if not by_a_person(row) and (not_ours := _refused_as_moved(bench, measured)):
            return not_ours
        row = ask_to_write(bench, measured, row.why) or row
    remember_answer(bench, row)
    if row.status == "pending":
        return parked("the table moved since this was asked; it is asked again", row.id)
    if row.status not in ("approved", "executed"):
        return ready(f"the write was {row.status} by {row.answered_by}")
    if row.status == "approved" and (refused := _refused_by_device(bench, row)):
        return refused
    written = commit_approved(bench.store, row.id, device_time=bench.clock())
    names = {(one.component, one.parameter): name for name, one in named_changes(row.effective_action).items()}
    for version in written:
        name = names[version.component, version.parameter]
        body = {
            "component": version.component,
            "parameter": version.parameter,
            "value": version.value,
            "stderr": version.stderr,
            **({"confidence": version.confidence} if version.confidence else {}),
        }
        bench.tell(f"{row.id}-{name}", "parameter_change", body | {"approval": row.id, "author": version.author})
    return ready("written")
