"""The expert for pairs against hand-made histories: each trouble has its remedy, and every pair comes to an end."""

from __future__ import annotations

import pytest

from reson.agent.expert.evidence import EVIDENCE
from reson.agent.expert.pair_diagnosis import SEEN
from reson.agent.expert.pair_plans import BRING_UP, GATE, REFINE, UPKEEP
from reson.agent.expert.pair_remedies import TRIES, UPSTREAM
from reson.agent.expert.pairs import MAX_ATTEMPTS
from reson.agent.observation import (
    OF_PAIRS,
    Attempt,
    Decision,
    DiagnosisCode,
    Done,
    GiveUp,
    GoalsView,
    Known,
    KnownFault,
    Look,
    Measure,
    PairView,
)
from reson.agent.report.words import DIAGNOSES
from reson.records import CheckCode, Quantity, Status, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.experiments.coupler_arc import TOLERABLE_ZZ
from tests.agent.brains.rewording import decided

GOALS = GoalsView(error_over_coherence_limit=1.5, assignment_fidelity=0.95, t1=15e-6)
LIMIT = 1e-3
BRING_UP_SAMPLES = EXPERIMENTS[GATE].arguments({}, {})["samples"]
KNOWN = {"coupler_bias": 0.15, "cz_amplitude": 0.25, "cz_duration": 60e-9, "cz_z_first": 0.1, "cz_z_second": 0.1}


def known(values: dict[str, float]) -> dict[str, Known]:
    return {name: Known(value=one, stderr=None, age_hours=1.0, measured=True) for name, one in values.items()}


def view(*attempts: Attempt, apart: float = 110e6, before: tuple[str, ...] = (), **other) -> PairView:
    lower = {"drive_frequency": 4.9e9, "anharmonicity": -300e6, "t1": 90e-6, "t2_echo": 80e-6}
    return PairView(
        component="q0-q1",
        known=known(KNOWN),
        design=KNOWN,
        measured_before=frozenset(before),
        attempts=attempts,
        first=known(lower),
        second=known(lower | {"drive_frequency": 4.9e9 + apart}),
        **other,
    )


def done(experiment: str, error: float = 1.1e-3, stderr: float = 0.05e-3) -> Attempt:
    found = {"cz_error": Quantity(value=error, stderr=stderr), "limit": Quantity(value=LIMIT)}
    return attempt(experiment, Verdict.ACCEPT, quantities=found if experiment == GATE else {})


def attempt(experiment: str, verdict: Verdict, *failed: CheckCode, **other) -> Attempt:
    fields = {
        "measurement_id": "m",
        "parameters": EXPERIMENTS[experiment].arguments({}, KNOWN),
        "outcome": None,
        "status": Status.SUCCESS if verdict is Verdict.ACCEPT else Status.FIT_POOR,
        "suggested_range": None,
        "reasons": tuple("a check failed" for _ in failed),
        "quantities": {},
        "write": "written" if verdict is Verdict.ACCEPT else "none",
    }
    return Attempt(experiment=experiment, verdict=verdict, failed=failed, **(fields | other))


def until(experiment: str) -> list[Attempt]:
    names = [step.experiment for step in BRING_UP]
    return [done(name) for name in names[: names.index(experiment)]]


def decide(*attempts: Attempt, **other) -> Decision:
    return decided(view(*attempts, **other), GOALS)


def code_of(decision: Decision) -> DiagnosisCode:
    assert isinstance(decision, GiveUp), decision
    return decision.diagnoses[0].code


@pytest.mark.parametrize(("before", "plan"), [((), BRING_UP), (("cz_z_first", "cz_error"), UPKEEP)])
def test_a_sound_pair_goes_through_its_plan_and_is_done(before: tuple[str, ...], plan) -> None:
    attempts: list[Attempt] = []
    for step in plan:
        decision = decide(*attempts, before=before)
        assert isinstance(decision, Measure) and decision.experiment == step.experiment
        attempts.append(done(step.experiment))
    assert isinstance(decide(*attempts, before=before), Done)


@pytest.mark.parametrize(
    ("apart", "code"),
    [
        (40e6, DiagnosisCode.PAIR_TOO_CLOSE),
        (200e6, DiagnosisCode.PAIR_COLLISION),
        (350e6, DiagnosisCode.PAIR_BEYOND),
    ],
)
def test_a_pair_outside_the_rule_costs_no_shot(apart: float, code: DiagnosisCode) -> None:
    assert code_of(decide(apart=apart)) is code


DESIGN = (4.9e9, 5.01e9)
"""A pair that was designed to have a CZ."""


