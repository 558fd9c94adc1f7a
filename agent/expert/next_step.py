"""The expert policy: a pure function from what is known of a qubit to the next decision.

It replays the attempts of this run against the plan (``replaying``); nothing is remembered between calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.expert.causes import Failure, better_answer
from reson.agent.expert.diagnosis import (
    beside,
    error_above_limit,
    in_specification,
    leaky_pulse,
    not_benchmarked,
    unresolved,
)
from reson.agent.expert.evidence import PULSE, measured_leakage, resting, within_limit
from reson.agent.expert.known_faults import confirming
from reson.agent.expert.plans import (
    DONE_WITHOUT,
    LIMIT_AGAIN,
    REFINE,
    RETUNE,
    SEARCH,
    UPSTREAM,
    WHY_ABOVE_LIMIT,
    Step,
    plan_for,
    possible,
)
from reson.agent.expert.ranges import window_that_holds_a_beat
from reson.agent.expert.remedies import Abandon, AskPerson, GoUpstream, Remedy, Retry, Skip, remedy
from reson.agent.expert.replaying import Frame, accepted, replayed, succeeded
from reson.agent.expert.resonator_search import RESONATOR
from reson.agent.observation import (
    Attempt,
    Decision,
    Diagnosis,
    Done,
    Escalate,
    GiveUp,
    GoalsView,
    Measure,
    QubitView,
    Recollection,
)
from reson.records import Verdict
from reson.tools.experiments.catalogue import CATALOGUE
from reson.wording import plainly

MAX_ATTEMPTS = 60
"""Per qubit and run: far beyond any sound bring-up; a qubit that needs more needs a person."""

MAX_REFINEMENTS = 2
CLEARLY_BELOW = 0.75
"""Times the coherence limit, which T1 and T2 give to a tenth: no gate is as much better than that."""
FAR_ABOVE = 3.0
"""Times the coherence limit: an error that is still as large after one refinement has another cause."""


BENCHMARK = "standard_rb"
"""Says whether a qubit is done: a device that cannot run it has no calibration that could be trusted."""


def next_decision(view: QubitView, goals: GoalsView) -> Decision:
    """What to do next on this qubit; a diagnosis names the measurements it rests on."""
    decision = confirming(view, goals) or _by_plan(view, goals)
    if isinstance(decision, Measure):
        held = CATALOGUE[decision.experiment].held(decision.parameters, view.limits)
        return decision.model_copy(update={"parameters": held})
    return resting(decision, view.attempts, goals)


def _by_plan(view: QubitView, goals: GoalsView) -> Decision:
    if reason := view.impossible.get(BENCHMARK):
        return GiveUp(component=view.component, why=f"no benchmark: {reason}", diagnoses=(not_benchmarked(reason),))
    refined, doubted, waited = 0, False, False

    def further(attempt: Attempt) -> Sequence[Step]:
        nonlocal refined, doubted, waited
        if (longer := window_that_holds_a_beat(attempt)) and not waited:
            waited = True
            return (Step("ramsey_xy", "a slow beat or a decay? Over a window in which a beat would return", longer),)
        if attempt.experiment != BENCHMARK:
            return ()
        if _clearly_below(attempt) and not doubted:
            doubted = True
            return possible(LIMIT_AGAIN, view)
        # two standard deviations more, so that what is reported as calibrated is so in truth
        if within_limit(attempt, goals, PULSE, margin=2.0):
            return ()
        refined += 1
        most = 1 if _far_above(attempt) else MAX_REFINEMENTS
        return possible(REFINE if refined <= most else WHY_ABOVE_LIMIT, view)

    def answer_to(left: list[Frame], attempts: Sequence[Attempt]) -> Remedy:
        frame = left[-1]
        moved = frame.step in RETUNE and not frame.upstream_tried and frame.failures[-1].measurement_id
        if moved and SEARCH not in view.impossible:
            return GoUpstream(SEARCH, "it was moved farther than a Ramsey sweep follows: where is its line?")
        tried = frame.upstream_tried or UPSTREAM.get(frame.step.experiment) in view.impossible
        found, waiting = _has_found(attempts), {one.step.experiment for one in left if one.failures}
        answer: Remedy = Abandon("what it asks for waits for it", unresolved(frame.failures[-1]))
        for looked_upstream in (tried, True):
            usual = remedy(frame.step, frame.failures, looked_upstream, found, view.full_scale)
            failure = Failure(frame.step.experiment, frame.failures, attempts, looked_upstream)
            better = better_answer(view, failure, usual)
            if not isinstance(better, GoUpstream) or better.experiment not in waiting:
                answer = better
                break
        if isinstance(answer, Abandon | AskPerson) and all(one.step in WHY_ABOVE_LIMIT for one in left):
            return Skip("what is left only serves to explain the error", all_that_is_left=True)
        return answer

    moved = {} if view.moved_after is None else {view.moved_after: possible(RETUNE, view)}
    left, answer = replayed(plan_for(view), view.attempts, answer_to, further, moved)
    if not left:
        return _close(view, goals)
    if len(view.attempts) >= MAX_ATTEMPTS:
        return GiveUp(
            component=view.component,
            why=f"{MAX_ATTEMPTS} measurements did not suffice",
            diagnoses=beside(unresolved(view.attempts[-1]), view, goals),
        )
    return _decide(view, left[-1], answer, goals)


def _has_found(attempts: Sequence[Attempt]) -> bool:
    """Whether spectroscopy has found the qubit, and no oscillation was accepted since: what turned it then and does not
    now has to be looked for again."""
    told = [one.experiment for one in attempts if one.experiment in (SEARCH, "rabi") and succeeded(one)]
    return bool(told) and told[-1] == SEARCH


def _decide(view: QubitView, frame: Frame, answer: Remedy | None, goals: GoalsView) -> Decision:
    name, step = view.component, frame.step
    match answer:
        case Retry(parameters, why):
            return Measure(component=name, experiment=step.experiment, parameters=dict(parameters), why=why)
        case AskPerson(measurement, why):
            known = in_specification(view, goals)
            named = known or (unresolved(frame.failures[-1]),)
            return Escalate(component=name, measurement_id=measurement, why=why, diagnoses=named)
        case Abandon(why, diagnosis):
            return GiveUp(component=name, why=why, diagnoses=beside(diagnosis, view, goals))
    if not frame.failures and (recalled := _what_worked(step, view)):
        why = f"{step.why}; with the arguments that found it before"
        return Measure(component=name, experiment=step.experiment, parameters=recalled, why=why)
    return Measure(component=name, experiment=step.experiment, parameters=dict(step.parameters), why=step.why)


def _what_worked(step: Step, view: QubitView) -> dict[str, float]:
    """Arguments of an accepted search: of the line on an earlier night, of the resonator earlier in this one.

    Every other default follows from measured values in the table, which are newer; the search for the line rests on
    the design until a Rabi oscillation was accepted, so that a weak drive line would be searched for anew each time,
    and a resonator that showed itself to a gentle tone in fine steps is looked at again as if nothing was known. Where
    a sweep had its middle is not among them: the frequency in the table is that of the line, or of the dip, by now.
    """
    before: Sequence[Attempt | Recollection] = ()
    if step.experiment == SEARCH:
        before = [one for one in view.recalled if one.component == view.component]
    elif step.experiment == RESONATOR and not step.parameters:
        before = view.attempts[::-1]
    for one in before:
        if one.experiment == step.experiment and one.verdict is Verdict.ACCEPT:
            return {name: value for name, value in one.parameters.items() if name != "centre"}
    return {}


def _far_above(attempt: Attempt) -> bool:
    if not _compares(attempt):
        return False
    error, limit = attempt.quantities["error_per_gate"], attempt.quantities["coherence_limit"]
    return error.value - 2 * (error.stderr or 0.0) > FAR_ABOVE * limit.value


def _clearly_below(attempt: Attempt) -> bool:
    """Whether the error is smaller than coherence is said to allow: then T1 or T2 is not what it was."""
    if not _compares(attempt):
        return False
    error, limit = attempt.quantities["error_per_gate"], attempt.quantities["coherence_limit"]
    return error.value + 3 * (error.stderr or 0.0) < CLEARLY_BELOW * limit.value


def is_moved(view: QubitView) -> bool:
    """Whether a coupler's bias has moved the qubit and its frequency was not found again since."""
    if view.moved_after is None:
        return False
    return next(accepted(view.attempts[view.moved_after :], RETUNE[-1].experiment), None) is None


