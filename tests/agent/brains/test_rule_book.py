"""What is offered, what is allowed and what the expert does are one set; a diagnosis rests on what shows it."""

from __future__ import annotations

import pytest

from reson.agent.asking.decisions import decisions_of
from reson.agent.asking.toolset import allowed, offered
from reson.agent.asking.wishes import Problem, Wish
from reson.agent.expert.next_step import next_decision
from reson.agent.expert.plans import BRING_UP, SHOWN_BY
from reson.agent.observation import Attempt, Decision, DiagnosisCode, GiveUp, Known, Measure
from reson.records import Quantity, Status, Verdict
from reson.tools.experiments.catalogue import CATALOGUE
from tests.agent.brains.test_expert import GOALS, attempt
from tests.agent.brains.test_expert import view as view_of
from tests.agent.brains.test_questions import chip, failed, passed, view

ALL_KNOWN = {
    name: Known(value=1e-6, stderr=None, age_hours=1.0, measured=True)
    for row in CATALOGUE.values()
    for name in row.needs
}


def warm(*attempts: Attempt, calibrated: bool = True):
    before = frozenset(SHOWN_BY.values()) if calibrated else frozenset()
    one = view("q0", *attempts, measured=True)
    return one.model_copy(update={"known": one.known | ALL_KNOWN, "measured_before": before})


def decide(one, action: str, expert: Decision | None = None, **given) -> Decision | Problem:
    wish = Wish(call_id="c", action=action, components=("q0",), why="w", **given)
    decided, problems = decisions_of([wish], chip(one), {"q0"}, {"q0": expert} if expert else {})
    return decided["q0"] if decided else problems[0]


STATES = {
    "cold": view("q0"),
    "bring-up": warm(calibrated=False),
    "calibrated": warm(),
    "in trouble": warm(failed("readout")),
    "mended": warm(failed("readout"), *map(passed, ("rabi", "readout", "t1"))),
    "benchmarked": warm(passed("standard_rb")),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_is_what_is_allowed(state):
    one = STATES[state]
    names = {row.name for row in offered(chip(one), {})}
    assert names == allowed(one, None)
    for name in CATALOGUE:
        found = decide(one, name)
        refused = isinstance(found, Problem) and found.code in ("not_offered", "needs_first")
        assert refused == (name not in names), (name, found)


def test_what_the_expert_would_do_is_offered_and_allowed_whatever_it_needs():
    """The expert measures leakage where no DRAG coefficient could be found."""
    one = warm(failed("rough_drag"))
    one = one.model_copy(update={"known": {n: k for n, k in one.known.items() if n != "drag_beta"}})
    expert = Measure(component="q0", experiment="leakage_rb", parameters={}, why="do the pulses leak?")
    assert isinstance(decide(one, "leakage_rb"), Problem)
    assert "leakage_rb" in {row.name for row in offered(chip(one), {"q0": expert})}
    found = decide(one, "leakage_rb", expert)
    assert not isinstance(found, Problem) or found.code not in ("needs_first", "not_offered")


def readout(fidelity: float) -> Attempt:
    found = {"assignment_fidelity": Quantity(value=fidelity, stderr=0.001)}
    return failed("readout", status=Status.SUCCESS, verdict=Verdict.REVIEW, quantities=found, measurement_id="m7")


def test_a_diagnosis_that_nothing_shows_is_what_the_model_suspects():
    """A qubit that is read at 0.987 has a readout signal."""
    one = warm(readout(0.987), readout(0.987))
    given = {"code": "no_readout_signal", "remedy": "check the line", "rests_on": (1, 2)}
    found = decide(one, "give_up", **given)
    assert isinstance(found, GiveUp)
    assert found.diagnoses[0].code is DiagnosisCode.UNRESOLVED
    assert found.diagnoses[0].text.startswith("unresolved, the model suspects no_readout_signal")
    assert found.diagnoses[0].evidence == ("m7", "m7")


def test_a_diagnosis_names_the_measurements_that_show_it():
    one = view("q0", failed(measurement_id="m1"), passed("rabi"), failed(measurement_id="m3"))
    found = decide(one, "give_up", code="no_drive_response", remedy="check", rests_on=(1, 3))
    assert isinstance(found, GiveUp) and found.diagnoses[0].evidence == ("m1", "m3")
    only_rabi = decide(one, "give_up", code="no_drive_response", remedy="check", rests_on=(2,))
    assert isinstance(only_rabi, GiveUp) and only_rabi.diagnoses[0].code is DiagnosisCode.UNRESOLVED
    silent = decide(one, "give_up", code="no_drive_response", remedy="check")
    assert isinstance(silent, GiveUp) and silent.diagnoses[0].evidence == ("m1", "m3"), "found by the table itself"


def test_attempts_that_there_are_not_are_no_evidence():
    found = decide(view("q0", failed(), failed()), "give_up", code="no_drive_response", remedy="x", rests_on=(9,))
    assert isinstance(found, Problem) and found.code == "no_evidence"


def test_a_benchmark_that_was_ordered_before_t1_and_t2_compares_with_nothing():
    """Found by the soak: a model that called a qubit done after it ended the night with a KeyError."""
    early = passed("standard_rb")
    early = early.model_copy(update={"quantities": {"error_per_gate": Quantity(value=2e-4, stderr=1e-5)}})
    found = decide(warm(early), "done")
    assert isinstance(found, Problem) and found.code == "not_benchmarked"
    assert next_decision(warm(early), GOALS)
    whole = [attempt(step.experiment) for step in BRING_UP]
    ended = next_decision(view_of(*whole[:-1], early), GOALS)
    assert isinstance(ended, GiveUp | Measure)
