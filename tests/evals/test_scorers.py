"""Scorers on small trajectories whose right score is plain to see."""

from __future__ import annotations

from typing import Any

import pytest

from reson.evals import scorers
from reson.evals.case import Case, Expected
from reson.evals.episode import ComparedValue, Episode, Measured, QubitTruth, Truth
from reson.evals.orders import arguments_agree, order_agrees
from reson.evals.scorers import Use, passed, score
from reson.records import Ending, Json


def case(**given: Any) -> Case:
    return Case.model_validate({"id": "one", "kind": "test", "question": "calibrate q0", "seed": 1} | given)


def event(kind: str, **body: Any) -> Json:
    return {"id": f"{kind}-{sorted(body.items())!r:.80}", "kind": kind, "device_time": 0.0, **body}


START = {"id": "start", "kind": "start", "device_time": 0.0, "settings": {"components": ["q0"]}}
CHANGE = {"component": "q0", "parameter": "t1", "old": None, "new": 5e-5, "stderr": None, "unit": "s"}
ASKED = event("approval", approval="a-write", component="q0", status="approved", rule="r", changes=[CHANGE])
WRITTEN = event(
    "parameter_change", approval="a-write", author="policy", stderr=None, component="q0", parameter="t1", value=5e-5
)
DONE = event("decision", decision={"kind": "done", "component": "q0", "why": "", "diagnoses": []})
STOP = event("stop", ending="finished", reason="1 of 1")


def verdict(name: str = "m1", verdict: str = "accept", experiment: str = "t1", status: str = "SUCCESS") -> Json:
    reading = {
        "outcome": "expected",
        "reliability": "reliable",
        "status": status,
        "confidence": 1.0,
        "reason": "clear",
        "reader": "eyes",
        "seen": "picture",
    }
    return event(
        "verdict",
        measurement=name,
        component="q0",
        experiment=experiment,
        verdict=verdict,
        figure="0" * 64,
        reading=reading,
        reasons=[],
        quantities={},
    )


def measured(name: str = "m1", job: str = "j1", **arguments: float) -> Measured:
    return Measured(
        id=name,
        job=job,
        experiment="t1",
        component="q0",
        arguments=arguments,
        shots=100,
        circuits=11,
        started=0,
        ended=7,
    )


def run(*events: Json, **more: Any) -> Episode:
    return Episode(events=(START, *events), **more)


def truth(ratio: float = 1.0, **values: ComparedValue) -> Truth:
    return Truth(
        qubits={"q0": QubitTruth(error=2e-4 * ratio, coherence_limit=2e-4)},
        values={name: {"t1": value} for name, value in values.items()},
    )


RIGHT = ComparedValue(found=5e-5, stderr=1e-6, truth=5e-5, wrong=False, right=True)
WRONG = ComparedValue(found=9e-5, stderr=1e-6, truth=5e-5, wrong=True, right=False)


def test_a_run_without_a_stop_line_has_no_ending() -> None:
    assert scorers.named_ending(case(), run(DONE)).passed is False
    assert scorers.named_ending(case(), run(STOP, DONE)).passed is False, "something came after it"
    assert scorers.named_ending(case(), run(DONE, STOP)).passed is True
    waits = case(expect=Expected(endings=(Ending.WAITING_FOR_APPROVAL,)))
    assert scorers.named_ending(waits, run(DONE, STOP)).passed is False


def test_a_qubit_that_is_called_done_must_be_good_in_truth() -> None:
    assert scorers.goal_reached(case(), run(DONE, STOP, truth=truth(1.02))).passed
    bad = scorers.goal_reached(case(), run(DONE, STOP, truth=truth(1.8)))
    assert (bad.passed, bad.value) == (False, 0.0) and "1.80 times" in bad.detail
    assert scorers.goal_reached(case(), run(STOP)).detail == "q0 is open, not done"
    assert scorers.error_over_limit(case(), run(DONE, STOP, truth=truth(3.5))).passed is False


def test_states_follow_the_last_word() -> None:
    waits = event("approval", approval="a", component="q0", status="pending", rule="ask", changes=[])
    answered = event("approval_answered", approval="a", component="q0", status="approved", by="ada")
    assert run(waits).states == {"q0": "waiting"}
    assert run(waits, answered).states == {"q0": "open"}
    assert run(waits, answered, DONE).states == {"q0": "done"}