@pytest.mark.parametrize(
    ("apart", "code"),
    [(200e6, DiagnosisCode.PAIR_COLLISION), (610e6, DiagnosisCode.PAIR_BEYOND), (40e6, DiagnosisCode.PAIR_TOO_CLOSE)],
)
def test_qubits_that_left_their_design_are_no_collision_before_their_coupler_was_looked_at(
    apart: float, code: DiagnosisCode
) -> None:
    """Flux trapped near a coupler brings it down to its qubits, which then lie anywhere."""
    look = decide(apart=apart, designed=DESIGN)
    assert isinstance(look, Measure) and look.experiment == "coupler_arc"
    trapped = attempt("coupler_arc", Verdict.REJECT, CheckCode.FLUX_OFFSET_OFF)
    again = decide(trapped, apart=apart, designed=DESIGN)
    assert isinstance(again, Measure) and again.experiment == "coupler_arc"
    assert code_of(decide(trapped, trapped, apart=apart, designed=DESIGN)) is DiagnosisCode.FLUX_OFFSET_OFF
    for found in (done("coupler_arc"), attempt("coupler_arc", Verdict.REJECT, CheckCode.FLUX_GAIN_OFF)):
        assert code_of(decide(found, apart=apart, designed=DESIGN)) is code


def test_a_pair_designed_outside_the_rule_costs_no_shot_either() -> None:
    assert code_of(decide(apart=200e6, designed=(4.9e9, 5.105e9))) is DiagnosisCode.PAIR_COLLISION


def test_a_memory_is_looked_for_before_an_amplitude_that_it_explains_and_each_detour_is_made() -> None:
    before = until("cz_phase")
    both = attempt("cz_phase", Verdict.REJECT, CheckCode.AT_EDGE, CheckCode.SETTLING)
    first = decide(*before, both)
    assert isinstance(first, Measure) and first.experiment == "cz_settling"
    edge = attempt("cz_phase", Verdict.REJECT, CheckCode.AT_EDGE)
    second = decide(*before, both, done("cz_settling"), edge)
    assert isinstance(second, Measure) and second.experiment == "cz_amplitude"
    third = decide(*before, both, done("cz_settling"), edge, done("cz_amplitude"), edge)
    assert not isinstance(third, Measure) or third.experiment in ("cz_phase", "coupler_arc")


def test_a_pair_that_lacks_a_qubit_names_it() -> None:
    decision = decide(set_aside=("q1",))
    assert code_of(decision) is DiagnosisCode.QUBIT_SET_ASIDE
    assert isinstance(decision, GiveUp) and "q1" in decision.diagnoses[0].text


def failing(experiment: str, code: CheckCode) -> list[Attempt]:
    """A pair up to where this step is not accepted, its detours in vain, as long as the expert stays with it."""
    attempts = until(experiment)
    decision = decide(*attempts)
    while isinstance(decision, Measure) and (decision.experiment != "coupler_arc" or not attempts):
        detour = decision.experiment != experiment
        attempts.append(done(decision.experiment) if detour else attempt(experiment, Verdict.REJECT, code))
        decision = decide(*attempts)
    return attempts


@pytest.mark.parametrize("experiment", ["cz_amplitude", "cz_duration", "cz_phase", "cz_frames", GATE])
def test_a_line_that_fails_in_the_course_of_a_night_is_named(experiment: str) -> None:
    """What several tries do not settle is begun anew from the arc, which shows a dead line at two looks."""
    attempts = failing(experiment, CheckCode.MISFIT)
    dead = [attempt("coupler_arc", Verdict.REJECT, CheckCode.NO_INTERACTION)] * 2
    decision = decide(*attempts, *dead)
    assert isinstance(decision, GiveUp)
    assert decision.diagnoses[0].code == DiagnosisCode.NO_INTERACTION


def test_a_fault_that_has_gone_leaves_a_pair_that_is_brought_up() -> None:
    attempts = failing("cz_phase", CheckCode.MISFIT)
    attempts += [done(step.experiment) for step in BRING_UP]
    assert isinstance(decide(*attempts), Done)


def test_a_pair_is_begun_anew_once() -> None:
    attempts = failing("cz_duration", CheckCode.MISFIT) + until("cz_duration")
    attempts += [attempt("cz_duration", Verdict.REJECT, CheckCode.MISFIT)] * TRIES
    assert isinstance(decide(*attempts), GiveUp)


