"""People are told of a night over real HTTP; nothing that fails there ends it, and no address is ever shown."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.notices import Notice, end_notice, send
from reson.agent.notify_settings import NotifySettings, find_urls
from reson.agent.report.gather import gather
from reson.agent.worse import Worse
from reson.errors import OperatorError
from reson.records import Ending
from tests.agent.campaign.conftest import ASK_BEFORE_WRITING

SECRETS = ("s3cretpass", "T0kenInThePath", "ada-the-user")


class Heard(NamedTuple):
    port: int
    posts: list[dict[str, str]]

    def url(self) -> str:
        user, password, path = SECRETS[2], SECRETS[0], SECRETS[1]
        return f"json://{user}:{password}@127.0.0.1:{self.port}/{path}"


@contextmanager
def endpoint(status: int = 200, hangs: bool = False) -> Iterator[Heard]:
    posts: list[dict[str, str]] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if hangs:
                over.wait()
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Heard(server.server_address[1], posts)
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def _lab(directory: Path, *urls: str, policy: str = "", notify: str = "") -> Lab:
    """A lab whose night measures one thing and is out of its budget, or waits for a person where the policy asks."""
    open_lab(directory, seed=3, qubits=1)
    settings = directory / "lab.toml"
    text = settings.read_text().replace("experiments = 2000", "experiments = 1")
    if urls:
        text = text.replace('urls_file = ""', f'urls_file = "urls"\n{notify}')
        (directory / "urls").write_text("\n".join(["# where nights tell of themselves", "", *urls]))
        (directory / "urls").chmod(0o600)
    settings.write_text(text)
    if policy:
        (directory / "policy.toml").write_text(policy)
    return open_lab(directory)


def _night(lab: Lab) -> Ending:
    return start(lab, Plan(kind="night", rest=True), lambda kind, body: None).ending


def _log(lab: Lab) -> str:
    return (lab.runs / "night-0001" / "log.txt").read_text()


def _without_secrets(*texts: str) -> bool:
    return not any(secret in text for secret in SECRETS for text in texts)


def test_the_end_of_a_night_is_told(tmp_path):
    with endpoint() as heard:
        lab = _lab(tmp_path / "lab", heard.url())
        assert _night(lab) is Ending.BUDGET_SPENT
    (post,) = heard.posts
    assert post["title"] == "simulated-3, night-0001: 0 of 1 qubit calibrated, 1 not finished"
    assert "Stopped: budget spent" in post["message"] and "reson report night-0001" in post["message"]
    assert "notify: JSON (line 3) was told" in _log(lab) and _without_secrets(_log(lab))


def test_a_person_is_told_while_the_night_goes_on_and_at_its_end(tmp_path):
    with endpoint() as heard:
        lab = _lab(tmp_path / "lab", heard.url(), policy=ASK_BEFORE_WRITING)
        assert _night(lab) is Ending.WAITING_FOR_APPROVAL
    titles = sorted(post["title"] for post in heard.posts)
    assert titles == [
        "night-0001: q0 waits for you",
        "simulated-3, night-0001: 0 of 1 qubit calibrated, 1 waiting for a person",
    ]
    assert all("reson approvals show night-0001-0000-q0-write" in post["message"] for post in heard.posts)


def test_links_lead_into_the_console_where_it_has_an_address(tmp_path):
    with endpoint() as heard:
        lab = _lab(tmp_path / "lab", heard.url(), policy=ASK_BEFORE_WRITING)
        settings = lab.directory / "lab.toml"
        settings.write_text(settings.read_text() + '\n[console]\nurl = "https://lab.example.org/reson"\n')
        _night(open_lab(lab.directory))
    assert all(
        "https://lab.example.org/reson/?request=night-0001-0000-q0-write" in one["message"] for one in heard.posts
    )


@pytest.mark.parametrize("kind", ["run", "calibrate"])
def test_nothing_but_a_night_is_told_of(tmp_path, kind):
    with endpoint() as heard:
        lab = _lab(tmp_path / "lab", heard.url())
        experiment = "resonator_spectroscopy" if kind == "run" else ""
        start(lab, Plan(kind=kind, experiment=experiment), lambda kind, body: None)
    assert not heard.posts


def test_nobody_is_told_by_default(tmp_path):
    lab = _lab(tmp_path / "lab")
    assert lab.config.notify.urls_file == ""
    _night(lab)
    assert "notify" not in _log(lab)


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    lab = _lab(tmp_path_factory.mktemp("reported") / "lab", "json://127.0.0.1:9/", policy=ASK_BEFORE_WRITING)
    _night(lab)
    report = gather(lab, lab.store(), "night-0001")
    return lab, report


FELL = Worse(component="q0", what="T1 fell", since=4e9, why="a defect", measurement_id=None, harm=3.0)
LONG_AGO = FELL.model_copy(update={"since": 0.0})


@pytest.mark.parametrize(
    ("when", "ending", "waits", "worse", "told"),
    [
        ("end", "finished", False, (), True),
        ("person", "finished", False, (), False),
        ("person", "finished", True, (), True),
        ("person", "stopped", False, (), False),
        ("person", "failed", False, (), True),
        ("person", "device_unavailable", False, (), True),
        ("person", "budget_spent", False, (), True),
        ("worse", "finished", True, (), False),
        ("worse", "finished", False, (FELL,), True),
        ("worse", "finished", False, (LONG_AGO,), False),
        ("worse", "failed", False, (), False),
    ],
)
def test_who_wants_to_hear_of_what(reported, when, ending, waits, worse, told):
    lab, report = reported
    run = report.run.model_copy(update={"ending": Ending(ending)})
    report = report.model_copy(update={"run": run, "worse": worse, "waiting": report.waiting if waits else ()})
    config = lab.config.model_copy(update={"notify": NotifySettings(urls_file="urls", when=(when,))})
    notice = end_notice(Lab(**{**vars(lab), "config": config}), report)
    assert (notice is not None) == told
    if worse and notice:
        assert "q0: T1 fell. a defect" in notice.body


FAILING = {
    "answers 500": "it answered with HTTP 500",
    "is not there": "it cannot be reached",
    "hangs": "it took longer than 2 s",
    "is no address": "it is no address that Apprise knows",
    "is missing": "cannot be read",
    "is open to others": "holds secrets",
    "is empty": "names no address",
}


@pytest.mark.parametrize("case", FAILING)
def test_a_night_ends_as_it_would_where_nobody_can_be_told(tmp_path, case):
    status = 500 if case == "answers 500" else 200
    with endpoint(status, hangs=case == "hangs") as heard:
        url = heard.url()
        if case == "is not there":
            url = url.replace(str(heard.port), "9")
        elif case == "is no address":
            url = url.replace("json://", "nonsense://")
        lab = _lab(tmp_path / "lab", url, notify="seconds = 2.0" if case == "hangs" else "")
        file = lab.directory / "urls"
        if case == "is missing":
            file.unlink()
        elif case == "is open to others":
            file.chmod(0o644)
        elif case == "is empty":
            file.write_text("# nothing\n")
        assert _night(lab) is Ending.BUDGET_SPENT
    assert FAILING[case] in _log(lab)
    trajectory = (lab.runs / "night-0001" / "trajectory.jsonl").read_text()
    assert _without_secrets(_log(lab), trajectory, (lab.runs / "night-0001" / "report.html").read_text())


def test_one_address_that_fails_keeps_no_other_from_being_told():
    with endpoint() as heard, endpoint(500) as failing:
        sent = send(NotifySettings(), {1: failing.url(), 2: heard.url(), 5: "nonsense"}, Notice("a", "b"))
    assert [one.name for one in sent] == ["JSON (line 1)", "JSON (line 2)", "line 5"]
    assert [bool(one.failed) for one in sent] == [True, False, True]
    assert len(heard.posts) == 1 and _without_secrets(*(one.failed for one in sent))


@pytest.mark.parametrize(
    ("printed", "failed"),
    [
        ("", True),
        ("no answer", True),
        ("[]", True),
        ('{"service": "JSON"}', True),
        ("\\377\\376", True),
        ('chatter of a plugin\\n{"service": "JSON", "failed": ""}', False),
    ],
)
def test_whatever_the_delivery_prints_ends_no_night(tmp_path, monkeypatch, printed: str, failed: bool):
    delivery = tmp_path / "python"
    delivery.write_text(f"#!/bin/sh\ncat > /dev/null\nprintf '{printed}\\n'\n")
    delivery.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(delivery))
    (sent,) = send(NotifySettings(), {1: "json://here"}, Notice("a", "b"))
    assert bool(sent.failed) is failed


def test_notify_test_says_who_was_reached(tmp_path, capsys):
    with endpoint() as heard, endpoint(403) as failing:
        lab = _lab(tmp_path / "lab", heard.url(), failing.url())
        assert exit_code_of(app, ["--lab", str(lab.directory), "notify", "test"]) == 1
        said = capsys.readouterr().out
        assert said.splitlines() == ["JSON (line 3): told", "JSON (line 4): it answered with HTTP 403"]
        (lab.directory / "urls").write_text(heard.url())
        assert exit_code_of(app, ["--lab", str(lab.directory), "notify", "test", "--json"]) == 0
        document = capsys.readouterr().out
        assert json.loads(document) == [{"name": "JSON (line 1)", "delivered": True, "reason": ""}]
    assert _without_secrets(said, document)
    shutil.rmtree(lab.directory)
    assert exit_code_of(app, ["--lab", str(_lab(tmp_path / "lab").directory), "notify", "test"]) == 1
    assert "nobody is told" in capsys.readouterr().err


def test_the_file_is_found_beside_the_lab_or_anywhere(tmp_path):
    (tmp_path / "lab").mkdir()
    for place in (tmp_path / "lab" / "urls", tmp_path / "elsewhere"):
        place.write_text("json://a")
        place.chmod(0o600)
    for named in ("urls", str(tmp_path / "elsewhere")):
        assert find_urls(NotifySettings(urls_file=named), tmp_path / "lab") == {1: "json://a"}
    with pytest.raises(OperatorError, match="cannot be read"):
        find_urls(NotifySettings(urls_file="nowhere"), tmp_path / "lab")
