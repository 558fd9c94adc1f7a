"""The expert policy: a pure function from what is known of a qubit to the next decision.

It replays the attempts of this run against the plan: an accepted attempt takes the next step, any other is answered by
a remedy, and a detour upstream is a step laid on top of the one that failed. Nothing is remembered between calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reson.agent.expert.causes import Failure, better_answer
from reson.agent.expert.diagnosis import beside, error_above_limit, in_specification, leaky_pulse
from reson.agent.expert.evidence import measured_leakage, with_evidence
from reson.agent.expert.known_faults import confirming
from reson.agent.expert.plans import REFINE, SEARCH, WHY_ABOVE_LIMIT, Step, plan_for
from reson.agent.expert.remedies import Abandon, AskPerson, GoUpstream, Remedy, Retry, Skip, remedy
from reson.agent.observation import Attempt, Decision, Done, Escalate, GiveUp, GoalsView, Measure, QubitView
from reson.records import Status, Verdict

MAX_ATTEMPTS = 60
"""Per qubit and run: far beyond any sound bring-up; a qubit that needs more needs a person."""

MAX_REFINEMENTS = 2
FAR_ABOVE = 3.0
"""Times the coherence limit: an error that is still as large after one refinement has another cause."""


@dataclass
class Frame:
    """One step of the plan and the attempts at it that were not accepted."""

    step: Step
    failures: list[Attempt] = field(default_factory=list)
    upstream_tried: bool = False


def next_decision(view: QubitView, goals: GoalsView) -> Decision:
    """What to do next on this qubit; a diagnosis names the measurements it rests on."""
    decision = confirming(view, goals) or _by_plan(view, goals)
    if isinstance(decision, Measure):
        return decision
    told = tuple(with_evidence(one, view.attempts, goals) for one in decision.diagnoses)
    return decision.model_copy(update={"diagnoses": told})


def _by_plan(view: QubitView, goals: GoalsView) -> Decision:
    stack = [Frame(step) for step in reversed(plan_for(view))]
    refinements = 0
    answer: Remedy | None = None
    for position, attempt in enumerate(view.attempts):
        answer = None
        frame = stack[-1]
        if attempt.experiment != frame.step.experiment:
            continue  # another brain's idea: the plan goes on where it was
        if succeeded(attempt):
            stack.pop()
            if attempt.experiment == "standard_rb" and not _within_goal(attempt, goals):
                most = 1 if _far_above(attempt) else MAX_REFINEMENTS
                further = REFINE if refinements < most else WHY_ABOVE_LIMIT
                refinements += 1
                stack += [Frame(step) for step in reversed(further)]
        else:
            frame.failures.append(attempt)
            found = _has_found(view.attempts[: position + 1])
            usual = remedy(frame.step, frame.failures, frame.upstream_tried, found)
            failure = Failure(
                frame.step.experiment, frame.failures, view.attempts[: position + 1], frame.upstream_tried
            )
            answer = better_answer(view, failure, usual)
            if isinstance(answer, GoUpstream):
                frame.upstream_tried = True
                stack.append(Frame(Step(answer.experiment, answer.why, answer.parameters)))
            elif isinstance(answer, Skip):
                stack.pop()
                answer = None
            elif isinstance(answer, Abandon | AskPerson) and all(one.step in WHY_ABOVE_LIMIT for one in stack):
                stack.clear()
        if not stack:
            break
    if not stack:
        return _close(view, goals)
    if len(view.attempts) >= MAX_ATTEMPTS:
        return GiveUp(
            component=view.component,
            why=f"{MAX_ATTEMPTS} measurements did not suffice",
            diagnoses=in_specification(view, goals),
        )
    return _decide(view, stack[-1], answer, goals)


def succeeded(attempt: Attempt) -> bool:
    """Accepted (or approved by a person), and not merely the discovery of a large gate error that is now corrected.

    A moderate error needs no second look: its correction is as good as its fit, and benchmarking has the last word.
    """
    accepted = attempt.verdict is Verdict.ACCEPT or attempt.write == "written"
    turned_down = attempt.write in ("rejected", "denied", "responded")
    still_wrong = attempt.status is Status.LARGE_ERROR
    return accepted and not turned_down and not still_wrong


def _has_found(attempts: Sequence[Attempt]) -> bool:
    """Whether spectroscopy has found the qubit among these attempts."""
    return any(one.experiment == SEARCH and succeeded(one) for one in attempts)


def _decide(view: QubitView, frame: Frame, answer: Remedy | None, goals: GoalsView) -> Decision:
    name, step = view.component, frame.step
    match answer:
        case Retry(parameters, why):
            return Measure(component=name, experiment=step.experiment, parameters=dict(parameters), why=why)
        case AskPerson(measurement, why):
            known = in_specification(view, goals)
            return Escalate(component=name, measurement_id=measurement, why=why, diagnoses=known)
        case Abandon(why, diagnosis):
            return GiveUp(component=name, why=why, diagnoses=beside(diagnosis, view, goals))
    if not frame.failures and (recalled := _what_worked(step, view)):
        why = f"{step.why}; with the arguments that found it before"
        return Measure(component=name, experiment=step.experiment, parameters=recalled, why=why)
    return Measure(component=name, experiment=step.experiment, parameters=dict(step.parameters), why=step.why)


def _what_worked(step: Step, view: QubitView) -> dict[str, float]:
    """Arguments of an accepted search for the line of this qubit on an earlier night: the first guess for this one.

    Every other default follows from measured values in the table, which are newer; the search for the line rests on
    the design until a Rabi oscillation was accepted, so that a weak drive line would be searched for anew each time.
    """
    for recalled in view.recalled:
        mine = recalled.component == view.component and recalled.experiment == step.experiment
        if mine and step.experiment == SEARCH and recalled.verdict is Verdict.ACCEPT:
            return dict(recalled.parameters)
    return {}


def _within_goal(attempt: Attempt, goals: GoalsView) -> bool:
    """With a margin of two standard deviations, so that what is reported as calibrated is so in truth."""
    error, limit = attempt.quantities["error_per_gate"], attempt.quantities["coherence_limit"]
    return error.value + 2 * (error.stderr or 0.0) <= goals.error_over_coherence_limit * limit.value


def _far_above(attempt: Attempt) -> bool:
    error, limit = attempt.quantities["error_per_gate"], attempt.quantities["coherence_limit"]
    return error.value - 2 * (error.stderr or 0.0) > FAR_ABOVE * limit.value


def last_benchmark(view: QubitView) -> Attempt | None:
    """The newest randomised benchmarking of this run that was accepted."""
    accepted = (one for one in reversed(view.attempts) if one.experiment == "standard_rb" and succeeded(one))
    return next(accepted, None)


def _close(view: QubitView, goals: GoalsView) -> Decision:
    benchmark = last_benchmark(view)
    assert benchmark is not None, "a plan ends with an accepted benchmark"
    error, limit = benchmark.quantities["error_per_gate"].value, benchmark.quantities["coherence_limit"].value
    diagnoses = in_specification(view, goals)
    if error > goals.error_over_coherence_limit * limit:
        why = "the error per gate stays above the goal after refinement"
        leakage = measured_leakage(view.attempts)
        cause = error_above_limit(error, limit, goals) if leakage is None else leaky_pulse(leakage)
        return GiveUp(component=view.component, why=why, diagnoses=(cause, *diagnoses))
    why = f"error per gate {error:.2e}, {error / limit:.2f} times the coherence limit"
    return Done(component=view.component, why=why, diagnoses=diagnoses)
