"""What an endpoint may send: each entry is one kind of answer and what becomes of it. The next kind is one entry."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from html import escape
from urllib.parse import quote

import pytest

from reson.agent.asking.read_by_model import Unusable, reading_of
from reson.agent.asking.wishes import wishes_of
from reson.agent.brains.model import ModelBrain
from reson.agent.model.aloud import STRUCK, Aloud, struck
from reson.agent.model.capabilities import EVERYTHING
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Reply, Usage
from reson.agent.model.failures import LONGEST_TOLD
from reson.agent.model.streaming import LONGEST_TEXT, MOST_CALLS, Said, events_in
from reson.prompts.criteria import load_criteria
from reson.records import Status
from tests.agent.brains.chat_server import Answer, Body
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_endpoint import in_turn, question
from tests.agent.brains.test_questions import COLD, chip, view
from tests.agent.brains.whole_talk import choose_by_model

M, R, U, S = FailureKind.MALFORMED, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.SERVER_ERROR
HALF = b'data: {"choices": [{"delta": {"content": "half"}}]}\n\n'
DEEP = b"[" * 200_000
BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
PACKED = b"".join(BOMB.compress(b" " * 2**20) for _ in range(64)) + BOMB.flush()
"""64 MB in 64 kB: the limit is 32."""


def before_a_cut(words: str, key: str) -> str:
    """A key of which all but one character would be left, were what is told cut first and then rid of it."""
    return " " * (2 * LONGEST_TOLD - len(words) - len(key) + 1) + key


def said(*deltas: Body, **other: object) -> Answer:
    return Answer(deltas=deltas, **other)  # type: ignore[arg-type]


def call(name: str | None, arguments: object, **other: object) -> Body:
    return {"tool_calls": [{"function": {"name": name, "arguments": arguments}, **other}]}


def packed(data: bytes, by: str) -> Answer:
    return Answer(raw=data, headers={"Content-Encoding": by})


def moved(to: str) -> Answer:
    return Answer(status=308, headers={"Location": to})


NO_ANSWER: dict[str, tuple[Answer, FailureKind, str]] = {
    "200,000 brackets": (Answer(raw=DEEP), M, "nested too deep"),
    "200,000 brackets in a message": (Answer(raw=b'{"choices": [{"message": {"content": ' + DEEP), M, "too deep"),
    "200,000 brackets in a stream": (Answer(raw=b"data: " + DEEP), M, "nested too deep"),
    "a number of 5,000 digits": (Answer(raw=b'{"choices": ' + b"9" * 5000 + b"}"), M, "no JSON"),
    "a number of 5,000 digits in a stream": (Answer(raw=b'data: {"usage": ' + b"9" * 5000 + b"}\n\n"), M, "no JSON"),
    "64 MB packed by gzip": (packed(PACKED, "gzip"), M, "larger than 32 MB"),
    "64 MB packed, in an error": (
        Answer(status=400, packed_error=PACKED, headers={"Content-Encoding": "gzip"}),
        M,
        "larger than 1 MB",
    ),
    "an error of 30 MB": (Answer(status=400, page="model " * 5_000_000), M, "larger than 1 MB"),
    "10 million empty lists": (Answer(raw=b'{"choices": [' + b"[]," * 10_000_000 + b"[]]}"), M, "longer than 8 MB"),
    "10 million empty lists in a stream": (
        Answer(raw=b'data: {"choices": [' + b"[]," * 10_000_000 + b"[]]}\n\n"),
        M,
        "longer than 8 MB",
    ),
    "packed by what nobody asked for": (packed(b"x", "zstd"), M, "packed by zstd"),
    "packed and spoilt": (packed(b"no gzip at all", "gzip"), M, "cannot be used"),
    "more tool calls than qubits": (
        said(*[call("rabi", "{}", id=str(n)) for n in range(MOST_CALLS + 1)]),
        M,
        "more than 512",
    ),
    "more text than anybody reads": (
        said(*[{"content": "x" * 500_000}] * (LONGEST_TEXT // 500_000 + 1)),
        M,
        "longer than",
    ),
    "a call without a name": (said(call(None, "{}")), M, "without a function"),
    "a call that is a list": (said({"tool_calls": [[]]}), M, "without a function"),
    "calls that are a number": (said({"tool_calls": 7}), M, "cannot be used"),
    "choices that are words": (Answer(raw=b'{"choices": ["hello"]}'), M, "no message"),
    "a message that is a word": (Answer(raw=b'{"choices": [{"message": "hello"}]}'), M, "no message"),
    "a list": (Answer(raw=b"[]"), M, "no JSON object"),
    "a word": (Answer(raw=b"hello"), M, "no JSON"),
    "a login page": (Answer(raw=b"<!doctype html><title>Sign in</title>"), M, 'titled "Sign in"'),
    "half a stream": (Answer(text="one two three four", half=True), U, "broke off"),
    "nothing": (Answer(raw=b""), U, "broke off"),
    "an error with status 200": (Answer(raw=b'{"error": {"message": "no credit", "code": 402}}'), R, "no credit"),
    "an error in a stream": (Answer(raw=b'data: {"error": {"message": "out of memory"}}\n\n'), R, "out of memory"),
    "an error that is a word": (Answer(raw=b'{"error": "overloaded"}'), R, "overloaded"),
    "a wrong key": (Answer(status=401, error=f"not {KEY}"), R, "the key is missing or wrong: not ***"),
    "a wrong key beyond all that is told": (
        Answer(status=401, error=before_a_cut("the key is missing or wrong: ", KEY)),
        R,
        "the key is missing or wrong: ***",
    ),
    "a wrong key in a title": (
        Answer(status=404, page=f"<title>{'x' * (81 - len(KEY))}{KEY}</title>"),
        R,
        "***",
    ),
    "no credit": (Answer(status=402), R, "no credit"),
    "not for this key": (Answer(status=403), R, "may not use it"),
    "no such model": (Answer(status=404), R, "no such address or model"),
    "a page with status 404": (Answer(status=404, page="<html><title>nginx</title></html>"), R, 'titled "nginx"'),
    "a filter": (said({"content": "I wo"}, finish="content_filter"), R, "filter"),
    "another filter": (said({"content": "I wo"}, finish="SAFETY"), R, "filter"),
    "an answer that ends in an error": (said({"content": "half"}, finish="error"), S, 'broke its answer off: "error"'),
    "an answer that was given up": (said({"content": "half"}, finish="abort"), S, 'broke its answer off: "abort"'),
    "an error beside a piece of an answer": (
        Answer(raw=HALF + b'data: {"error": {"code": 502, "message": "lost"}, "choices": [{"delta": {}}]}\n\n'),
        S,
        "lost",
    ),
    "an event of that name": (
        Answer(raw=HALF + b'event: error\ndata: {"message": "overloaded", "code": 529}\n\ndata: [DONE]\n\n'),
        S,
        "overloaded",
    ),
    "to another host": (
        moved("http://example.org/v1/chat/completions"),
        R,
        "http://example.org, which is not followed",
    ),
    "to another port": (moved("http://127.0.0.1:1/v1"), R, "which is not followed"),
    "to nowhere": (moved("http://[::1"), R, ""),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_no_such_answer_ends_anything(serve, desk_for, events, name):
    """Each becomes ``NoAnswer`` with its cause in words, on record, without the key."""
    answer, kind, words = NO_ANSWER[name]
    desk = desk_for(serve(in_turn(answer)), retries=0, timeout=30.0)
    with pytest.raises(NoAnswer) as caught:
        desk.ask(question())
    assert caught.value.kind is kind
    assert words in caught.value.message
    assert KEY[:-1] not in json.dumps(events)
    [noted] = events.of("model_call")
    assert noted["failure"] == kind


@pytest.mark.parametrize("name", NO_ANSWER)
def test_whatever_the_answer_the_brain_decides(serve, desk_for, name):
    brain = ModelBrain(desk_for(serve(in_turn(NO_ANSWER[name][0])), retries=0), lambda: EVERYTHING, "openai", 0.75)
    observation = chip(view("q0"), view("q1"))
    assert brain.choose(observation) == brain.offline.choose(observation)


SOUND: dict[str, tuple[Answer, str, list[tuple[str, object]]]] = {
    "one document": (Answer(text="hi", whole=True), "hi", []),
    "one document with calls": (
        Answer(calls=(("a", {"x": 1}), ("b", {})), whole=True),
        "",
        [("a", {"x": 1}), ("b", {})],
    ),
    "one document, packed": (
        packed(gzip.compress(json.dumps({"choices": [{"message": {"content": "hi"}}]}).encode()), "gzip"),
        "hi",
        [],
    ),
    "a stream under another name": (
        Answer(raw=b'data: {"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}\n'),
        "hi",
        [],
    ),
    "a stream that an editor saved": (
        Answer(raw=b'\xef\xbb\xbfdata: {"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'),
        "hi",
        [],
    ),
    "comments that keep a line open": (
        Answer(raw=b': wait\n\ndata: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'),
        "hi",
        [],
    ),
    "a closed thought": (Answer(text="<think>rabi is\nfine</think>done"), "done", []),
    "a thought in pieces": (said({"content": "<th"}, {"content": "ink>no</thi"}, {"content": "nk>yes"}), "yes", []),
    "an unfinished thought": (Answer(text='<think>maybe {"decisions": [1]}', finish="length"), "", []),
    "a thought opened by the template": (Answer(text="rabi?</think>t1"), "t1", []),
    "a thought in a field of its own": (said({"reasoning_content": "hm"}, {"content": "t1"}), "t1", []),
    "a channel for analysis": (Answer(text="<|channel|>analysis<|message|>hm<|end|>t1"), "t1", []),
    "a list of parts": (
        said(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "t1"},
                ]
            }
        ),
        "t1",
        [],
    ),
    "a list of parts in one document": (Answer(message={"content": [{"type": "text", "text": "a"}, "b"]}), "ab", []),
    "calls all numbered 0": (
        said(call("a", "{}", index=0, id="1"), call("b", "{}", index=0, id="2")),
        "",
        [("a", {}), ("b", {})],
    ),
    "calls all numbered 0, without ids": (
        said(call("a", '{"x": 1}', index=0), call("a", '{"x": 2}', index=0)),
        "",
        [("a", {"x": 1}), ("a", {"x": 2})],
    ),
    "calls without a number": (
        said(call("a", '{"x"', id="1"), call(None, ": 1}"), call("b", "{}", id="2")),
        "",
        [("a", {"x": 1}), ("b", {})],
    ),
    "the name with every piece": (
        said(call("a", '{"x"', index=0, id="1"), call("a", ": 1}", index=0, id="1"), call("a", "", index=0)),
        "",
        [("a", {"x": 1})],
    ),
    "the name in pieces": (
        said(call("ra", "", index=0, id="1"), call("bi", "", index=0), call(None, "{}", index=0)),
        "",
        [("rabi", {})],
    ),
    "arguments that are an object": (said(call("a", {"x": 1}, index=0, id="1")), "", [("a", {"x": 1})]),
    "no arguments": (said(call("a", None, index=0, id="1")), "", [("a", {})]),
    "numbers of tokens beyond belief": (Answer(text="hi", usage=(10**400, 5)), "hi", []),
    "white space that keeps a line open": (Answer(raw=b"\n" * 40 + HALF + b"data: [DONE]\n\n"), "half", []),
    "half a character": (Answer(text="a\ud800b\x00c"), "a b c", []),
    "the key": (Answer(text=f"it is {KEY}"), "it is ***", []),
    "the key in pieces": (said({"content": KEY[:9]}, {"content": KEY[9:]}), "***", []),
    "the key in escapes": (
        said(call("a", '{"x": "\\u0073' + KEY[1:] + '"}', index=0, id="1")),
        "",
        [("a", {"x": "***"})],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_an_odd_answer_is_understood(serve, desk_for, events, name):
    answer, text, calls = SOUND[name]
    heard: list[str] = []
    reply = desk_for(serve(in_turn(answer)), timeout=30.0).ask(question(), heard.append)
    assert reply.text == text
    assert [(one.name, json.loads(one.arguments or "{}")) for one in reply.tool_calls] == calls
    assert KEY not in json.dumps(events) + "".join(heard)
    assert "ink" not in "".join(heard) or name == "a thought opened by the template"


SHORT_BEGINNINGS = {
    "a comment": [b": wait\n\n"],
    "an event of nothing": [b'data: {"a": 1}\n\n'],
    "white space": [b"\r\n"] * 40,
    "a byte": [bytes([one]) for one in b"data: {}\n\n"],
    "a mark": [b"\xef", b"\xbb", b"\xbf"],
}


@pytest.mark.parametrize("name", SHORT_BEGINNINGS)
def test_nothing_of_a_stream_is_lost_however_short_its_first_pieces_are(name):
    """A first piece of less than 32 bytes took the first event with it."""
    pieces = [*SHORT_BEGINNINGS[name], HALF, b"data: [DONE]\n\n"]
    found = Said()
    for event in events_in(pieces):
        found.take(event)
    found.end()
    assert found.text == "half"


CUT = ("length", "max_tokens", "MAX_TOKENS", "model_length", "max_output_tokens", "incomplete")
WHOLE = ("stop", "end_turn", "eos", "eos_token", "STOP", "stop_sequence", "tool_calls", "")


@pytest.mark.parametrize("finish", [*CUT, *WHOLE])
def test_whether_an_answer_was_cut_off_is_told_by_why_it_ended(serve, desk_for, finish):
    event = {"choices": [{"delta": {"content": "hi"}, "finish_reason": finish}]}
    reply = desk_for(serve(in_turn(Answer(raw=f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode())))).ask(
        question()
    )
    assert reply.cut == (finish in CUT)


ODD_KEY = "sk-a/b+c=d&e<f-0123456789"
FORMS = {
    "as it is": ODD_KEY,
    "in an address": quote(ODD_KEY, safe=""),
    "on a page": escape(ODD_KEY),
    "in JSON": ODD_KEY.replace("/", "\\/"),
    "in JSON, all of it": "".join(f"\\u{ord(one):04X}" for one in ODD_KEY),
    **{f"packed behind {n}": base64.b64encode(b"x" * n + b":" + ODD_KEY.encode()).decode() for n in range(3)},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_key_is_struck_out_however_it_is_written(name):
    form = FORMS[name]
    text = struck(f"it is {form}.", ODD_KEY)
    assert STRUCK in text and form[8:-8] not in text
    aloud = Aloud(ODD_KEY)
    said = "".join(map(aloud.feed, form)) + aloud.end()
    assert form[8:-8] not in said or "JSON" in name
    assert form[8:-8] not in aloud.answer


UNCOUNTED = {
    "nothing": {"prompt_tokens": 0, "completion_tokens": 0},
    "an answer for nothing": {"prompt_tokens": 500, "completion_tokens": 0},
    "a question for nothing": {"prompt_tokens": 0, "completion_tokens": 500},
    "less than nothing": {"prompt_tokens": -5, "completion_tokens": 5},
    "yes and no": {"prompt_tokens": True, "completion_tokens": True},
    "words": {"prompt_tokens": "5", "completion_tokens": "5"},
    "half of it": {"prompt_tokens": 500},
    "no object": [500, 5],
    "a token for all": {"prompt_tokens": 1, "completion_tokens": 1},
    "more than there is": {"prompt_tokens": 99_000_000, "completion_tokens": 1},
    "more than can be said": {"prompt_tokens": 500, "completion_tokens": 99_000_000},
}


@pytest.mark.parametrize("name", UNCOUNTED)
def test_an_endpoint_that_counts_nothing_is_counted_for(serve, desk_for, name):
    """Else its questions would cost no budget however many they are."""
    event = {"choices": [{"delta": {"content": "hello " * 40}, "finish_reason": "stop"}], "usage": UNCOUNTED[name]}
    desk = desk_for(serve(in_turn(Answer(raw=f"data: {json.dumps(event)}\n\n".encode()))))
    usage = desk.ask(question(messages=(Message(role="user", parts=("hello " * 200,)),))).usage
    assert usage.estimated and usage.input > 0 and usage.output > 20
    assert desk.spent.tokens == usage.input + usage.output


def decisions(*names: str) -> str:
    return json.dumps({"decisions": [{"action": name, "components": ["q0"], "why": "w"} for name in names]})


WISHES: dict[str, tuple[str, str, list[str], list[str]]] = {
    "one object": (decisions(COLD), "stop", [COLD], []),
    "a draft and the decision": (f"first {decisions('rabi')} no, {decisions('t1')} {{}}", "stop", ["t1"], []),
    "an object that fits after one that does not": ('{"plan": "x"} ' + decisions("t1"), "stop", ["t1"], []),
    "braces before it": ("{{{ " + decisions("t1"), "stop", ["t1"], []),
    "an answer cut off": (decisions("t1"), "length", [], ["cut_off"]),
    "half an object": (decisions("t1")[:-3], "stop", [], ["no_call"]),
    "braces without end": ("{" * 100_000, "stop", [], ["no_call"]),
    "objects in objects without end": ('{"a":' * 50_000, "stop", [], ["no_call"]),
}


@pytest.mark.parametrize("name", WISHES)
def test_the_last_whole_decision_of_a_text_counts(name):
    text, finish, actions, problems = WISHES[name]
    wishes, unreadable = wishes_of(Reply(text=text, finish=finish, usage=Usage(input=1, output=1)))
    assert [wish.action for wish in wishes] == actions
    assert [problem.code for problem in unreadable] == problems


def test_an_unfinished_thought_is_not_carried_out(serve, desk_for):
    """Its tokens ran out while it thought of Rabi: nothing is decided, and it hears why."""
    thinking = Answer(text=f"<think>perhaps {decisions(COLD)} or", finish="length")
    server = serve(in_turn(thinking, Answer(text=decisions(COLD))))
    without_tools = EVERYTHING.model_copy(update={"tools": False})
    decided, error = choose_by_model(desk_for(server), without_tools, chip(view("q0")))
    assert error is None and set(decided) == {"q0"}
    assert "cut off" in server.requests[1]["messages"][-1]["content"]


SEEN = {"status": "SUCCESS", "outcome": "expected", "reliability": "reliable", "confidence": 0.9, "reason": "r"}


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (f"{json.dumps(SEEN | {'status': 'FIT_POOR'})} no: {json.dumps(SEEN)}", True),
        (json.dumps(SEEN | {"suggested_range": [1, 10**400]}), True),
        (json.dumps(SEEN | {"suggested_range": [0, float("inf")]}), True),
        (json.dumps(SEEN | {"reason": "\ud800\x00"}), True),
        (json.dumps(SEEN | {"confidence": 10**400}), False),
        (json.dumps(SEEN | {"confidence": float("nan")}), False),
        (json.dumps(SEEN | {"status": ["SUCCESS"]}), False),
        ("[" * 200_000, False),
    ],
)
def test_a_reading_is_sound_or_none(text, usable):
    if usable:
        reading = reading_of(text, load_criteria()["rabi"], "eyes")
        assert reading.status is Status.SUCCESS and reading.suggested_range is None
        assert reading.reason.encode() is not None
    else:
        with pytest.raises(Unusable):
            reading_of(text, load_criteria()["rabi"], "eyes")


def test_a_text_full_of_marks_takes_no_longer_than_it_is_long():
    aloud = Aloud(KEY)
    assert aloud.feed("<think></think>" * 10_000 + "yes") + aloud.end() == "yes"
