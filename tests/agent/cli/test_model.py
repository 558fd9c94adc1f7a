"""`reson model check` and `reson model use` as a person meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.lab import Lab, open_lab
from tests.agent.brains.chat_server import Answer, able, serving

KEY = "sk-test-not-a-real-key-0123456789"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return open_lab(tmp_path / "lab", seed=3, qubits=1)


def name_model(lab: Lab, url: str) -> None:
    path = lab.directory / "lab.toml"
    text = path.read_text().replace('choose = ""', 'choose = "planner"\nretries = 0')
    text = text.replace("# prices.", 'prices."planner" = { input = 2.5, output = 10.0 }\n# prices.')
    path.write_text(re.sub(r'base_url = "[^"]*"', f'base_url = "{url}"', text))


def reson(lab: Lab, *arguments: str) -> int:
    return exit_code_of(app, ["--lab", str(lab.directory), *arguments])


def test_check_says_what_the_endpoint_can_do_and_what_a_step_costs(lab, capsys):
    with serving(lambda body: able(body) or Answer(status=404)) as server:
        name_model(lab, server.url)
        assert reson(lab, "model", "check") == 0
        assert reson(lab, "model", "check", "--json") == 0
    text, _, document = capsys.readouterr().out.partition("{")
    assert "tools: yes; several calls at once: yes; JSON schema: yes; pictures in a request: 5" in text
    steps = json.loads("{" + document)["steps"]
    assert 0 < steps["choose"]["tokens"] < 8000
    assert 765 + 4 * 85 < steps["read"]["tokens"] < 6000, "a plot in full, four references at low detail"
    assert steps["read"]["cost"] == pytest.approx((steps["read"]["tokens"] * 2.5 + 150 * 10) / 1e6)
    assert KEY not in text + document
    assert json.loads((lab.directory / "endpoint.json").read_text())


def test_check_tells_of_an_endpoint_that_is_away_in_two_lines(lab, capsys):
    with serving(lambda body: Answer(status=503, error=f"down, {KEY}")) as server:
        name_model(lab, server.url)
        assert reson(lab, "model", "check") == 1
    what, remedy, *rest = capsys.readouterr().err.splitlines()
    assert "does not answer" in what and "offline brain decides" in remedy and not rest
    assert KEY not in what


def test_check_wants_a_model(lab, capsys):
    assert reson(lab, "model", "check") == 1
    assert "names no model" in capsys.readouterr().err


def test_use_tells_who_answered_and_the_report_too(lab, capsys):
    """A single experiment in a lab whose model reads the plots."""
    seen = {
        "reason": "one line",
        "status": "SUCCESS",
        "outcome": "expected",
        "reliability": "reliable",
        "confidence": 0.9,
        "suggested_range": None,
    }
    with serving(lambda body: able(body) or Answer(text=json.dumps(seen), usage=(4000, 100))) as server:
        name_model(lab, server.url)
        path = lab.directory / "lab.toml"
        able_to = (
            "tools = true\nparallel_tools = true\njson_schema = true\nimages = 5\n"  # so the reading is all it asks
        )
        text = path.read_text().replace('brain = "offline"', 'brain = "openai"')
        path.write_text(f"{text}\n[model.capabilities]\n{able_to}")
        assert reson(lab, "run", "qubit_spectroscopy") == 0
    capsys.readouterr()
    assert reson(lab, "model", "use") == 0
    text = capsys.readouterr().out
    assert "read: 1 by the model" in text
    assert "4000 tokens in and 100 out, cost 0.011" in text
    [page] = (lab.directory / "runs").rglob("report.html")
    assert "read: 1 by the model" in page.read_text()
    [report] = (lab.directory / "runs").rglob("report.json")
    assert json.loads(report.read_text())["account"]["cost"] == pytest.approx(0.011)
