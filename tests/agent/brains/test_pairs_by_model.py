"""A model and pairs: it is offered what the expert would measure, closes a pair by the expert's rules, and a question
that is about qubits alone is word for word what it was."""

from __future__ import annotations

import pytest

from reson.agent.asking.choose_by_model import question
from reson.agent.asking.decisions import decisions_of
from reson.agent.asking.outline import Advice
from reson.agent.asking.toolset import allowed, offered
from reson.agent.asking.wishes import Problem, Wish
from reson.agent.config import ModelSettings
from reson.agent.expert import pairs
from reson.agent.expert.pair_plans import BRING_UP, GATE
from reson.agent.model.capabilities import EVERYTHING
from reson.agent.model.conversation import Request
from reson.agent.observation import OF_PAIRS, Decision, DiagnosisCode, Done, GiveUp, Measure, PairView
from reson.records import CheckCode, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from tests.agent.brains.test_pair_expert import GOALS, attempt, done, until, view
from tests.agent.brains.test_questions import chip
from tests.agent.brains.test_questions import view as qubit

PAIR = "q0-q1"


def decide(one: PairView, action: str, **given) -> Decision | Problem:
    wish = Wish(call_id="c", action=action, components=(PAIR,), why="w", **given)
    decided, problems = decisions_of([wish], chip(one), {PAIR}, {PAIR: pairs.next_decision(one, GOALS)})
    return decided[PAIR] if decided else problems[0]


def asked(*views) -> Request:
    advice = {one.component: Advice(expert=pairs.next_decision(one, GOALS)) for one in views if one.component == PAIR}
    return question(ModelSettings(), EVERYTHING, chip(*views), advice, {})


STATES = {
    "fresh": view(),
    "on its way": view(*until("cz_phase")),
    "in trouble": view(*until("cz_amplitude"), attempt("cz_amplitude", Verdict.REJECT, CheckCode.AT_EDGE)),
    "through": view(*(done(step.experiment) for step in BRING_UP)),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_is_what_the_expert_would_measure(state: str) -> None:
    one = STATES[state]
    expert = pairs.next_decision(one, GOALS)
    expected = {expert.experiment} if isinstance(expert, Measure) else set()
    assert allowed(one, expert) == expected == {row.name for row in offered(chip(one), {PAIR: expert})}
    for name in EXPERIMENTS:
        found = decide(one, name)
        assert isinstance(found, Measure) == (name in expected), (name, found)


def test_its_arguments_are_the_models_own_but_not_the_yardstick() -> None:
    one = view(*until(GATE))
    found = decide(one, GATE, numbers={"samples": 8.0})
    assert isinstance(found, Measure) and found.parameters == {"samples": 8.0}
    refused = decide(one, GATE, numbers={"limit": 0.1})
    assert isinstance(refused, Problem) and refused.code == "yardstick"


@pytest.mark.parametrize(("error", "expected"), [(None, "not_offered"), (1.2e-3, Done), (1.6e-3, "above_goal")])
def test_done_is_a_gate_within_its_limit(error: float | None, expected) -> None:
    made = [*until(GATE), *([] if error is None else [done(GATE, error)])]
    found = decide(view(*made), "done")
    assert found.code == expected if isinstance(found, Problem) else isinstance(found, expected)


def test_giving_up_names_a_code_of_pairs_that_a_measurement_shows() -> None:
    dead = attempt("coupler_arc", Verdict.REJECT, CheckCode.NO_INTERACTION)
    given = {"code": "no_interaction", "remedy": "check the line"}
    found = decide(view(dead, dead), "give_up", **given)
    assert isinstance(found, GiveUp) and found.diagnoses[0].code is DiagnosisCode.NO_INTERACTION
    suspected = decide(view(dead, dead), "give_up", **(given | {"code": "cz_above_limit"}))
    assert isinstance(suspected, GiveUp) and suspected.diagnoses[0].code is DiagnosisCode.UNRESOLVED


def test_a_question_about_qubits_knows_nothing_of_pairs() -> None:
    alone, beside = asked(qubit("q2")).model_dump_json(), asked(qubit("q2"), view()).model_dump_json()
    for word in ("## Pairs", "coupler_arc", *(f'"{code}"' for code in OF_PAIRS)):
        assert word not in alone
        assert word in beside
    assert "## q0-q1" in beside and "the expert would: coupler_arc" in beside


def test_a_qubit_that_was_moved_is_not_done_by_a_models_word() -> None:
    moved = qubit("q0", measured=True).model_copy(update={"moved_after": 0})
    wish = Wish(call_id="c", action="done", components=("q0",), why="w")
    _, problems = decisions_of([wish], chip(moved), {"q0"})
    assert problems[0].code == "not_offered" and "ramsey_xy" in problems[0].detail