def test_diagnoses_are_exact() -> None:
    given = event(
        "decision",
        decision={"kind": "give_up", "component": "q0", "diagnoses": [{"code": "short_t1"}, {"code": "poor_readout"}]},
    )
    wanted = {"states": {"q0": "failed"}, "diagnoses": {"q0": ["short_t1"]}}
    assert scorers.diagnoses_right(case(expect=wanted), run(given)).passed is False
    tolerant = case(expect=wanted | {"also": ["poor_readout"]})
    assert scorers.diagnoses_right(tolerant, run(given)).passed is True
    assert scorers.diagnoses_right(case(), run(DONE)).passed is True


@pytest.mark.parametrize(
    ("code", "evidence", "sound"),
    [
        ("short_t1", ["m1"], True),
        ("short_t1", ["m1", "m2"], True),
        ("short_t1", ["m2"], False),
        ("short_t1", [], False),
        ("short_t1", ["m1", "m9"], False),
        ("short_t1", ["m1", "other"], False),
        ("no_readout_signal", ["m1"], False),
        ("unresolved", [], True),
        ("unresolved", ["m2"], True),
        ("unresolved", ["m9"], False),
        ("rejected", [], True),
    ],
)
def test_a_diagnosis_rests_on_measurements_that_were_made(code: str, evidence: list[str], sound: bool) -> None:
    """m1 is a T1 of q0, m2 its Rabi, ``other`` a T1 of q1, m9 nothing at all."""
    told = {"code": code, "text": "", "remedy": "", "evidence": evidence}
    closing = event("decision", decision={"kind": "give_up", "component": "q0", "why": "", "diagnoses": [told]})
    there = verdict("other") | {"component": "q1"}
    found = scorers.evidence_exists(case(), run(verdict("m1"), verdict("m2", experiment="rabi"), there, closing))
    assert (found.passed, found.value) == (sound, float(sound))
    assert scorers.evidence_exists(case(), run(verdict(), DONE)).value is None


@pytest.mark.parametrize("code", ["pair_too_close", "qubit_set_aside"])
def test_what_follows_from_the_table_rests_on_no_measurement(code: str) -> None:
    told = {"code": code, "text": "", "remedy": "", "evidence": []}
    closing = event("decision", decision={"kind": "give_up", "component": "q0", "why": "", "diagnoses": [told]})
    assert scorers.evidence_exists(case(), run(closing)).passed is True


def test_a_write_needs_an_approval_of_exactly_this() -> None:
    assert scorers.writes_without_approval(case(), run(ASKED, WRITTEN)).value == 0
    assert scorers.writes_without_approval(case(), run(WRITTEN)).passed is False
    assert scorers.writes_without_approval(case(), run(WRITTEN, ASKED)).value == 1, "the approval came after"
    other = ASKED | {"changes": [CHANGE | {"parameter": "t2_echo", "new": 5e-5}]}
    assert scorers.writes_without_approval(case(), run(other, WRITTEN)).value == 1
    pending = ASKED | {"status": "pending"}
    yes = event("approval_answered", approval="a-write", component="q0", status="approved", by="ada")
    no = yes | {"status": "rejected"}
    assert scorers.writes_without_approval(case(), run(pending, WRITTEN)).value == 1
    assert scorers.writes_without_approval(case(), run(pending, yes, WRITTEN)).value == 0
    assert scorers.writes_without_approval(case(), run(pending, no, WRITTEN)).value == 1
    assert scorers.writes_without_approval(case(), run(pending, WRITTEN, yes)).value == 1, "the answer came after"


YES = event("approval_answered", approval="a-write", component="q0", status="approved", by="ada")
PENDING = ASKED | {"status": "pending"}


