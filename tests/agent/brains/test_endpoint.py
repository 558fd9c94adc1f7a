"""The endpoint against a server that misbehaves: every trouble has its name, and the key never shows."""

from __future__ import annotations

import json
import time

import pytest

from reson.agent.config import ModelSettings
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Request, Tool
from reson.agent.model.endpoint import open_endpoint
from reson.errors import OperatorError
from tests.agent.brains.chat_server import Answer
from tests.agent.brains.conftest import KEY


def question(**other: object) -> Request:
    return Request.model_validate(
        {"purpose": "choose", "model": "planner", "messages": (Message(role="user", parts=("hello",)),)} | other
    )


def in_turn(*answers: Answer):
    """A script that gives one answer after the other, and the last one for ever."""
    left = list(answers)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]


def test_a_sound_answer_with_usage_and_tool_calls(serve, desk_for):
    server = serve(in_turn(Answer(text="hi", calls=(("rabi", {"components": ["q0"]}),), usage=(321, 45))))
    reply = desk_for(server).ask(question())
    assert (reply.text, reply.usage.input, reply.usage.output, reply.usage.estimated) == ("hi", 321, 45, False)
    assert reply.tool_calls[0].name == "rabi"
    assert json.loads(reply.tool_calls[0].arguments) == {"components": ["q0"]}
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("trouble", [Answer(status=429), Answer(status=500), Answer(text="hi", half=True)])
def test_a_passing_trouble_is_tried_again(serve, desk_for, trouble):
    server = serve(in_turn(trouble, trouble, Answer(text="hi")))
    reply = desk_for(server).ask(question())
    assert (reply.text, reply.retries, len(server.requests)) == ("hi", 2, 3)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Answer(status=429), FailureKind.RATE_LIMITED),
        (Answer(status=500), FailureKind.SERVER_ERROR),
        (Answer(text="hi", half=True), FailureKind.UNREACHABLE),
        (Answer(text="hi", silence=3.0), FailureKind.TIMEOUT),
        (Answer(raw=b'{"choices": [{"mess'), FailureKind.MALFORMED),
        (Answer(raw=b"<html>bad gateway</html>"), FailureKind.MALFORMED),
        (Answer(raw=b"[]"), FailureKind.MALFORMED),
        (Answer(raw=b'{"choices": []}'), FailureKind.MALFORMED),
        (Answer(raw=b'{"choices": [{"message": {"tool_calls": [7]}}]}'), FailureKind.MALFORMED),
        (Answer(raw=b'\xff\xfe{"choices": []}'), FailureKind.MALFORMED),
        (Answer(refusal="I must not"), FailureKind.REFUSED),
        (Answer(status=401, error=f"wrong key {KEY}"), FailureKind.REFUSED),
        (Answer(status=404, error="no such model"), FailureKind.REFUSED),
    ],
)
def test_a_lasting_trouble_has_its_name_and_is_on_record(serve, desk_for, events, trouble, kind):
    desk = desk_for(serve(in_turn(trouble)), timeout=0.3, retries=1)
    with pytest.raises(NoAnswer) as caught:
        desk.ask(question())
    assert caught.value.kind is kind
    assert KEY not in str(caught.value)
    [call] = events.of("model_call")
    assert call["failure"] == kind
    assert KEY not in json.dumps(call)


def test_silence_costs_no_more_than_the_time_out(serve, desk_for):
    desk = desk_for(serve(in_turn(Answer(text="late", silence=60.0))), timeout=0.3, retries=1)
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="timeout"):
        desk.ask(question())
    assert time.monotonic() - began < 3.0


def test_a_dead_endpoint_is_left_alone_for_a_while_and_then_asked_again(serve, desk_for, events):
    server = serve(in_turn(Answer(status=500), Answer(text="back")))
    desk = desk_for(server, retries=0)
    for kind in (FailureKind.SERVER_ERROR, FailureKind.RESTING, FailureKind.RESTING):
        with pytest.raises(NoAnswer) as caught:
            desk.ask(question())
        assert caught.value.kind is kind
    assert len(server.requests) == 1
    assert len(events.of("model_call")) == 1
    time.sleep(0.35)
    assert desk.ask(question()).text == "back"


