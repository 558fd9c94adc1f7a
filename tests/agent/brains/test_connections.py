"""Why no connection came about, in words; and what is done where an endpoint takes only part of a request."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Tool
from reson.agent.model.endpoint import find_key, open_endpoint
from reson.errors import OperatorError
from reson.records import Ending
from tests.agent.brains.chat_server import Answer, Body, text_of
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_endpoint import question


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]


NO_CONNECTION: dict[str, tuple[str, dict[str, str], str]] = {
    "nobody listens": ("http://127.0.0.1:{port}/v1", {}, "nobody listens there"),
    "no scheme": ("127.0.0.1:{port}/v1", {}, "base_url"),
    "another scheme": ("ftp://127.0.0.1:{port}/v1", {}, "http:// or https://"),
    "no host": ("http:///v1", {}, ""),
    "no address at all": ("http://[::1/v1", {}, ""),
    "a SOCKS proxy": ("http://127.0.0.1:{port}/v1", {"ALL_PROXY": "socks5://127.0.0.1:9"}, "SOCKS"),
    "a proxy that is away": (
        "http://example.org/v1",
        {"HTTP_PROXY": "http://me:word@127.0.0.1:{port}"},
        "proxy 127.0.0.1:{port} of HTTP_PROXY",
    ),
    "a proxy that is none": ("http://example.org/v1", {"HTTP_PROXY": "gopher://x"}, ""),
    "a port that is none": ("http://127.0.0.1:x/v1", {}, "port"),
    "a name beyond names": ("http://" + "a" * 70 + ".org/v1", {}, "cannot be"),
    "an authority that is not there": ("https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": "/nowhere"}, "SSL_CERT_FILE"),
    "an authority that is none": ("https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE"),
}


@pytest.mark.parametrize("name", NO_CONNECTION)
def test_why_there_is_no_connection_is_told(serve, settings_for, monkeypatch, free_port, name):
    url, environment, words = NO_CONNECTION[name]
    for variable in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value.format(port=free_port))
    settings = settings_for(serve(lambda body: Answer()), base_url=url.format(port=free_port), retries=0)
    with pytest.raises(NoAnswer) as caught:
        open_endpoint(settings).complete(question())
    assert words.format(port=free_port) in caught.value.message
    assert caught.value.message and "word@" not in caught.value.message
    assert caught.value.kind in (FailureKind.UNREACHABLE, FailureKind.REFUSED)


def test_plain_words_where_tls_was_expected_are_told(serve, settings_for):
    server = serve(lambda body: Answer(text="hi"))
    settings = settings_for(server, base_url=server.url.replace("http:", "https:"), retries=0)
    with pytest.raises(NoAnswer, match="does not speak TLS"):
        open_endpoint(settings).complete(question())


def test_a_run_with_a_proxy_that_cannot_be_used_goes_on_without_the_model(tmp_path, monkeypatch):
    """`ALL_PROXY=socks5://` without its package was an ImportError before anything began."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    lab = open_lab(tmp_path / "lab", seed=1, qubits=1)
    path = lab.directory / "lab.toml"
    text = path.read_text().replace('brain = "offline"', 'brain = "openai"').replace('choose = ""', 'choose = "m"')
    path.write_text(text.replace("experiments = 2000", "experiments = 1"))
    ended = start(Lab(lab.directory, open_lab(lab.directory).config), Plan(kind="calibrate"), lambda kind, body: None)
    assert ended.ending is Ending.BUDGET_SPENT
    assert "SOCKS" in ended.report.read_text()


@pytest.mark.parametrize("odd", ["–", " ", "\n", "é", "\x00", "“"])
def test_a_key_that_no_header_can_carry_is_told_before_anything_begins(settings_for, serve, tmp_path, odd):
    """Without being quoted: what is told here may be kept."""
    path = tmp_path / "key"
    path.write_text(f"{KEY[:9]}{odd}{KEY[9:]}\n", encoding="utf-8")
    with pytest.raises(OperatorError, match="its character 10 is U") as caught:
        find_key(settings_for(serve(lambda body: Answer()), key_file=str(path)))
    assert KEY[:9] not in str(caught.value)


