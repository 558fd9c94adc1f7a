"""What a model is told of a qubit: what was seen, what was tried, why it is asked, and what the expert would do."""

from __future__ import annotations

import pytest

from reson.agent.asking.outline import Advice, outline
from reson.agent.brains.cascade import CascadeBrain
from reson.agent.campaign.attempts import objections
from reson.agent.campaign.measuring import with_doubt
from reson.agent.config import CascadeSettings
from reson.agent.model.capabilities import EVERYTHING
from reson.agent.model.pictures import number_png, text_tokens
from reson.agent.observation import Diagnosis, DiagnosisCode, Escalate, GiveUp, Measure, Remembered
from reson.records import Check, CheckCode, Judgement, Quantity, Reading, Status, Verdict
from tests.agent.brains.chat_server import Answer, pictures_of, text_of
from tests.agent.brains.test_questions import brain_of, chip, failed, measure, passed, view
from tests.agent.brains.whole_talk import choose_by_model

WORDS = "two lines, the left one half as high, and the curve goes through neither"


def spoilt(**other):
    """An attempt with more failed checks than are shown."""
    reasons = tuple(f"check {number} fails" for number in range(5))
    fields = {"seen": WORDS, "why": "the line was lost", "failed": (CheckCode.MISFIT,) * 5} | other
    return failed(reasons=reasons, **fields)


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REVIEW])
def test_what_the_eye_saw_comes_before_all_checks_and_is_never_cut(verdict):
    text = outline(chip(view("q0", spoilt(verdict=verdict))))
    assert text.index(WORDS) < text.index("check 0 fails")
    assert "check 4 fails" not in text, "of the checks the first few suffice"
    long = "a faint line " * 25 + "and a step at the end"
    assert "a step at the end" in outline(chip(view("q0", spoilt(seen=long))))


def test_what_was_read_is_the_first_objection_to_an_attempt():
    codes = (CheckCode.MISFIT, CheckCode.IMPRECISE, CheckCode.AT_EDGE)
    checks = tuple(
        Check(name=code, code=code, passed=False, severity=Verdict.REJECT, message=f"{code}!") for code in codes
    )
    seen = {"outcome": "anomalous", "reliability": "unreliable", "status": "FIT_POOR", "confidence": 0.9}
    reading = Reading.model_validate(seen | {"reason": WORDS, "reader": "r", "seen": "picture"})
    told = objections(with_doubt(Judgement(verdict=Verdict.REJECT, checks=checks), reading))
    assert WORDS in told[0].message
    assert [one.code for one in told[1:]] == list(codes)


def test_a_doubting_reading_is_told_once():
    doubt = failed(reasons=(f"the plot reads as NO_SIGNAL: {WORDS}", "too noisy"), seen=WORDS)
    doubt = doubt.model_copy(update={"failed": (CheckCode.DOUBTED, CheckCode.IMPRECISE)})
    text = outline(chip(view("q0", doubt)))
    assert text.count(WORDS) == 1
    assert "too noisy" in text


def test_all_attempts_of_tonight_stay_visible_with_what_they_found_and_why_they_were_made():
    found = {"x_amplitude": Quantity(value=0.351, stderr=0.002)}
    rabi = passed("rabi").model_copy(update={"quantities": found})
    first = spoilt(seen="a broad hump at 4.9 GHz")
    text = outline(chip(view("q0", rabi, first, failed("readout"), failed("readout"))))
    assert "1. rabi ok; found x_amplitude 0.351" in text
    assert "a broad hump at 4.9 GHz" in text and "made because ⟦the line was lost⟧" in text
    assert "span=4e+07" in text


def test_a_healthy_qubit_is_told_of_in_one_line():
    steps = tuple(map(passed, ("rabi", "readout", "ramsey_xy", "t1")))
    text = outline(chip(view("q0", *steps)))
    assert "tonight: rabi ok, readout ok, ramsey_xy ok, t1 ok" in text
    assert "made because" not in text


EXPERT = {
    "measure": (
        Measure(component="q0", experiment="rabi", parameters={"max_amplitude": 0.5}, why="larger"),
        "the expert would: rabi(max_amplitude=0.5): ⟦larger⟧",
    ),
    "plain step": (
        Measure(component="q0", experiment="rabi", parameters={}, why="the next step"),
        "the expert would: rabi\n",
    ),
    "escalate": (
        Escalate(component="q0", measurement_id="m7", why="four tries"),
        "the expert would: escalate m7: ⟦four tries⟧",
    ),
    "give up": (
        GiveUp(
            component="q0",
            why="no line",
            diagnoses=(Diagnosis(code=DiagnosisCode.NO_DRIVE_RESPONSE, text="no line", remedy="look"),),
        ),
        "the expert would: give_up no_drive_response: ⟦no line⟧",
    ),
}


@pytest.mark.parametrize("name", EXPERT)
def test_a_model_knows_what_the_expert_would_do(name):
    decision, line = EXPERT[name]
    assert line in outline(chip(view("q0", spoilt())), {"q0": Advice(expert=decision)})


def test_the_asked_model_knows_why_it_is_asked(serve, desk_for):
    server = serve(lambda body: Answer(calls=(measure("q1", span=80e6),)))
    brain = CascadeBrain(brain_of(desk_for(server)), CascadeSettings())
    brain.choose(chip(view("q0"), view("q1", spoilt(), spoilt())))
    text = text_of(server.requests[0])
    assert "you are asked because: ⟦2 attempts at qubit_spectroscopy failed in a row⟧" in text
    assert "the expert would: resonator_spectroscopy\n" in text


@pytest.mark.parametrize(("reader", "images", "sent"), [("", 5, 1), ("", 1, 1), ("", 0, 0), ("eyes", 5, 0)])
def test_the_last_plot_of_a_qubit_in_trouble_goes_with_the_question(serve, desk_for, reader, images, sent):
    """Where the model that decides is the one that was seen to take pictures."""
    server = serve(lambda body: Answer(calls=(measure("q0", "q1", span=80e6),)))
    desk = desk_for(server, read=reader)
    figure = desk.blobs.put(number_png(7, 128), ".png")
    well = passed("rabi").model_copy(update={"figure": figure})
    able = EVERYTHING.model_copy(update={"images": images})
    decided, error = choose_by_model(desk, able, chip(view("q0", spoilt(figure=figure)), view("q1", well)))
    assert error is None and set(decided) == {"q0", "q1"}
    assert len(pictures_of(server.requests[0])) == sent
    assert ("plot of the last attempt on q0" in text_of(server.requests[0])) == bool(sent)


def test_a_line_of_an_earlier_attempt_is_short():
    """Twenty attempts of a night in trouble must not fill the question."""
    attempts = [passed("rabi")] * 18 + [failed("readout", status=Status.FIT_POOR)] * 2
    few, many = (text_tokens(outline(chip(view("q0", *attempts[-n:])))) for n in (2, 20))
    assert (many - few) / 18 < 15


def test_of_the_nights_before_the_last_is_told_and_in_trouble_three():
    nights = Remembered(nights=("01: T1 80", "02: T1 81", "03: T1 9"), notes=("ada, 02: cable⟧ replaced",))
    well = outline(chip(view("q0").model_copy(update={"remembered": nights})))
    assert "before: 03: T1 9" in well and "01: T1 80" not in well
    ill = outline(chip(view("q0", failed()).model_copy(update={"remembered": nights})))
    assert "before: 01: T1 80; 02: T1 81; 03: T1 9" in ill
    assert "note by ⟦ada, 02: cable] replaced⟧" in ill
