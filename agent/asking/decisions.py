"""From wishes to decisions: only what the catalogue, the table and this run's history allow comes out.

Nothing here can write: a decision is still gated, approved and judged like one of the offline brain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod

from reson.agent.asking.tool_schemas import YARDSTICKS
from reson.agent.asking.toolset import allowed
from reson.agent.asking.wishes import Problem, Wish
from reson.agent.expert import pairs
from reson.agent.expert.diagnosis import in_specification
from reson.agent.expert.evidence import CZ, MOST, supporting, with_evidence, within_limit
from reson.agent.expert.next_step import is_moved, last_benchmark
from reson.agent.expert.replaying import succeeded
from reson.agent.observation import (
    OF_QUBITS,
    Attempt,
    Decision,
    Diagnosis,
    DiagnosisCode,
    Done,
    Escalate,
    GiveUp,
    GoalsView,
    Measure,
    Observation,
    PairView,
    QubitView,
)
from reson.errors import ToolError
from reson.records import Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.experiments.experiment import Experiment
from reson.tools.quantities import PARAMETERS

MOST_EFFORT = 50.0
"""A sweep may hold this many times the shots of the default one: as much as the longest average of the expert."""
TOLD = 1e-4
"""Relative precision with which the arguments of the expert are told."""
SAME_AGAIN = 2
"""How often the same measurement with the same arguments may fail before it is no idea any more."""
FEWEST_FAILURES = 2
"""A qubit is given up only after so many failed attempts of this run."""


def decisions_of(
    wishes: list[Wish],
    observation: Observation,
    open_components: set[str],
    expert: Mapping[str, Decision] | None = None,
) -> tuple[dict[str, Decision], list[Problem]]:
    """component -> decision for what is sound, and what is wrong with the rest.

    ``expert``: component -> what the expert would do, which is always allowed.
    """
    views = {view.component: view for view in observation.qubits if view.component in open_components}
    decided: dict[str, Decision] = {}
    problems: list[Problem] = []
    asked = Counter(name for wish in wishes for name in wish.components)
    for wish in wishes:
        for name in wish.components:
            found = _decide(wish, name, views, asked, observation.goals, (expert or {}).get(name))
            if isinstance(found, Problem):
                problems.append(found)
            else:
                decided[name] = found
    return decided, problems


def _decide(
    wish: Wish,
    name: str,
    views: Mapping[str, QubitView],
    asked: Counter[str],
    goals: GoalsView,
    expert: Decision | None,
) -> Decision | Problem:
    if name not in views:
        return _problem(wish, name, "not_asked", ", ".join(views))
    if asked[name] > 1:
        return _problem(wish, name, "several_decisions")
    view = views[name]
    if wish.action in EXPERIMENTS:
        return _measure(wish, view, EXPERIMENTS[wish.action], expert)
    if isinstance(expert, GiveUp) and wish.action == "give_up" and wish.code == expert.diagnoses[0].code:
        return expert.model_copy(update={"why": wish.why or expert.why})
    return {"escalate": _escalate, "done": _done, "give_up": _give_up}[wish.action](wish, view, goals)


def _measure(wish: Wish, view: QubitView, row: Experiment, expert: Decision | None) -> Decision | Problem:
    may = allowed(view, expert)
    if row.name not in may:
        if missing := [need for need in row.needs if _lacks(need, view)]:
            return _problem(wish, view.component, "needs_first", f"{row.name}: {', '.join(missing)}")
        return _problem(wish, view.component, "not_offered", ", ".join(sorted(may)))
    if set(wish.numbers) & set(YARDSTICKS):
        return _problem(wish, view.component, "yardstick", ", ".join(YARDSTICKS))
    try:
        known = {name: one.value for name, one in view.known.items()}
        arguments = row.arguments(wish.numbers, known, view.limits)
    except ToolError as error:
        return _problem(wish, view.component, "bad_arguments", error.message)
    except KeyError as control:  # its defaults rest on a control that this device does not have
        return _problem(wish, view.component, "needs_first", f"{row.name}: {control.args[0]}")
    if effort(row, arguments) > MOST_EFFORT:
        return _problem(wish, view.component, "too_large", f"{row.name}: {MOST_EFFORT:g}")
    if sum(_is_same(attempt, row.name, wish.numbers, arguments) for attempt in view.attempts) >= SAME_AGAIN:
        return _problem(wish, view.component, "same_again", row.name)
    numbers = expert.parameters if isinstance(expert, Measure) and _confirms(wish, expert) else wish.numbers
    return Measure(component=view.component, experiment=row.name, parameters=numbers, why=wish.why, then=wish.then)


def _confirms(wish: Wish, expert: Measure) -> bool:
    """Whether it asks for what the expert would measure, with its arguments as they were told, a few digits of them."""
    told = expert.parameters
    return (
        wish.action == expert.experiment
        and wish.numbers.keys() == told.keys()
        and all(abs(wish.numbers[name] - told[name]) <= TOLD * abs(told[name]) for name in told)
    )


def _lacks(need: str, view: QubitView) -> bool:
    """Whether a parameter still wants measuring; a control that the device does not have is its provider's affair."""
    if need not in view.known:
        return not PARAMETERS[need].control
    return not view.known[need].measured


