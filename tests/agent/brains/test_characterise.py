"""The plan for qubits whose pulses are out of reach, as a pure function of the attempts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import cast

import pytest

from reson.agent.expert.characterise import DEARER, MOST_REPEATS, PLAN, applies, independent, next_decision
from reson.agent.expert.plans import Step
from reson.agent.observation import Attempt, Done, GiveUp, GoalsView, Known, Measure, QubitView
from reson.records import CheckCode, Outcome, Status, Verdict

ARGUMENTS = {
    **{"shots": 1000.0, "samples": 8.0, "max_delay": 3e-4, "points": 31.0, "max_length": 300.0, "detuning": 2e4},
    "max_repetitions": 25.0,
}
GOALS = GoalsView(error_over_coherence_limit=1.5, assignment_fidelity=0.95, t1=15e-6)


def view(*attempts: Attempt, **known: float) -> QubitView:
    values = {name: Known(value=value, stderr=None, age_hours=0.0, measured=False) for name, value in known.items()}
    return QubitView(component="q3", known=values, design={}, measured_before=frozenset(), attempts=attempts)


def attempt(experiment: str, verdict: Verdict = Verdict.ACCEPT, status: Status = Status.SUCCESS) -> Attempt:
    return Attempt(
        measurement_id=f"m-{experiment}",
        experiment=experiment,
        parameters=ARGUMENTS,
        verdict=verdict,
        outcome=Outcome.EXPECTED if verdict is Verdict.ACCEPT else Outcome.APPARATUS,
        status=status,
        suggested_range=None,
        reasons=() if verdict is Verdict.ACCEPT else ("no signal",),
        quantities={},
        write="none",
    )


def before(experiment: str) -> list[Step]:
    names = [step.experiment for step in PLAN]
    return list(PLAN[: names.index(experiment)])


def test_it_is_for_qubits_without_an_amplitude() -> None:
    assert applies(view(pulse_duration=32e-9))
    assert not applies(view(pulse_duration=32e-9, x_amplitude=0.2))


def test_every_experiment_is_made_once_and_then_it_is_done() -> None:
    made: list[Attempt] = []
    while isinstance(decision := next_decision(view(*made), GOALS), Measure):
        made.append(attempt(decision.experiment))
    assert [one.experiment for one in made] == [step.experiment for step in PLAN]
    assert isinstance(decision, Done)
    assert decision.diagnoses == ()


def test_a_large_error_is_a_finding() -> None:
    made = [attempt(step.experiment, status=Status.LARGE_ERROR) for step in PLAN]
    assert isinstance(next_decision(view(*made), GOALS), Done)


def night(judged: Callable[[str, int], tuple[Verdict, Status, tuple[CheckCode, ...]]]) -> list[Attempt]:
    """All that is asked of one qubit, ``judged`` by experiment and number of the try."""
    made: list[Attempt] = []
    while isinstance(decision := next_decision(view(*made), GOALS), Measure):
        tries = sum(one.experiment == decision.experiment for one in made)
        asked = {**ARGUMENTS, **decision.parameters}
        verdict, status, failed = judged(decision.experiment, tries)
        made.append(
            attempt(decision.experiment, verdict, status).model_copy(update={"parameters": asked, "failed": failed})
        )
        assert len(made) < 100
    return made


ACCEPTED = (Verdict.ACCEPT, Status.SUCCESS, ())
NAMES = [step.experiment for step in PLAN]


@pytest.mark.parametrize("code", CheckCode)
@pytest.mark.parametrize("status", [Status.FIT_POOR, Status.NO_SIGNAL, Status.WINDOW_TOO_SHORT, None])
def test_everything_is_measured_once_before_anything_is_repeated_and_nothing_more_than_twice(
    code: CheckCode, status: Status | None
) -> None:
    made = night(lambda experiment, tries: (Verdict.REVIEW, cast("Status", status), (code,)))
    assert [one.experiment for one in made[: len(PLAN)]] == NAMES
    counts = Counter(one.experiment for one in made)
    assert all(1 <= number <= 1 + MOST_REPEATS for number in counts.values())
    order = [sum(before.experiment == one.experiment for before in made[:at]) for at, one in enumerate(made)]
    assert order == sorted(order)  # all first repeats come before any second


@pytest.mark.parametrize("code", CheckCode)
@pytest.mark.parametrize("experiment", NAMES)
def test_more_shots_are_bought_for_noise_alone(experiment: str, code: CheckCode) -> None:
    made = night(lambda asked, tries: (Verdict.REVIEW, Status.FIT_POOR, (code,)) if asked == experiment else ACCEPTED)
    prices = [one.parameters["shots"] * one.parameters["samples"] for one in made if one.experiment == experiment]
    assert (max(prices) > prices[0]) == (code in (CheckCode.NO_SIGNAL, CheckCode.UNRESOLVED, CheckCode.IMPRECISE))
    assert all(after <= DEARER * before for before, after in pairwise(prices))


@pytest.mark.parametrize("beside", [CheckCode.MISFIT, CheckCode.UNSTEADY, CheckCode.TOO_QUIET, CheckCode.FAULT])
def test_a_fault_beside_noise_is_no_noise(beside: CheckCode) -> None:
    made = night(lambda asked, tries: (Verdict.REJECT, Status.FIT_POOR, (CheckCode.IMPRECISE, beside)))
    looks = [one for one in made if one.experiment == "t1"]
    assert len(looks) == 2 and looks[0].parameters == looks[1].parameters  # the same once more, and no third time


def test_what_twice_the_shots_do_not_show_is_not_paid_for_again() -> None:
    made = night(lambda asked, tries: (Verdict.REJECT, Status.NO_SIGNAL, (CheckCode.NO_SIGNAL,)))
    assert [one.parameters["shots"] for one in made if one.experiment == "t1"] == [1000, 2000]


@pytest.mark.parametrize(("experiment", "swept"), [("t1", "max_delay"), ("t2_hahn", "max_delay")])
def test_another_range_costs_no_more_shots_and_is_at_most_twice_as_long(experiment: str, swept: str) -> None:
    made = night(
        lambda asked, tries: (
            (Verdict.REVIEW, Status.WINDOW_TOO_SHORT, (CheckCode.IMPRECISE, CheckCode.DOUBTED))
            if asked == experiment
            else ACCEPTED
        )
    )
    looks = [one.parameters for one in made if one.experiment == experiment]
    assert [one[swept] for one in looks] == [3e-4, 6e-4, 12e-4]
    assert {one["shots"] for one in looks} == {1000.0}


def test_a_repeat_keeps_what_the_plan_has_asked_for() -> None:
    made = night(lambda asked, tries: (Verdict.REVIEW, Status.SUCCESS, (CheckCode.IMPRECISE,)))
    assert [one.parameters["samples"] for one in made if one.experiment == "purity_rb"] == [4.0] * 3


def test_what_was_refused_is_asked_for_once_more_as_the_plan_has_it() -> None:
    """Defaults would be dearer: the plan asks for a third of the sequences and shots."""
    refused = attempt("purity_rb", Verdict.REJECT).model_copy(update={"measurement_id": "", "outcome": None})
    others = [attempt(name) for name in NAMES if name != "purity_rb"]
    again = next_decision(view(*others, refused), GOALS)
    assert isinstance(again, Measure) and again.parameters == {"samples": 4, "shots": 500}
    assert isinstance(next_decision(view(*others, refused, refused), GOALS), Done)


def test_all_repeats_of_a_kind_make_one_round() -> None:
    made = [attempt(name, Verdict.REVIEW).model_copy(update={"failed": (CheckCode.IMPRECISE,)}) for name in NAMES[2:5]]
    seen = view(*(attempt(name) for name in NAMES if name not in NAMES[2:5]), *made)
    first = next_decision(seen, GOALS)
    assert isinstance(first, Measure)
    assert [first.experiment, *(one.experiment for one in independent(seen, first.experiment))] == NAMES[2:5]


def test_what_stays_unaccepted_is_named() -> None:
    made = night(
        lambda asked, tries: (Verdict.REJECT, Status.FIT_POOR, (CheckCode.MISFIT,)) if asked == "t1" else ACCEPTED
    )
    done = next_decision(view(*made), GOALS)
    assert isinstance(done, Done)
    assert [one.code for one in done.diagnoses] == ["unresolved"]


def test_a_qubit_of_which_nothing_is_known_is_given_up() -> None:
    made = [attempt(step.experiment, Verdict.REJECT, Status.NO_SIGNAL) for step in PLAN for _ in range(4)]
    assert isinstance(next_decision(view(*made), GOALS), GiveUp)


def test_sequences_are_as_long_as_the_published_error_asks_for() -> None:
    made = [attempt(step.experiment) for step in before("standard_rb")]
    decision = next_decision(view(*made, error_per_gate=4e-4), GOALS)
    assert isinstance(decision, Measure)
    assert decision.parameters == {"max_length": 3000}


def test_what_the_device_cannot_run_is_left_out_after_one_refusal() -> None:
    made = [attempt(step.experiment) for step in before("layer_fidelity")]
    refused = attempt("layer_fidelity", Verdict.REJECT).model_copy(update={"measurement_id": "", "outcome": None})
    done = next_decision(view(*made, refused), GOALS)
    assert isinstance(done, Done)
    assert done.diagnoses == ()
