"""What saves questions: plans that run until something is not accepted, and the plots of a job read in one question."""

from __future__ import annotations

import json

import pytest

from reson.agent.asking.decisions import decisions_of
from reson.agent.asking.wishes import wishes_of
from reson.agent.brains.model import ModelBrain
from reson.agent.model.capabilities import EVERYTHING
from reson.agent.model.conversation import Reply, ToolCall, Usage
from reson.agent.observation import Measure
from reson.prompts.gallery import gallery
from reson.records import Status, Verdict
from reson.tools.data import Analysis, Axis
from tests.agent.brains.chat_server import Answer, pictures_of, text_of
from tests.agent.brains.test_questions import COLD, chip, failed, measure, passed, view

SEEN = {"outcome": "expected", "reliability": "reliable", "confidence": 0.9, "reason": "r", "suggested_range": None}
GOOD = SEEN | {"status": "SUCCESS"}
FLAT = SEEN | {"status": "NO_SIGNAL", "outcome": "apparatus", "reliability": "unreliable"}


def brain_of(desk) -> ModelBrain:
    return ModelBrain(desk, lambda: EVERYTHING, "openai", 0.75)


def planned(*experiments: str, last=passed):
    one = view("q0", passed("resonator_spectroscopy"), last("punch_out"))
    return one.model_copy(update={"planned": experiments})


def test_a_plan_goes_on_without_a_question_as_long_as_the_expert_would_do_the_same(serve, desk_for, events):
    server = serve(lambda body: Answer(calls=(measure("q0"),)))
    brain = brain_of(desk_for(server))
    [expert] = brain.offline.choose(chip(planned()))
    assert isinstance(expert, Measure)
    [decided] = brain.choose(chip(planned(expert.experiment, "rabi", "t1")))
    assert decided == expert.model_copy(update={"then": ("rabi", "t1")})
    assert server.requests == [] and events.of("question")[-1]["why"] == "as planned"


@pytest.mark.parametrize("one", [planned("rabi", "t1"), planned(COLD, "rabi", last=failed)], ids=["other", "failed"])
def test_a_plan_that_does_not_fit_any_more_is_asked_about(serve, desk_for, one):
    server = serve(lambda body: Answer(calls=(measure("q0", experiment="punch_out"),)))
    brain_of(desk_for(server)).choose(chip(one))
    assert server.requests != []


def called(**given: object) -> Reply:
    told = json.dumps({"components": ["q0"], "why": "w", "experiment": COLD, **given})
    calls = (ToolCall(id="c", name="measure", arguments=told),)
    return Reply(text="", tool_calls=calls, usage=Usage(input=1, output=1))


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        (["rabi", "t1"], ("rabi", "t1")),
        (["rm -rf", 7, {}, "rabi", "commit"], ("rabi",)),
        ("rabi", ()),
        (["rabi"] * 10_000, ("rabi",) * 20),
    ],
)
def test_a_plan_holds_experiments_of_the_catalogue_and_not_too_many(then, kept):
    wishes, problems = wishes_of(called(then=then))
    assert problems == []
    [decided] = decisions_of(wishes, chip(view("q0")), {"q0"})[0].values()
    assert isinstance(decided, Measure) and decided.then == kept
    assert ("then" in decided.to_json()) == bool(kept), "without a plan a decision is written as ever"


def test_what_confirms_the_expert_is_what_the_expert_would_do_to_the_last_digit():
    expert = Measure(component="q0", experiment=COLD, parameters={"span": 80123456.0}, why="e")
    wishes, _ = wishes_of(called(arguments={"span": float(f"{80123456.0:.5g}")}))
    decided = decisions_of(wishes, chip(view("q0")), {"q0"}, {"q0": expert})[0]["q0"]
    assert isinstance(decided, Measure) and decided.parameters == expert.parameters
    wishes, _ = wishes_of(called(arguments={"span": 81e6}))
    decided = decisions_of(wishes, chip(view("q0")), {"q0"}, {"q0": expert})[0]["q0"]
    assert isinstance(decided, Measure) and decided.parameters == {"span": 81e6}


def plots(number: int):
    figures = [one.path for one in gallery() if one.experiment == "rabi"][:number]
    axis = Axis(label="", unit="")
    bare = Analysis(experiment="rabi", series=(), x_axis=axis, y_axis=axis, quantities={})
    return dict.fromkeys(figures, bare)


def test_the_plots_of_a_job_are_read_in_one_question(serve, desk_for):
    server = serve(lambda body: Answer(text=json.dumps({"readings": [GOOD, FLAT]})))
    brain, shown = brain_of(desk_for(server)), plots(2)
    brain.look_ahead(shown)
    read = [brain.read(figure, one, Verdict.ACCEPT).status for figure, one in shown.items()]
    assert read == [Status.SUCCESS, Status.NO_SIGNAL]
    [body] = server.requests
    assert "The plot to read, number 2" in text_of(body) and len(pictures_of(body)) == 5


@pytest.mark.parametrize("answer", ["", "[]", json.dumps({"readings": [GOOD]}), json.dumps({"readings": [GOOD, {}]})])
def test_what_an_answer_about_several_leaves_open_is_asked_singly(serve, desk_for, answer):
    def script(body):
        return Answer(text=answer if "number 2" in text_of(body) else json.dumps(FLAT))

    server = serve(script)
    brain, shown = brain_of(desk_for(server)), plots(2)
    brain.look_ahead(shown)
    first, second = (brain.read(figure, one, Verdict.ACCEPT).status for figure, one in shown.items())
    assert second is Status.NO_SIGNAL
    alone = 1 if "{}" in answer else 2
    assert first is (Status.SUCCESS if alone == 1 else Status.NO_SIGNAL)
    assert len(server.requests) == 1 + alone


def test_references_are_sent_small_and_what_is_read_is_not(serve, desk_for):
    server = serve(lambda body: Answer(text=json.dumps(GOOD)))
    [(figure, one)] = plots(1).items()
    brain_of(desk_for(server)).read(figure, one, Verdict.ACCEPT)
    parts = [part for message in server.requests[0]["messages"][1:] for part in message["content"]]
    detail = [part["image_url"]["detail"] for part in parts if part["type"] == "image_url"]
    assert detail == ["low"] * 4 + ["high"]
