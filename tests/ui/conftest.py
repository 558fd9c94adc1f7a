"""One real night that waits for a person, made once; tests that answer get a copy of its lab."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.policy import DEFAULT_POLICY
from tests.pair_rows import add_pair_row

ASK = """\
[[rule]]
name = "a person looks at every new pulse amplitude"
decision = "ask"
parameter = "x_amplitude"

"""
PATIENCE = 600.0
"""Seconds that a page may take: no judgement of its speed; Streamlit's own 3 are few on a loaded machine."""
APP = Path(__file__).parents[2] / "ui" / "app.py"


def make_lab(directory: Path, *, qubits: int = 2) -> Lab:
    """A lab whose policy asks a person about pulse amplitudes."""
    lab = open_lab(directory, seed=3, qubits=qubits)
    (directory / "policy.toml").write_text(ASK + DEFAULT_POLICY, encoding="utf-8")
    return lab


@pytest.fixture(scope="session")
def waiting_lab(tmp_path_factory) -> Path:
    """Two requests wait in it: the amplitudes of q0 and q1. For reading only."""
    directory = tmp_path_factory.mktemp("console") / "lab"
    ended = start(make_lab(directory), Plan(kind="night", rest=True), lambda kind, body: None)
    assert ended.ending == "waiting_for_approval", ended.reason
    add_pair_row(directory)
    return directory


@pytest.fixture
def own_lab(waiting_lab, tmp_path) -> Path:
    """A copy, to be answered."""
    return Path(shutil.copytree(waiting_lab, tmp_path / "lab"))


@pytest.fixture
def at_home() -> Iterator[None]:
    """The console is bound to this machine."""
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture
def run_page(monkeypatch) -> Callable[..., AppTest]:
    """Run one page of the console, or the whole of it, on a lab, for a browser of this machine without any cookie."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))
    monkeypatch.setattr(ContextProxy, "ip_address", property(lambda _: None))

    def run(lab: Path, page: Callable[[], None] | None = None) -> AppTest:
        monkeypatch.setenv("RESON_LAB", str(lab))
        if page:
            return AppTest.from_function(page, default_timeout=PATIENCE).run()
        return AppTest.from_file(str(APP), default_timeout=PATIENCE).run()

    return run


def words(test: AppTest) -> str:
    """Everything that stands on the page as HTML."""
    return " ".join(str(element.proto.body) for element in test.get("html"))