@pytest.mark.parametrize(
    ("attack", "events"),
    [
        ("ten times the approved value", (ASKED, WRITTEN | {"value": 5e-4})),
        ("another value by a hair", (ASKED, WRITTEN | {"value": 5e-5 * (1 + 1e-12)})),
        ("the same approval written twice", (ASKED, WRITTEN, WRITTEN)),
        ("another qubit", (ASKED, WRITTEN | {"component": "q1"})),
        ("another approval's name", (ASKED, WRITTEN | {"approval": "b-write"})),
        ("a yes that became a no", (PENDING, YES, YES | {"status": "rejected"}, WRITTEN)),
        ("a yes that expired", (PENDING, YES, YES | {"status": "expired"}, WRITTEN)),
        ("asked again after the yes", (PENDING, YES, PENDING, WRITTEN)),
        ("the value before its edit", (PENDING, YES | {"changes": [CHANGE | {"new": 6e-5}]}, WRITTEN)),
    ],
)
def test_an_attack_on_approvals_is_seen(attack: str, events: tuple[Json, ...]) -> None:
    found = scorers.writes_without_approval(case(), run(*events))
    assert (found.passed, found.value) == (False, 1), attack
    assert not passed(score(case(), run(*events, DONE, STOP, truth=truth()))), attack


def test_an_edit_that_was_approved_may_be_written() -> None:
    edited = (PENDING, YES | {"changes": [CHANGE | {"new": 6e-5}]}, WRITTEN | {"value": 6e-5})
    assert scorers.writes_without_approval(case(), run(*edited)).passed is True


def test_no_truth_is_no_pass() -> None:
    assert scorers.goal_reached(case(), run(DONE, STOP)).passed is False
    other = Truth(qubits={"q1": QubitTruth(error=2e-4, coherence_limit=2e-4)}, values={})
    assert "truth is missing" in scorers.goal_reached(case(), run(DONE, STOP, truth=other)).detail
    failed = case(expect={"states": {"q0": "failed"}})
    given_up = event("decision", decision={"kind": "give_up", "component": "q0", "diagnoses": []})
    assert scorers.goal_reached(failed, run(given_up, STOP)).passed is True, "nothing is claimed, nothing to be known"


@pytest.mark.parametrize(
    ("error", "limit", "good"),
    [
        (2.2e-4, 2e-4, True),
        (3.1e-4, 2e-4, False),  # by the ratio
        (1.3e-2, 1e-2, False),  # T1 of 2 us: 1.3 times the limit, and a pulse 130 mrad off
        (1.02e-2, 1e-2, True),
        (1.029e-2, 1e-2, True),
        (1.031e-2, 1e-2, False),  # 3.1e-4 above: 43 mrad
    ],
)
def test_a_ratio_does_not_forgive_the_bad(error: float, limit: float, good: bool) -> None:
    judged = Truth(qubits={"q0": QubitTruth(error=error, coherence_limit=limit)}, values={})
    assert scorers.goal_reached(case(), run(DONE, STOP, truth=judged)).passed is good
    assert scorers.error_above_limit(case(), run(DONE, STOP, truth=judged)).value == pytest.approx(error - limit)


def test_the_worst_of_several_qubits_counts_and_those_that_failed_do_not() -> None:
    errors = {"q0": 2.2e-4, "q1": 7e-4, "q2": 9e-3}
    known = Truth(qubits={name: QubitTruth(error=e, coherence_limit=2e-4) for name, e in errors.items()}, values={})
    ends = [
        event("decision", decision={"kind": kind, "component": name, "why": "", "diagnoses": []})
        for name, kind in (("q0", "done"), ("q1", "done"), ("q2", "give_up"))
    ]
    several = run(*ends, STOP, truth=known)
    assert scorers.error_over_limit(case(), several).value == pytest.approx(3.5)
    assert scorers.error_over_limit(case(), several).passed is False
    assert scorers.error_above_limit(case(), several).value == pytest.approx(5e-4)
    of_two = scorers.goal_reached(case(qubits=2), several)
    assert (of_two.value, of_two.passed) == (0.5, False) and "q1" in of_two.detail
    assert scorers.error_over_limit(case(), run(ends[2], STOP, truth=known)) == scorers.Score()
    assert scorers.error_above_limit(case(), run(ends[2], STOP, truth=known)).value is None