def _compares(benchmark: Attempt) -> bool:
    """Whether the coherence limit was known to it: one that was ordered before T1 and T2 has none."""
    return "coherence_limit" in benchmark.quantities


def last_benchmark(view: QubitView) -> Attempt | None:
    """The newest randomised benchmarking of this run that was accepted and can be compared with the coherence limit."""
    return next((one for one in accepted(view.attempts, BENCHMARK) if _compares(one)), None)


def _close(view: QubitView, goals: GoalsView) -> Decision:
    benchmark = last_benchmark(view)
    if benchmark is None:
        why = "the error per gate cannot be compared with a coherence limit: T1 or T2 were not known to the benchmark"
        return GiveUp(component=view.component, why=why, diagnoses=in_specification(view, goals))
    error, limit = benchmark.quantities["error_per_gate"].value, benchmark.quantities["coherence_limit"].value
    diagnoses = in_specification(view, goals)
    if error > goals.error_over_coherence_limit * limit:
        why = "the error per gate stays above the goal after refinement"
        leakage = measured_leakage(view.attempts)
        cause = error_above_limit(error, limit, goals) if leakage is None else leaky_pulse(leakage)
        return GiveUp(component=view.component, why=why, diagnoses=(cause, *diagnoses))
    why = f"error per gate {plainly(error)}, {error / limit:.2f} times the coherence limit"
    return Done(component=view.component, why=why, diagnoses=(*diagnoses, *_left_open(view.attempts)))


def _left_open(attempts: Sequence[Attempt]) -> tuple[Diagnosis, ...]:
    """What was looked for in vain and the gates came out well without: the third level's line, the punch-out."""
    tried = {one.experiment: one for one in attempts if one.experiment in DONE_WITHOUT and one.measurement_id}
    found = {one.experiment for one in attempts if succeeded(one)}
    return tuple(unresolved(last) for name, last in tried.items() if name not in found)