def test_what_an_endpoint_does_not_know_is_left_out_from_then_on(serve, desk_for):
    def old(body):
        for name in ("max_completion_tokens", "tool_choice"):
            if name in body:
                return Answer(status=400, error=f"Unrecognized request argument supplied: {name}")
        return Answer(text="hi")

    server = serve(old)
    desk = desk_for(server)
    tool = Tool(name="t", description="d", parameters={"type": "object", "properties": {}})
    asked = question(tools=(tool,), must_call=True)
    assert desk.ask(asked).text == "hi"
    assert server.requests[-1]["max_tokens"] == 4000
    before = len(server.requests)
    assert desk.ask(asked).text == "hi"
    assert len(server.requests) == before + 1


def test_a_streamed_answer_is_put_together_and_heard(serve, desk_for):
    server = serve(in_turn(Answer(text="one two three", calls=(("rabi", {"why": "x"}), ("t1", {"why": "y"})))))
    heard: list[str] = []
    reply = desk_for(server).ask(question(), heard.append)
    assert "".join(heard).split() == ["one", "two", "three"]
    assert [(call.name, json.loads(call.arguments)) for call in reply.tool_calls] == [
        ("rabi", {"why": "x"}),
        ("t1", {"why": "y"}),
    ]
    assert reply.usage.input == 1000


def test_a_stream_that_breaks_off_is_no_answer(serve, desk_for):
    desk = desk_for(serve(in_turn(Answer(text="one two three four", half=True))))
    with pytest.raises(NoAnswer, match="malformed"):
        desk.ask(question(), lambda piece: None)


def test_tokens_are_estimated_where_the_endpoint_counts_none(serve, desk_for, events):
    desk = desk_for(serve(in_turn(Answer(text="hello there", usage=None))))
    usage = desk.ask(question()).usage
    assert usage.estimated
    assert 0 < usage.input < 10
    assert events.of("model_call")[0]["usage"]["estimated"]


def test_the_budget_of_tokens_and_of_money_is_kept(serve, desk_for):
    server = serve(in_turn(Answer(text="hi", usage=(900, 50))))
    desk = desk_for(server, tokens=1900, cost=5.0)
    desk.ask(question())
    desk.ask(question())
    with pytest.raises(NoAnswer, match="budget_spent: 1900 of 1900"):
        desk.ask(question())
    assert len(server.requests) == 2
    rich = desk_for(server, cost=0.005, prices={"planner": {"input": 5.0, "output": 10.0}})
    rich.ask(question())  # 900 x 5 and 50 x 10 millionths: the whole budget
    assert rich.spent.cost == pytest.approx(0.005)
    with pytest.raises(NoAnswer, match=r"budget_spent: 0\.01 of 0\.005"):
        rich.ask(question())


def test_a_missing_key_or_model_is_told_before_the_night(monkeypatch, tmp_path):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(OperatorError, match="names no model"):
        open_endpoint(ModelSettings())
    with pytest.raises(OperatorError, match="no key"):
        open_endpoint(ModelSettings(choose="m"))
    with pytest.raises(OperatorError, match="cannot be read"):
        open_endpoint(ModelSettings(choose="m", key_file=str(tmp_path / "none")))
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert open_endpoint(ModelSettings(choose="m", key_file=str(tmp_path / "key"))).key == KEY
    assert open_endpoint(ModelSettings(choose="m", base_url="http://localhost:11434/v1")).key == ""


def test_a_secret_in_the_url_is_refused():
    with pytest.raises(ValueError, match="without user, password or key"):
        ModelSettings(base_url="https://me:secret@example.org/v1")