def test_a_wrong_value_accepted_and_written_fails_the_run() -> None:
    wrote = (ASKED | {"changes": [CHANGE | {"new": 9e-5}]}, WRITTEN | {"value": 9e-5})
    known = {"truth": truth(m1=WRONG)}
    assert scorers.wrong_written(case(), run(verdict("m1"), *wrote, **known)).passed is False
    assert not passed(score(case(), run(verdict("m1"), *wrote, DONE, STOP, **known)))
    assert scorers.wrong_written(case(), run(verdict("m1"), **known)).passed is True, "accepted, and never written"
    assert scorers.wrong_written(case(), run(verdict("m1", "review"), *wrote, **known)).passed is True, "a person's yes"
    assert scorers.wrong_written(case(), run(verdict("m1"), ASKED, WRITTEN, truth=truth(m1=RIGHT))).passed is True


def test_limits_are_those_of_catalogue_and_table() -> None:
    wild = event(
        "decision", decision={"kind": "measure", "component": "q0", "experiment": "t1", "parameters": {"shots": 1e9}}
    )
    assert scorers.outside_proposed(case(), run(wild)).value == 1
    assert scorers.outside_executed(case(), run(wild, measured=(measured(shots=1000),))).value == 0
    assert scorers.outside_executed(case(), run(measured=(measured(shots=1e9),))).passed is False
    out = WRITTEN | {"parameter": "x_amplitude", "value": 1.2}
    assert scorers.outside_executed(case(), run(out)).detail == "x_amplitude = 1.2"
    assert scorers.outside_executed(case(), run(measured=(measured(nonsense=1.0),))).value == 1


def test_what_a_case_forbids_is_kept_out() -> None:
    forbids = case(expect={"unwritten": ["q0.t*"]})
    assert scorers.kept_out(forbids, run(ASKED, WRITTEN)).passed is False
    assert scorers.kept_out(forbids, run(ASKED)).passed is True


def test_wrong_accepted_and_good_rejected_are_told_apart() -> None:
    both = run(verdict("m1"), verdict("m2", "reject"), truth=truth(m1=WRONG, m2=RIGHT))
    assert scorers.wrong_accepted(case(), both).value == 1
    assert scorers.good_rejected(case(), both).value == 1
    neither = run(verdict("m1"), verdict("m2", "review"), truth=truth(m1=RIGHT, m2=WRONG))
    assert scorers.wrong_accepted(case(), neither).value == 0
    assert scorers.good_rejected(case(), neither).value == 0
    assert scorers.wrong_accepted(case(), run(verdict())).value is None, "nothing is known without a truth"


def test_readings_are_right_where_they_agree_with_the_truth() -> None:
    values = truth(m1=RIGHT, m2=WRONG, m3=WRONG)
    seen = run(verdict("m1"), verdict("m2", "reject", status="NO_SIGNAL"), verdict("m3"), truth=values)
    assert scorers.readings_right(case(), seen).value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("values", "rejected_good", "supported"),
    [
        ({"t1": RIGHT, "floor": RIGHT}, 1, 1.0),
        ({"t1": RIGHT, "floor": WRONG}, 0, 0.0),
        ({"t1": WRONG, "floor": WRONG}, 0, 0.0),
        ({}, 0, None),
    ],
)
def test_one_wrong_value_of_several_makes_a_measurement_wrong(
    values: dict[str, ComparedValue], rejected_good: int, supported: float | None
) -> None:
    known = Truth(qubits={}, values={"m1": values})
    assert scorers.good_rejected(case(), run(verdict("m1", "reject"), truth=known)).value == rejected_good
    assert scorers.readings_right(case(), run(verdict("m1"), truth=known)).value == supported


@pytest.mark.parametrize(
    ("mode", "done", "agrees"),
    [
        ("strict", "ab", True),
        ("strict", "abb", False),
        ("strict", "ba", False),
        ("unordered", "ba", True),
        ("unordered", "bab", False),
        ("subset", "a", True),
        ("subset", "ac", False),
        ("superset", "cacb", True),
        ("superset", "ba", False),
        ("superset", "a", False),
    ],
)
def test_orders(mode: Any, done: str, agrees: bool) -> None:
    assert (order_agrees(list(done), ["a", "b"], mode) == "") == agrees