@pytest.mark.parametrize("experiment", ["cz_phase", "cz_settling", "cz_frames"])
def test_qubits_that_no_row_of_pulses_shows_lose_their_coherence_to_them(experiment: str) -> None:
    attempts = failing(experiment, CheckCode.NO_SIGNAL) + until(experiment)
    while isinstance(decision := decide(*attempts), Measure):
        same = decision.experiment == experiment
        attempts.append(attempt(experiment, Verdict.REJECT, CheckCode.NO_SIGNAL) if same else done(decision.experiment))
    assert isinstance(decision, GiveUp)
    assert decision.diagnoses[0].code == DiagnosisCode.CONTRAST_LOST
    assert decision.diagnoses[0].evidence


def test_a_gate_too_poor_for_its_benchmark_is_above_its_limit() -> None:
    poor = {"cz_error": Quantity(value=0.25, stderr=0.02), "limit": Quantity(value=LIMIT)}
    last = [attempt(GATE, Verdict.REJECT, CheckCode.OUT_OF_RANGE, quantities=poor)] * TRIES
    decision = decide(*until(GATE), *last, *until(GATE), *last)
    assert isinstance(decision, GiveUp)
    assert decision.diagnoses[0].code == DiagnosisCode.CZ_ABOVE_LIMIT


@pytest.mark.parametrize("code", [CheckCode(str(one)) for one in SEEN])
def test_what_is_seen_again_and_again_is_the_diagnosis(code: CheckCode) -> None:
    """Whatever the remedies were on the way, the pair ends with the code of what failed, and with its measurements."""
    experiment = EVIDENCE[DiagnosisCode(str(code))].experiments[0]
    attempts = until(experiment)
    decision = decide(*attempts)
    while isinstance(decision, Measure) and len(attempts) < MAX_ATTEMPTS:
        detour = decision.experiment != experiment  # that helps nothing
        again = attempt(experiment, Verdict.REJECT, CheckCode.DOUBTED, code)
        attempts.append(done(decision.experiment) if detour else again)
        decision = decide(*attempts)
    assert len(attempts) <= 2 * (len(BRING_UP) + TRIES)  # it may be begun anew once
    assert code_of(decision) is DiagnosisCode(str(code))
    assert isinstance(decision, GiveUp) and decision.diagnoses[0].evidence


@pytest.mark.parametrize(("experiment", "code"), UPSTREAM)
def test_what_rests_on_something_else_goes_there_first(experiment: str, code: CheckCode) -> None:
    attempts = until(experiment)
    for detour in UPSTREAM[experiment, code]:
        attempts.append(attempt(experiment, Verdict.REVIEW, code))
        for step in detour:
            decision = decide(*attempts)
            assert isinstance(decision, Measure) and decision.experiment == step.experiment
            assert decision.parameters == step.parameters
            attempts.append(done(step.experiment))
        back = decide(*attempts)
        assert isinstance(back, Measure) and back.experiment == experiment


@pytest.mark.parametrize("experiment", dict.fromkeys(step.experiment for step in BRING_UP))
@pytest.mark.parametrize("code", list(CheckCode))
def test_every_remedy_is_a_measurement_that_can_be_made(experiment: str, code: CheckCode) -> None:
    attempts = until(experiment)
    for _ in range(MAX_ATTEMPTS):
        attempts.append(attempt(experiment, Verdict.REJECT, code))
        decision = decide(*attempts)
        if isinstance(decision, GiveUp):
            assert decision.diagnoses
            return
        assert isinstance(decision, Measure)
        arguments = EXPERIMENTS[decision.experiment].arguments(decision.parameters, KNOWN)
        if decision.experiment == experiment:
            assert arguments != attempts[-1].parameters, "the same again teaches nothing"
            attempts[-1] = attempts[-1].model_copy(update={"parameters": arguments})
        else:
            attempts.append(done(decision.experiment))
    raise AssertionError("no end")


SLOPE = (80.0, 6.0)


@pytest.mark.parametrize("code", [CheckCode.IMPRECISE, CheckCode.UNRESOLVED])
@pytest.mark.parametrize(
    ("tail", "slope", "expected"),
    [
        ((7e-4, 1e-4), SLOPE, "cz_phase"),
        ((-7e-4, 1e-4), SLOPE, "cz_phase"),
        ((-2e-4, 2e-4), (88.0, 21.0), "cz_phase"),
        ((-2e-4, 2e-4), (60.0, 30.0), "cz_settling"),
        ((8e-3, 1e-4), SLOPE, "cz_settling"),
        ((1.5e-3, 3e-4), SLOPE, "cz_settling"),
    ],
)
def test_a_tail_that_is_small_for_certain_is_left_alone(
    tail: tuple[float, float], slope: tuple[float, float], expected: str, code: CheckCode
) -> None:
    """Neither its time nor the slope need be known well."""
    found = {name: Quantity(value=one[0], stderr=one[1]) for name, one in (("tail", tail), ("slope", slope))}
    unsure = attempt("cz_settling", Verdict.REVIEW, code, quantities=found)
    decision = decide(*until("cz_settling"), unsure)
    assert isinstance(decision, Measure) and decision.experiment == expected