def test_no_failure_of_the_client_quotes_the_key(serve, settings_for):
    """Not even where a key that cannot be sent comes as far as the client."""
    endpoint = open_endpoint(settings_for(serve(lambda body: Answer())))
    endpoint.key = f"{KEY}–"
    with pytest.raises(NoAnswer) as caught:
        endpoint.complete(question())
    chain = [caught.value, caught.value.__cause__, None if caught.value.__suppress_context__ else 1]
    assert chain[1:] == [None, None], "a checkpoint would keep its repr"
    assert KEY not in repr(caught.value)


TOOL = Tool(name="t", description="d", parameters={"type": "object", "properties": {}})
SCHEMA = {"type": "object", "properties": {}}
EVERYTHING_ASKED = question(
    messages=(Message(role="system", parts=("be brief",)), Message(role="user", parts=("hello",))),
    tools=(TOOL,),
    must_call=True,
    answer_schema=SCHEMA,
)


def takes(*, refuses: dict[str, Answer]):
    """A script that refuses a request with any of these parts, and answers every other."""

    def script(body: Body) -> Answer:
        parts = set(body) | {f"role:{message['role']}" for message in body["messages"]}
        return next((answer for name, answer in refuses.items() if name in parts), Answer(text="hi"))

    return script


def extra(name: str) -> Answer:
    return Answer(status=422, error=str([{"type": "extra_forbidden", "loc": ["body", name], "input": 4000}]))


PARTLY: dict[str, tuple[dict[str, Answer], set[str]]] = {
    "NIM": ({"max_completion_tokens": extra("max_completion_tokens")}, {"max_completion_tokens"}),
    "OpenAI": (
        {
            "max_tokens": Answer(
                status=400, error="'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
            )
        },
        {"max_tokens"},
    ),
    "both at once": (
        {"max_tokens": Answer(status=400, error="Setting 'max_tokens' and 'max_completion_tokens' is not supported.")},
        {"max_tokens"},
    ),
    "no forced call": (
        {"tool_choice": Answer(status=400, error="tool_choice 'required' is not supported")},
        {"tool_choice"},
    ),
    "no schema": ({"response_format": Answer(status=500, error="response_format is unavailable")}, {"response_format"}),
    "no count of a stream": ({"stream_options": extra("stream_options")}, {"stream_options"}),
    "no stream": ({"stream": Answer(status=400, error="streaming is not supported")}, {"stream"}),
    "no system": ({"role:system": Answer(status=500, error="System role not supported")}, {"system"}),
    "strict turns": (
        {"role:system": Answer(status=400, error="Conversation roles must alternate user/assistant/")},
        {"system"},
    ),
    "two of them": (
        {"tool_choice": extra("tool_choice"), "stream_options": extra("stream_options")},
        {"tool_choice", "stream_options"},
    ),
}


@pytest.mark.parametrize("name", PARTLY)
def test_what_an_endpoint_refuses_by_name_is_left_out_and_the_limit_of_tokens_stays(serve, desk_for, name):
    refuses, left_out = PARTLY[name]
    server = serve(takes(refuses=refuses))
    reply = desk_for(server, retries=0).ask(EVERYTHING_ASKED)
    assert reply.text == "hi" and set(reply.left_out) == left_out
    last = server.requests[-1]
    assert {last.get("max_tokens"), last.get("max_completion_tokens")} >= {4000}
    assert "be brief" in text_of(last)


@pytest.mark.parametrize(
    "error",
    [
        "maximum context length is 4096 tokens, you asked for max_tokens 4000",
        "the response_format of your soul",
        "out of memory",
    ],
)
def test_an_error_that_only_mentions_a_part_does_not_remove_it(serve, desk_for, error):
    server = serve(lambda body: Answer(status=400, error=error))
    with pytest.raises(NoAnswer):
        desk_for(server, retries=0).ask(EVERYTHING_ASKED)
    assert len(server.requests) == 1


def test_a_redirect_on_the_same_host_is_followed(serve, desk_for):
    def script(body: Body) -> Answer:
        return Answer(status=308, headers={"Location": "/v1/there"}) if len(server.requests) == 1 else Answer(text="hi")

    server = serve(script)
    assert desk_for(server, retries=0).ask(question()).text == "hi"