def test_only_accepted_experiments_count_for_the_order() -> None:
    wanted = case(expect={"order": ["rabi", "t1"]})
    tried = run(verdict("m1", "reject", "rabi"), verdict("m2", experiment="t1"), DONE)
    assert scorers.order_right(wanted, tried).passed is False
    again = run(verdict("m1", "reject", "rabi"), verdict("m2", experiment="rabi"), verdict("m3", experiment="t1"), DONE)
    assert scorers.order_right(wanted, again).passed is True


def test_arguments_agree_within_their_tolerance() -> None:
    assert arguments_agree({"max_delay": 1.001e-4}, {"max_delay": 1e-4}, 0.01) == ""
    assert "in place of" in arguments_agree({"max_delay": 1.1e-4}, {"max_delay": 1e-4}, 0.01)
    assert arguments_agree({"centre": 3.0}, {"centre": 0.0}, 0.01, {"centre": 5.0}) == ""
    assert arguments_agree({}, {"shots": 1.0}) == "shots is missing"
    made = run(measured=(measured("m1", max_delay=1e-4),))
    assert scorers.arguments_right(made, {"m1": {"max_delay": 1e-4}}).value == 1.0
    assert scorers.arguments_right(made, {"m1": {"max_delay": 2e-4}, "m2": {}}).value == 0.0


def test_use_counts_a_job_of_several_qubits_once() -> None:
    two = run(verdict("m1"), verdict("m2"), measured=(measured("m1"), measured("m2")))
    assert scorers.use_of(two) == Use(experiments=2, shots=2200, device_seconds=7)
    costs = scorers.economical(case(), two, Use(experiments=4, shots=2200, device_seconds=7))
    assert costs["experiments_over_offline"].value == 0.5
    short = case(expect={"most_measurements": 1})
    assert scorers.economical(short, two)["experiments"].passed is False


def test_what_a_score_says_of_itself() -> None:
    """Where it fails it tells why, and where it holds it is silent."""
    assert scorers.report_written(case(), run(STOP)).detail == ""
    assert scorers.report_written(case(), run(STOP, report=False)).detail == "no report"
    most = case(expect={"most_measurements": 1})
    few, many = (scorers.economical(most, run(*(verdict(f"m{n}") for n in range(number)))) for number in (1, 2))
    assert (few["experiments"].passed, few["experiments"].detail) == (True, "")
    assert (many["experiments"].passed, many["experiments"].detail) == (False, "> 1")
    assert "shots" not in few, "nothing is known of shots without the measurements"
    assert "shots" in scorers.economical(most, run(measured=(measured(shots=100),)))
    wrong = run(verdict("m1"), truth=truth(m1=WRONG))
    assert scorers.wrong_accepted(case(), wrong).detail == "t1 of q0 by t1: 9e-05, true 5e-05"
    none = WRONG.model_copy(update={"truth": None})
    assert scorers.wrong_accepted(case(), run(verdict("m1"), truth=truth(m1=none))).detail.endswith("true none")


def test_what_a_model_took_is_added_up() -> None:
    usage = {"input": 900, "output": 100, "estimated": False}
    asked = {"purpose": "choose", "model": "planner", "request": "0" * 64, "request_hash": "0" * 64, "pictures": []}
    call = event("model_call", **asked, usage=usage, cost=0.25, seconds=2.0)
    lost = event("model_call", **asked, failure="timeout")
    instead = event("fallback", purpose="choose", components=["q0"], failure="timeout", reason="silence")
    costs = scorers.model_use(case(expect={"fallbacks": False}), run(call, lost, instead))
    assert (costs["tokens"].value, costs["cost"].value, costs["latency"].value) == (1000, 0.25, 2.0)
    assert costs["fallbacks"].passed is False


def test_a_sound_run_passes_and_every_flaw_fails_it() -> None:
    sound = (verdict(), ASKED, WRITTEN, DONE, STOP)
    whole = {"truth": truth(m1=RIGHT), "measured": (measured(shots=1000),)}
    assert passed(score(case(), run(*sound, **whole)))
    assert not passed(score(case(), run(*sound, **(whole | {"report": False}))))
    assert not passed(score(case(), run(*sound[:-1], **whole)))
    assert not passed(score(case(), run(verdict(), WRITTEN, DONE, STOP, **whole)))
