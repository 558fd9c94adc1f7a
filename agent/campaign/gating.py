"""The node ``gate`` before a measurement: budget, hours, and the approval that every action needs, automatic or not."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from reson.agent.approvals import authorise
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.dependence import without_moved
from reson.agent.campaign.out_of_service import without_broken
from reson.agent.campaign.refusals import refuse_job
from reson.agent.campaign.state import CampaignState, Job, parked
from reson.hours import clock_of, shown
from reson.records import Action, ActionKind, Ending
from reson.tools.devices.device import Remote
from reson.tools.experiments.catalogue import get
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.measurements import used


def gate(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Take the next job from the queue if it may run; else pause the run, park its qubits, or note the refusal."""
    job, *queue = state["queue"]
    if isinstance(bench.device, Remote):
        bench.device.refresh()
    job = without_moved(bench, state, job)
    job, state = without_broken(bench, state, job)
    changed = {"qubits": state["qubits"], "refused": state["refused"]}
    if not job["requests"]:
        return {"queue": queue, "job": None, **changed}
    return {**changed, **_gated(bench, state, job, queue)}


def _gated(bench: Bench, state: CampaignState, job: Job, queue: list[Job]) -> dict[str, Any]:
    reason = must_pause(bench, job)
    if reason:
        return {"pause": {"ending": reason[0].value, "reason": reason[1]}}
    approval = permission(bench, job)
    if approval.status in ("approved", "executed"):
        return {"queue": queue, "job": {**job, "approval": approval.id}}
    qubits, refused = dict(state["qubits"]), list(state["refused"])
    if approval.status == "pending":
        qubits |= {name: parked(f"{job['experiment']} waits for a person", approval.id) for name in job["requests"]}
    else:
        refused += refuse_job(state["step"], job, f"not allowed: {approval.status} by {approval.rule}")
    body = {"approval": approval.id, "component": approval.component, "status": approval.status, "rule": approval.rule}
    bench.tell(f"{job['id']}-gate", "approval", body)
    return {"queue": queue, "job": None, "qubits": qubits, "refused": refused}


def permission(bench: Bench, job: Job) -> ApprovalRow:
    """What policy or person say to this measurement."""
    return authorise(
        bench.store,
        bench.policy(),
        action_of(bench, job),
        approval_id=job["approval"] or job["id"],
        run_id=bench.run_id,
        device_kind=bench.device.kind,
        verdict=None,
        why="; ".join(sorted(set(job["why"].values()))),
        evidence={"device_seconds": device_seconds(bench, job)},
        device_time=bench.clock(),
        expire_days=bench.config.approvals.expire_days,
    )


def action_of(bench: Bench, job: Job) -> Action:
    """The exact action that the approval of a measurement is bound to."""
    return Action(
        kind=ActionKind.MEASURE,
        effect=get(job["experiment"]).effect,
        device=bench.device.name,
        component=",".join(job["requests"]),
        arguments={"experiment": job["experiment"], "requests": job["requests"]},
    )


def device_seconds(bench: Bench, job: Job) -> float:
    """Expected device time: qubits measured together take as long as the slowest of them."""
    row = get(job["experiment"])
    return max(row.device_seconds(arguments, bench.device) for arguments in job["requests"].values())


def must_pause(bench: Bench, job: Job, before: Sequence[Job] = ()) -> tuple[Ending, str] | None:
    """(ending, reason) when this job must not start now. ``before``: jobs that will run before it."""
    budget = bench.budget()
    seconds, experiments, shots = used(bench.store, bench.run_id)
    seconds += sum(device_seconds(bench, one) for one in before)
    experiments += sum(len(one["requests"]) for one in before)
    if bench.stop.is_set():
        return Ending.STOPPED, "stopped by a person at the next safe point"
    if bench.until is not None and bench.device.now() >= bench.until:
        zone = bench.config.zone
        return Ending.BUDGET_SPENT, f"out of hours: it is {shown(bench.device.now(), zone):%H:%M}, {clock_of(zone)}"
    needed = device_seconds(bench, job)
    if seconds + needed > budget.device_minutes * 60:
        return (
            Ending.BUDGET_SPENT,
            f"device time: {seconds / 60:.1f} of {budget.device_minutes:g} min used, next needs {needed / 60:.1f}",
        )
    if isinstance(bench.device, Remote) and (reason := bench.device.over_budget(needed, job["id"])):
        return Ending.BUDGET_SPENT, reason
    if experiments + len(job["requests"]) > budget.experiments:
        return Ending.BUDGET_SPENT, f"experiments: {experiments} of {budget.experiments} used"
    limits = bench.device.limits
    more = needed / (limits.reset_time + limits.readout_time)  # never fewer than the job takes
    if shots + more > budget.shots:
        return Ending.BUDGET_SPENT, f"shots: {shots} of {budget.shots} used, next needs up to {more:.0f}"
    if monotonic() - bench.started > budget.wall_minutes * 60:
        return Ending.BUDGET_SPENT, f"wall time: {budget.wall_minutes:g} min used"
    return None
