"""The expert policy for pairs: the rule of the frequencies first, then from design values to a CZ at its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reson.agent.expert.diagnosis import unresolved
from reson.agent.expert.evidence import CZ, resting, within_limit
from reson.agent.expert.known_faults import confirming
from reson.agent.expert.pair_diagnosis import OF_THE_RULE, cz_above_limit, outside_rule, qubit_set_aside
from reson.agent.expert.pair_plans import ANEW, GATE, LOOK_LONGER, REFINE, plan_for
from reson.agent.expert.pair_remedies import remedy
from reson.agent.expert.pair_rule import PairFit, pair_fit
from reson.agent.expert.plans import Step
from reson.agent.expert.remedies import Abandon, Anew, Remedy, Retry
from reson.agent.expert.replaying import Frame, accepted, replayed
from reson.agent.observation import (
    Attempt,
    Decision,
    Diagnosis,
    DiagnosisCode,
    Done,
    GiveUp,
    GoalsView,
    Known,
    Measure,
    PairView,
)
from reson.records import CheckCode
from reson.wording import plainly

MAX_ATTEMPTS = 40
"""Per pair and run: three times the longest sound way."""
REFINEMENTS = 1
ARC = "coupler_arc"
PUSHED = "the qubits lie where no CZ works, and not by design: does their coupler, out of its place, push them there?"
SHOWN_BY_NO_ARC = (DiagnosisCode.REJECTED, DiagnosisCode.SETTLING)


def next_decision(view: PairView, goals: GoalsView) -> Decision:
    """What to do next on this pair; a diagnosis names the measurements it rests on."""
    decision = _without_a_shot(view) or confirming(view, goals) or _by_plan(view, goals)
    if isinstance(decision, Measure):
        return decision
    return resting(decision, view.attempts, goals)


def _without_a_shot(view: PairView) -> Decision | None:
    """What the table and the night of its qubits say against the pair; None where nothing does."""
    if view.set_aside:
        return _give_up(view, "a qubit of it was set aside", qubit_set_aside(view.set_aside))
    first, second = _values(view.first), _values(view.second)
    fit = pair_fit(first, second)
    if fit not in OF_THE_RULE or "cz_error" in view.measured_before:
        return None
    if view.attempts and not _leaves_the_rule(view.attempts):
        return None
    if not view.attempts and _was_designed_inside(view, first, second):
        return Measure(component=view.component, experiment=ARC, parameters={}, why=PUSHED)
    return _give_up(view, "its frequencies allow no CZ", outside_rule(fit, first, second))


def _was_designed_inside(view: PairView, first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Frequencies are those of the qubits only while the coupler is far from both."""
    if view.designed is None:
        return False
    both = zip((first, second), view.designed, strict=True)
    return pair_fit(*({**known, "drive_frequency": designed} for known, designed in both)) is PairFit.INSIDE


def _leaves_the_rule(attempts: Sequence[Attempt]) -> bool:
    """Whether the coupler's arc, all that was measured, shows no offset that would explain where the qubits lie."""
    offset = CheckCode.FLUX_OFFSET_OFF in attempts[-1].failed
    return all(one.experiment == ARC and one.measurement_id for one in attempts) and not offset