@pytest.mark.parametrize(("error", "again"), [(1.4e-3, False), (1.55e-3, True), (1.65e-3, True), (1.8e-3, False)])
def test_an_error_that_may_lie_on_either_side_of_the_goal_is_known_better_before_it_is_named(
    error: float, again: bool
) -> None:
    """Above 1.5 times the limit, with an error of 0.1 of it."""
    attempts = [*until(GATE), *(done(step.experiment, error, 0.1e-3) for step in (BRING_UP[-1], *REFINE))]
    decision = decide(*attempts)
    assert isinstance(decision, Measure) is again
    if isinstance(decision, Measure):
        assert decision.experiment == GATE and decision.parameters["samples"] > BRING_UP_SAMPLES
        assert isinstance(decide(*attempts, done(GATE, 1.3e-3, 0.06e-3)), Done)
        assert code_of(decide(*attempts, done(GATE, error, 0.06e-3))) is DiagnosisCode.CZ_ABOVE_LIMIT


def test_a_zz_without_a_zero_is_left_as_small_as_it_gets() -> None:
    """Only after an arc has looked for a zero further out; what is left is told."""
    none = attempt("coupler_idle", Verdict.REVIEW, CheckCode.NO_ZERO_ZZ)
    attempts = [*until("coupler_idle"), none, done("coupler_arc"), none, done("coupler_arc"), none]
    assert isinstance(decision := decide(*attempts), Measure) and decision.experiment == "coupler_idle"
    assert decision.parameters["tolerated"] == TOLERABLE_ZZ
    found = {"zz_left": Quantity(value=-8.5e3, stderr=200.0)}
    rest = [done(step.experiment) for step in BRING_UP[2:]]
    ended = decide(*attempts, attempt("coupler_idle", Verdict.ACCEPT, quantities=found), *rest)
    assert isinstance(ended, Done) and "no zero, -8.5 kHz" in ended.why


def test_an_error_above_the_goal_is_refined_once_and_then_named() -> None:
    attempts = [*until(GATE), done(GATE, 2.2e-3)]
    for step in REFINE:
        decision = decide(*attempts)
        assert isinstance(decision, Measure) and decision.experiment == step.experiment
        attempts.append(done(step.experiment, 2.2e-3))
    assert code_of(decide(*attempts)) is DiagnosisCode.CZ_ABOVE_LIMIT
    beside_a_jump = decided(view(*attempts, jumping=("q1",)), GOALS)
    assert isinstance(beside_a_jump, GiveUp)
    assert beside_a_jump.diagnoses[0].code is DiagnosisCode.CZ_ABOVE_LIMIT
    assert "q1 jumps between two frequencies" in beside_a_jump.diagnoses[0].text
    mended = [*attempts[:-1], done(GATE, 1.2e-3)]
    assert isinstance(decide(*mended), Done)


def test_a_gate_whose_limit_is_not_known_is_not_done() -> None:
    unknown = done(GATE).model_copy(update={"quantities": {"cz_error": Quantity(value=1e-3, stderr=1e-5)}})
    attempts = [*until(GATE), unknown, *(done(step.experiment) for step in REFINE[:-1]), unknown]
    assert isinstance(decide(*attempts), GiveUp)


def test_a_known_dead_line_costs_one_look() -> None:
    seen = attempt("coupler_arc", Verdict.REJECT, CheckCode.NO_INTERACTION)
    diagnosis = decide(seen, seen).diagnoses[0]  # pyright: ignore[reportAttributeAccessIssue]
    look = Look(experiment="coupler_arc", parameters=seen.parameters)
    fault = KnownFault(diagnosis=diagnosis, run_id="night-0001", since=1e9, sets_aside=True, look=look)
    first = decide(faults=(fault,))
    assert isinstance(first, Measure) and first.parameters == seen.parameters
    assert code_of(decide(seen, faults=(fault,))) is DiagnosisCode.NO_INTERACTION
    assert isinstance(decide(done("coupler_arc"), faults=(fault,)), Measure), "it works again: the plan goes on"


def test_every_diagnosis_of_a_pair_has_its_evidence_and_its_words() -> None:
    assert set(OF_PAIRS) <= set(EVIDENCE)
    assert {str(one) for one in OF_PAIRS} <= set(DIAGNOSES)
