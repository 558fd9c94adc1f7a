"""What is concluded about an endpoint: yes, no or unknown, and what of it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reson.agent.model.capabilities import ALL, EVERYTHING, NUMBERS, Capabilities, capabilities, findings
from reson.agent.model.conversation import FailureKind, NoAnswer
from tests.agent.brains.chat_server import Answer, able, pictures_of, text_of
from tests.agent.brains.conftest import KEY


def but(**other: Answer):
    """A script that can do everything but what is named: plain, tools, response_format, image or images (several)."""

    def script(body):
        pictures = len(pictures_of(body))
        asked = {
            "tools": "tools" in body,
            "response_format": "response_format" in body,
            "image": pictures > 0,
            "images": pictures > 1,
            "plain": not pictures and "tools" not in body and "response_format" not in body,
        }
        refused = next((answer for name, answer in other.items() if asked[name]), None)
        return refused or able(body) or Answer(status=404)

    return script


def test_what_is_sure_is_asked_once_and_kept(serve, desk_for, events, tmp_path):
    server = serve(but())
    for _ in range(2):
        assert capabilities(desk_for(server), tmp_path / "endpoint.json") == EVERYTHING
    assert len(server.requests) == 6
    assert len(events.of("model_call")) == 6, "a plain word from each model, tools, schema, one picture and five"
    assert desk_for(server).settings.max_output_tokens == server.requests[0]["max_tokens"], "with room to think"


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status=401, error=f"not {KEY}"),
        Answer(status=402, error="pay first"),
        Answer(status=403, error="tools are not allowed for you"),
        Answer(status=404, error="The model `planner` does not exist"),
        Answer(status=404, page="<html>nothing here</html>"),
        Answer(status=500, error="out of memory"),
        Answer(raw=b"<html><title>Sign in</title></html>"),
        Answer(raw=b'{"error": {"message": "this model does not support tools"}}'),
        Answer(text=""),
        Answer(text="<think>hm", finish="length"),
    ],
)
def test_without_one_plain_answer_nothing_is_concluded(serve, desk_for, tmp_path, trouble):
    with pytest.raises(NoAnswer):
        capabilities(desk_for(serve(lambda body: trouble), retries=0), tmp_path / "endpoint.json")
    assert not (tmp_path / "endpoint.json").exists()


REFUSALS = {
    "Ollama": ("tools", Answer(status=400, error="registry.ollama.ai/library/x does not support tools")),
    "vLLM": ("tools", Answer(status=400, error='"auto" tool choice requires --enable-auto-tool-choice')),
    "llama.cpp without templates": ("tools", Answer(status=500, error="tools param requires --jinja flag")),
    "a router": ("tools", Answer(status=404, error="No endpoints found that support tool use.")),
    "llama.cpp without eyes": (
        "image",
        Answer(status=500, error="image input is not supported - hint: you may need to provide the mmproj"),
    ),
    "vLLM without eyes": ("image", Answer(status=400, error="planner is not a multimodal model")),
    "a parser without pictures": (
        "image",
        Answer(status=422, error="messages[0]: unknown variant `image_url`, expected `text`"),
    ),
    "an error with status 200": ("image", Answer(raw=b'{"error": "image input is not supported", "code": 500}')),
    "no schema": ("response_format", Answer(status=400, error="This response_format type is unavailable now")),
    "NIM": (
        "response_format",
        Answer(status=422, error="[{'type': 'extra_forbidden', 'loc': ('body', 'response_format')}]"),
    ),
}
LACKING = {"tools": {"tools": 0, "parallel_tools": 0}, "image": {"images": 0}, "response_format": {"json_schema": 0}}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_that_names_the_feature_is_kept_and_the_rest_is_found_out(serve, desk_for, tmp_path, name):
    feature, refusal = REFUSALS[name]
    server = serve(but(**{feature: refusal}))
    wanted = EVERYTHING.model_copy(update=LACKING[feature])
    assert capabilities(desk_for(server, retries=0), tmp_path / "endpoint.json") == wanted
    asked = len(server.requests)
    assert capabilities(desk_for(server, retries=0), tmp_path / "endpoint.json") == wanted
    assert len(server.requests) == asked


TROUBLES = {
    "a server that is away": ("tools", Answer(status=503, error="tool server unavailable")),
    "a gateway": ("image", Answer(status=502, error="images are not supported by this upstream")),
    "too slow": ("tools", Answer(status=408, error="tool calls are not accepted in time")),
    "a worker's error": ("tools", Answer(status=500, error="tools: unknown error in worker")),
    "a failure nobody expected": ("response_format", Answer(status=500, error="grammar: unexpected failure")),
    "a decoder": ("image", Answer(status=500, error="unexpected error decoding image")),
    "a fetch": ("image", Answer(status=400, error="invalid image: fetch failed")),
    "a wrong key": ("tools", Answer(status=400, error="Invalid API key; see /docs/tools")),
    "a quota": ("tools", Answer(status=400, error="at most 10 tool requests per day")),
    "credit": ("tools", Answer(status=400, error="tools are not available: insufficient credits")),
    "a window": ("tools", Answer(status=400, error="context length is at most 4096 tokens, tools take 5000")),
    "another minute": ("image", Answer(status=500, error="vision is temporarily unavailable, try again later")),
    "a size": ("image", Answer(status=400, error="Invalid image: each side must be at least 256 pixels")),
    "a spoilt file": ("image", Answer(status=400, error="invalid image: the data is corrupted")),
    "a rule": ("image", Answer(status=400, error="image not allowed by our safety system")),
    "a contract": ("tools", Answer(status=400, error="tools are not available on the free tier")),
    "leave": ("tools", Answer(status=400, error="tools: insufficient permission, not enabled for this organization")),
    "a repair": ("tools", Answer(status=400, error="tools are disabled during maintenance")),
    "no memory": ("image", Answer(status=500, error="cannot process image: out of memory")),
    "a model being loaded": ("tools", Answer(status=500, error="tools unavailable: the model is still loading")),
}
"""Words that name the feature and say nothing about whether the endpoint has it."""


@pytest.mark.parametrize("name", TROUBLES)
def test_a_trouble_that_names_the_feature_leaves_it_unknown(serve, desk_for, tmp_path, name):
    feature, trouble = TROUBLES[name]
    found = findings(desk_for(serve(but(**{feature: trouble})), retries=0), tmp_path / "endpoint.json")
    unsure = {lacking: one for lacking, one in found.items() if one.able is None}
    assert set(unsure) == set(LACKING[feature]) and not any(one.kept for one in unsure.values())


def test_some_pictures_but_not_many(serve, desk_for, tmp_path):
    server = serve(but(images=Answer(status=400, error="At most 1 image(s) may be provided in one request.")))
    assert capabilities(desk_for(server), tmp_path / "endpoint.json").images == 1
    assert json.loads((tmp_path / "endpoint.json").read_text()).popitem()[1]["images"] == 1


@pytest.mark.parametrize(
    ("trouble", "lacking", "able_to"),
    [
        ("tools", Answer(text="I noted 3 and 5."), 0),
        ("tools", Answer(status=500, error="out of memory"), None),
        ("tools", Answer(status=400, error="something is odd"), None),
        ("tools", Answer(text="<think>let me", finish="length"), None),
        ("image", Answer(text="I can see every picture!"), 0),
        ("image", Answer(text="42 17"), 0),
        ("image", Answer(text="none"), 0),
        ("image", Answer(status=500), None),
        ("response_format", Answer(text="Of course! Seven."), 0),
        ("response_format", Answer(raw=b"["), None),
    ],
)
def test_what_only_happened_once_is_not_kept(serve, desk_for, tmp_path, trouble, lacking, able_to):
    """No for now, or unknown; the next run asks again, and finds the endpoint mended."""
    cache = tmp_path / "endpoint.json"
    broken = serve(but(**{trouble: lacking}))
    found = findings(desk_for(broken, retries=0), cache)
    names = {name for name, one in found.items() if one.able != getattr(EVERYTHING, name)}
    assert names == set(LACKING[trouble])
    assert {found[name].able for name in names} == {able_to} and all(found[name].why for name in names)
    broken.script = but()
    assert capabilities(desk_for(broken), cache) == EVERYTHING


def test_what_is_set_is_not_asked(serve, desk_for, tmp_path):
    server = serve(but())
    blind = desk_for(server, capabilities={"images": 0, "json_schema": False})
    assert capabilities(blind, tmp_path / "a.json") == EVERYTHING.model_copy(update={"images": 0, "json_schema": False})
    assert not [body for body in server.requests if pictures_of(body) or "response_format" in body]
    server.requests.clear()
    given = EVERYTHING.model_dump() | {"images": 3}
    assert capabilities(desk_for(server, capabilities=given), tmp_path / "a.json") == Capabilities.model_validate(given)
    assert server.requests == []


def test_settings_have_the_last_word_over_what_was_found(serve, desk_for, tmp_path):
    server = serve(but(image=Answer(status=400, error="images are not supported")))
    assert capabilities(desk_for(server), tmp_path / "a.json").images == 0
    assert capabilities(desk_for(server, capabilities={"images": 3}), tmp_path / "a.json").images == 3


@pytest.mark.parametrize("text", ["", "[]", '{"x": 7}', '{"a|b|c": {"tools": false, "images": 0}}', "[" * 100_000])
def test_a_file_of_an_earlier_version_or_a_damaged_one_is_found_out_anew(serve, desk_for, tmp_path, text):
    """Earlier versions kept "no" after any failure."""
    server = serve(but())
    cache = tmp_path / "endpoint.json"
    cache.write_text(text.replace("a|b|c", f"{server.url}/|planner|eyes"))
    assert capabilities(desk_for(server), cache) == EVERYTHING


@pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.symlink_to(path.name)])
def test_where_nothing_can_be_kept_it_is_used_all_the_same(serve, desk_for, tmp_path, spoil):
    spoil(tmp_path / "endpoint.json")
    assert capabilities(desk_for(serve(but())), tmp_path / "endpoint.json") == EVERYTHING


def test_its_calls_are_within_the_budget(serve, desk_for, tmp_path, events):
    with pytest.raises(NoAnswer) as caught:
        capabilities(desk_for(serve(but()), tokens=1500), tmp_path / "a.json")
    assert caught.value.kind is FailureKind.BUDGET_SPENT
    assert len(events.of("model_call")) < 3


def test_only_what_is_wanted_is_asked(serve, desk_for, tmp_path):
    server = serve(but())
    found = findings(desk_for(server), tmp_path / "a.json", wanted=("tools",))
    assert found["tools"].able and set(found) < set(ALL)
    assert {body["model"] for body in server.requests} == {"planner"}


def test_the_numbers_of_the_pictures_are_in_no_words(serve, desk_for, tmp_path):
    server = serve(but())
    capabilities(desk_for(server), tmp_path / "a.json")
    assert not [body for body in server.requests if any(str(number) in text_of(body) for number in NUMBERS)]