def _by_plan(view: PairView, goals: GoalsView) -> Decision:
    refined, begun_anew = 0, False

    def further(attempt: Attempt) -> Sequence[Step]:
        nonlocal refined
        if attempt.experiment != GATE or within_limit(attempt, goals, CZ, margin=2.0):
            return ()
        refined += 1
        if refined <= REFINEMENTS:
            return REFINE
        doubtful = not within_limit(attempt, goals, CZ) and within_limit(attempt, goals, CZ, margin=-2.0)
        return LOOK_LONGER if doubtful and refined == REFINEMENTS + 1 else ()

    def answer_to(left: list[Frame], attempts: Sequence[Attempt]) -> Remedy:
        nonlocal begun_anew
        frame = left[-1]
        answer = remedy(frame.step, frame.failures)
        if not begun_anew and isinstance(answer, Abandon) and _may_be_the_line(frame, answer):
            begun_anew = True
            return Anew(ANEW)
        return _named_by_its_error(view, frame, answer, goals) if isinstance(answer, Abandon) else answer

    left, answer = replayed(plan_for(view), view.attempts, answer_to, further)
    if not left:
        return _close(view, goals)
    if len(view.attempts) >= MAX_ATTEMPTS:
        return _give_up(view, f"{MAX_ATTEMPTS} measurements did not suffice", unresolved(view.attempts[-1]))
    step = left[-1].step
    match answer:
        case Retry(parameters, why):
            return Measure(component=view.component, experiment=step.experiment, parameters=dict(parameters), why=why)
        case Abandon(why, diagnosis):
            return _give_up(view, why, diagnosis)
    return Measure(component=view.component, experiment=step.experiment, parameters=dict(step.parameters), why=step.why)


def _named_by_its_error(view: PairView, frame: Frame, answer: Abandon, goals: GoalsView) -> Abandon:
    """A gate too poor for its benchmark to be trusted is above its limit all the same."""
    last = frame.failures[-1]
    error, limit = (last.quantities.get(name) for name in CZ)
    if frame.step.experiment != GATE or answer.diagnosis.code is not DiagnosisCode.UNRESOLVED or not error or not limit:
        return answer
    if error.value - 2 * (error.stderr or 0.0) <= goals.error_over_coherence_limit * limit.value:
        return answer
    return Abandon(answer.why, cz_above_limit(error, limit, goals, view.jumping))


def _may_be_the_line(frame: Frame, answer: Abandon) -> bool:
    """Whether the flux line may have changed since its arc was measured; one whose arc was just seen has not, and a
    tail shows in no arc.
    """
    just_seen = frame.step.experiment == ARC or (frame.step.experiment == "coupler_idle" and frame.upstream_tried)
    measured = bool(frame.failures[-1].measurement_id)
    return measured and not just_seen and answer.diagnosis.code not in SHOWN_BY_NO_ARC


def last_benchmark(view: PairView) -> Attempt | None:
    """The newest interleaved benchmarking of this run that was accepted."""
    return next(accepted(view.attempts, GATE), None)


def _close(view: PairView, goals: GoalsView) -> Decision:
    """Done only inside the goal, by a benchmark that knows its limit."""
    benchmark = last_benchmark(view)
    assert benchmark is not None, "a plan ends with an accepted benchmark"
    error, limit = benchmark.quantities["cz_error"], benchmark.quantities.get("limit")
    if limit is None:
        return _give_up(view, "the limit of its gate is not known", unresolved(benchmark))
    if not within_limit(benchmark, goals, CZ):
        return _give_up(
            view,
            "the error of its CZ stays above the goal after refinement",
            cz_above_limit(error, limit, goals, view.jumping),
        )
    why = f"CZ error {plainly(error.value)}, {error.value / limit.value:.2f} times the limit of qubits and coupler"
    return Done(component=view.component, why=why + _without_a_zero(view))


def _without_a_zero(view: PairView) -> str:
    """What is left of a ZZ that has no zero; nothing to be told where it has one, or was not looked at in this run."""
    idle = next(accepted(view.attempts, "coupler_idle"), None)
    left = idle and idle.quantities.get("zz_left")
    return f"; its ZZ has no zero, {left.value / 1e3:.1f} kHz are left at the best bias" if left and left.value else ""


def _give_up(view: PairView, why: str, diagnosis: Diagnosis) -> GiveUp:
    return GiveUp(component=view.component, why=why, diagnoses=(diagnosis,))


def _values(known: Mapping[str, Known]) -> dict[str, float]:
    return {name: one.value for name, one in known.items()}