def effort(row: Experiment, arguments: Mapping[str, float]) -> float:
    """Size of a measurement over that of the default one: the product of what sets its circuits and shots."""
    shared = {spec.name: spec.default for spec in row.parameters if spec.shared and spec.default}
    return prod(arguments[name] / default for name, default in shared.items())


def _is_same(attempt: Attempt, experiment: str, given: Mapping[str, float], arguments: Mapping[str, float]) -> bool:
    """An attempt with these arguments that brought nothing; adaptive defaults within a percent count as equal.

    One that was refused at once may hold only what was given.
    """
    if attempt.experiment != experiment or succeeded(attempt) or attempt.write == "written":
        return False
    made = attempt.parameters
    return made == given or (
        made.keys() == arguments.keys()
        and all(abs(arguments[name] - made[name]) <= 0.01 * abs(made[name]) for name in made)
    )


def _escalate(wish: Wish, view: QubitView, goals: GoalsView) -> Decision | Problem:
    asked_about = next((one for one in view.attempts if one.measurement_id == wish.measurement_id), None)
    open_ones = [
        one.measurement_id
        for one in view.attempts
        if one.verdict is Verdict.REVIEW and one.quantities and one.write == "none"
    ]
    if not wish.measurement_id or asked_about is None or wish.measurement_id not in open_ones:
        return _problem(wish, view.component, "nothing_to_escalate", ", ".join(open_ones) or "none")
    known = () if isinstance(view, PairView) else in_specification(view, goals)
    return Escalate(component=view.component, measurement_id=wish.measurement_id, why=wish.why, diagnoses=known)


def _done(wish: Wish, view: QubitView, goals: GoalsView) -> Decision | Problem:
    if isinstance(view, PairView):
        return _pair_done(wish, view, goals)
    if is_moved(view):
        return _problem(wish, view.component, "not_offered", "ramsey_xy")
    benchmark = last_benchmark(view)
    if benchmark is None:
        return _problem(wish, view.component, "not_benchmarked")
    ratio = benchmark.quantities["error_per_gate"].value / benchmark.quantities["coherence_limit"].value
    if ratio > goals.error_over_coherence_limit:
        return _problem(wish, view.component, "above_goal", f"{ratio:.2f} over {goals.error_over_coherence_limit:g}")
    return Done(component=view.component, why=wish.why, diagnoses=in_specification(view, goals))


def _pair_done(wish: Wish, view: PairView, goals: GoalsView) -> Decision | Problem:
    benchmark = pairs.last_benchmark(view)
    if benchmark is None:
        return _problem(wish, view.component, "not_offered", pairs.GATE)
    if not within_limit(benchmark, goals, CZ):
        return _problem(wish, view.component, "above_goal", f"{goals.error_over_coherence_limit:g}")
    return Done(component=view.component, why=wish.why)


def _give_up(wish: Wish, view: QubitView, goals: GoalsView) -> Decision | Problem:
    failures = [attempt for attempt in view.attempts if not succeeded(attempt)]
    if len(failures) < FEWEST_FAILURES:
        return _problem(wish, view.component, "too_early", str(FEWEST_FAILURES))
    codes = tuple(DiagnosisCode) if isinstance(view, PairView) else OF_QUBITS
    if wish.code not in codes or not wish.why or not wish.remedy:
        return _problem(wish, view.component, "no_diagnosis", ", ".join(codes))
    attempts = named_attempts(wish, view)
    if not attempts:
        return _problem(wish, view.component, "no_evidence", f"1 to {len(view.attempts)}")
    others = () if isinstance(view, PairView) else in_specification(view, goals)
    found = tuple(with_evidence(one, view.attempts, goals) for one in others)
    return GiveUp(
        component=view.component, why=wish.why, diagnoses=(_diagnosis(wish, attempts, goals), *_others(wish, found))
    )


def named_attempts(wish: Wish, view: QubitView) -> list[Attempt]:
    """The attempts that a wish says it rests on, by their numbers of tonight; all where it names none."""
    if not wish.rests_on:
        return list(view.attempts)
    return [attempt for number, attempt in enumerate(view.attempts, 1) if number in wish.rests_on]


def _diagnosis(wish: Wish, attempts: Sequence[Attempt], goals: GoalsView) -> Diagnosis:
    """As the model has it, where a measurement shows it; else unresolved, and what the model suspects."""
    code = DiagnosisCode(wish.code)
    evidence = supporting(code, attempts, goals)
    if evidence:
        return Diagnosis(code=code, text=wish.why, remedy=wish.remedy, evidence=evidence)
    tried = tuple(one.measurement_id for one in attempts if one.measurement_id)[-MOST:]
    text = f"unresolved, the model suspects {code}: {wish.why}"
    return Diagnosis(code=DiagnosisCode.UNRESOLVED, text=text, remedy=wish.remedy, evidence=tried)


def _others(wish: Wish, found: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    return tuple(one for one in found if one.code != wish.code)


def _problem(wish: Wish, component: str, code: str, detail: str = "") -> Problem:
    return Problem(call_id=wish.call_id, code=code, components=(component[:40],), detail=detail[:300])
