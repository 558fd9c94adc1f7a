"""The plan for qubits whose pulses are out of reach, as a pure function of the attempts."""

from __future__ import annotations

from reson.agent.expert.characterise import PLAN, applies, next_decision
from reson.agent.expert.plans import Step
from reson.agent.observation import Attempt, Done, GiveUp, GoalsView, Known, Measure, QubitView
from reson.records import Outcome, Status, Verdict

GOALS = GoalsView(error_over_coherence_limit=1.5, assignment_fidelity=0.95, t1=15e-6)


def view(*attempts: Attempt, **known: float) -> QubitView:
    values = {name: Known(value=value, stderr=None, age_hours=0.0, measured=False) for name, value in known.items()}
    return QubitView(component="q3", known=values, design={}, measured_before=frozenset(), attempts=attempts)


def attempt(experiment: str, verdict: Verdict = Verdict.ACCEPT, status: Status = Status.SUCCESS) -> Attempt:
    return Attempt(
        measurement_id=f"m-{experiment}",
        experiment=experiment,
        parameters={"shots": 1000.0, "max_delay": 3e-4, "points": 31.0},
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


T1 = next(step for step in PLAN if step.experiment == "t1")


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


def test_what_fails_is_tried_again_longer_then_named_and_left() -> None:
    made = [attempt(step.experiment) for step in before("t1")]
    tries = []
    while True:
        decision = next_decision(view(*made), GOALS)
        assert isinstance(decision, Measure)
        if decision.experiment != "t1":
            break
        tries.append(decision.parameters)
        made.append(attempt("t1", Verdict.REJECT, Status.NO_SIGNAL))
    assert len(tries) == 4
    assert tries[1]["shots"] == 2000
    assert decision.experiment == "t2_hahn"
    done = next_decision(view(*made, *(attempt(step.experiment) for step in PLAN[PLAN.index(T1) + 1 :])), GOALS)
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
