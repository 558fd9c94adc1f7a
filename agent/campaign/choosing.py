"""The nodes ``choose`` and ``conclude``: answered approvals are taken up, the brain decides about all that is ready, at
once or after a talk, and the jobs are planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal

from reson.agent.asking.talk import Talk
from reson.agent.brains.brain import InTurns
from reson.agent.campaign.ahead import foreseen
from reson.agent.campaign.asking import begun, observed, talk_of
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.dependence import settled
from reson.agent.campaign.gathering import gathered, newly_asked
from reson.agent.campaign.observe import observe
from reson.agent.campaign.refusals import refusal
from reson.agent.campaign.remembering import distil, learn, remember_answer
from reson.agent.campaign.schedule import merge
from reson.agent.campaign.state import CampaignState, Job, QubitState, parked, ready
from reson.agent.campaign.writing import ask_to_write, execute
from reson.agent.expert.characterise import MOST_REPEATS
from reson.agent.measured_device import coupling_now
from reson.agent.observation import Attempt, Decision, Done, Escalate, GiveUp, Measure, Observation
from reson.components import with_qubits
from reson.errors import ToolError, ToolErrorKind
from reson.records import ActionKind
from reson.tools.devices.device import Device, Remote, bounds_of, only_waiting_alone
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.possible import why_not_on
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, get_approval, mark_stale
from reson.tools.store.measurements import get_measurement, used
from reson.tools.store.table import values_in_force

INFLATED = 3.0
"""Times the default device time from which a measurement that the budget does not cover is refused, not waited for."""


def choose(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """State after one round of decisions, or with the talk that must come before them; with nobody ready it is left as
    it is and the graph pauses or ends.
    """
    qubits, granted, refused = take_up_answers(bench, state)
    qubits = settled(bench, qubits)
    state = {**state, "qubits": qubits, "refused": refused}
    if isinstance(bench.device, Remote) and not granted:
        bench.device.let_go()
    if not any(qubit["state"] == "ready" for qubit in qubits.values()):
        return {"qubits": qubits, "queue": granted, "refused": refused}
    held = {name: one for name, one in state.get("held", {}).items() if qubits[name]["state"] == "ready"}
    state = {**state, "held": held, "queue": granted}
    observation = observe(bench, state)
    if observation.qubits and (asking := begun(bench, observation)):
        return {"qubits": qubits, "queue": granted, "refused": refused, "held": held, "asking": asking}
    return _planned(bench, state, observation, decided(bench, observation, None))


def conclude(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """State after the decisions of a talk that is over."""
    asking = state.get("asking")
    assert asking is not None, "the graph comes here from a talk"
    observation = observed(bench, asking)
    return _planned(bench, state, observation, decided(bench, observation, talk_of(asking))) | {"asking": None}


def decided(bench: Bench, observation: Observation, talk: Talk | None) -> list[Decision]:
    if not observation.qubits:
        return []
    brain = bench.brain
    return brain.concluded(observation, talk) if isinstance(brain, InTurns) else brain.choose(observation)


def _planned(
    bench: Bench, state: CampaignState, observation: Observation, decisions: Sequence[Decision]
) -> dict[str, Any]:
    """Each decision carried out, or put in the queue behind the jobs that were granted."""
    qubits, granted, refused = dict(state["qubits"]), state["queue"], list(state["refused"])
    asked, plans = dict(state.get("held", {})), dict(state.get("plans", {}))
    left = bench.budget().device_minutes * 60 - used(bench.store, bench.run_id).device_seconds
    attempts = {view.component: view.attempts for view in observation.qubits}
    for decision in decisions:
        bench.tell(f"{state['step']:04d}-choose-{decision.component}", "decision", {"decision": decision.to_json()})
        match decision:
            case Measure(component=name):
                plans[name] = list(decision.then)
                try:
                    _require_cheap(bench.device, decision, attempts[name])
                    asked[name] = newly_asked(_complete(bench, decision, left), attempts[name])
                except ToolError as error:
                    body = {"experiment": decision.experiment, "component": name, "reason": error.message}
                    bench.tell(f"{state['step']:04d}-refused-{name}", "refused", body)
                    cannot = error.kind is ToolErrorKind.DEVICE_REFUSED
                    one = refusal(state["step"], name, decision.experiment, decision.parameters, error.message)
                    refused.append(one | {"impossible": cannot})
            case Escalate():
                qubits[decision.component] = _escalate(bench, decision)
            case Done() | GiveUp():
                qubits[decision.component] = _close(bench, decision)
    in_order = {name: asked[name] for name in qubits if name in asked}
    now, later = gathered(in_order, patient=not isinstance(bench.device, Remote))
    for further in foreseen(bench, observation, now):
        with suppress(ToolError):  # it is asked for in its turn, and refused then
            now.append(_complete(bench, further, left))
            told = {"decision": further.to_json()}
            bench.tell(f"{state['step']:04d}-choose-{further.component}-{further.experiment}", "decision", told)
    qubits = settled(bench, qubits)
    jobs = merge(
        bench.run_id, state["step"], now, coupling_now(bench.store, bench.device), only_waiting_alone(bench.device)
    )
    return {
        "qubits": qubits,
        "queue": granted + jobs,
        "held": later,
        "plans": {name: plan for name, plan in plans.items() if plan},
        "step": state["step"] + max(1, len(jobs)),
        "refused": refused,
    }


def take_up_answers(
    bench: Bench, state: CampaignState
) -> tuple[dict[str, QubitState], list[Job], list[dict[str, Any]]]:
    """(qubits, granted jobs, refusals): parked qubits whose approval was answered go on.

    A qubit whose measurement was granted stays parked until it is measured: so the grant is found again after a pause,
    and the brain is not asked about that qubit meanwhile.
    """
    qubits, granted, refused = dict(state["qubits"]), {}, list(state["refused"])
    for name, qubit in state["qubits"].items():
        if qubit["state"] != "parked":
            continue
        row = get_approval(bench.store, qubit["approval"])
        if row.status is ApprovalStatus.PENDING:
            if not row.expired:
                continue
            mark_stale(bench.store, row.id)
            row = get_approval(bench.store, row.id)
        body = {"approval": row.id, "component": name, "status": row.status, "by": row.answered_by}
        if row.edited_action is not None and row.kind is ActionKind.WRITE:
            body["changes"] = row.edited_action.arguments["changes"]
        bench.tell(f"answer-{row.id}-{name}", "approval_answered", body)
        if row.kind is ActionKind.WRITE:
            qubits[name] = execute(bench, row)
            continue
        remember_answer(bench, row)
        if row.status is ApprovalStatus.APPROVED:
            granted[row.id] = _granted_job(row)
        else:
            qubits[name] = ready(f"{row.status} by {row.answered_by}")
            if row.status in (ApprovalStatus.REJECTED, ApprovalStatus.RESPONDED):
                refused.append(_answered(state["step"], name, row))
    return qubits, list(granted.values()), refused


def _answered(step: int, component: str, row: ApprovalRow) -> dict[str, Any]:
    """A measurement that a person turned down, or answered with a note, as an attempt that did not run."""
    answer: Literal["rejected", "responded"] = "rejected" if row.status is ApprovalStatus.REJECTED else "responded"
    arguments = row.action.arguments
    message = f"{answer} by {row.answered_by}: {row.note or 'no reason given'}"
    requested = arguments["requests"][component]
    return refusal(step, component, arguments["experiment"], requested, message, answer, row.note or "")


def _granted_job(row: ApprovalRow) -> Job:
    arguments = row.action.arguments
    return Job(
        id=row.id,
        experiment=arguments["experiment"],
        requests=arguments["requests"],
        why=dict.fromkeys(arguments["requests"], row.why),
        approval=row.id,
        results={},
        writes=[],
    )


def _require_cheap(device: Device, decision: Measure, attempts: Sequence[Attempt]) -> None:
    """Raises ``ToolError`` where a device that bills has measured it as often as any brain may have it."""
    measured = sum(one.experiment == decision.experiment and one.measurement_id != "" for one in attempts)
    if isinstance(device, Remote) and measured > MOST_REPEATS:
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED,
            f"{decision.experiment} was measured {measured} times in this run, and {device.name} bills each: "
            f"{MOST_REPEATS} repeats are the most",
        )


def _complete(bench: Bench, decision: Measure, left: float) -> Measure:
    """The measurement with all arguments filled in and checked; ``left``: seconds of device time. Raises ``ToolError``
    where one is refused.
    """
    row = get(decision.experiment)
    it_rests_on = values_in_force(bench.store, bench.device.name, only=with_qubits(decision.component))
    known = known_of(decision.component, it_rests_on)
    if reason := why_not_on(row, bench.device, row.target(decision.component)):
        raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{bench.device.name} cannot run {row.name}: {reason}")
    bounds = bounds_of(bench.device)
    arguments = row.arguments(decision.parameters, known, bounds)
    needed, usual = (row.device_seconds(one, bench.device) for one in (arguments, row.arguments({}, known, bounds)))
    if needed > left and needed > INFLATED * usual:  # the default would do; else the budget is spent indeed
        raise ToolError(
            ToolErrorKind.OVER_BUDGET,
            f"{decision.experiment} would take {needed:.0f} s of {left:.0f} s left; by default it takes {usual:.0f} s",
        )
    return decision.model_copy(update={"parameters": arguments})


def _escalate(bench: Bench, decision: Escalate) -> QubitState:
    row = get_measurement(bench.store, decision.measurement_id)
    approval = ask_to_write(bench, row, decision.why)
    if approval is None or approval.status == "denied":
        return ready("the policy refuses to ask for this")
    if approval.status == "approved":
        return execute(bench, approval)
    return parked(decision.why, approval.id, decision.diagnoses)


def _close(bench: Bench, decision: Done | GiveUp) -> QubitState:
    for number, diagnosis in enumerate(decision.diagnoses):
        learn(bench, decision.component, diagnosis, sets_aside=isinstance(decision, GiveUp) and number == 0)
    distil(bench, decision.component)
    state = "done" if isinstance(decision, Done) else "failed"
    diagnoses = [diagnosis.to_json() for diagnosis in decision.diagnoses]
    return QubitState(state=state, why=decision.why, approval="", diagnoses=diagnoses)
