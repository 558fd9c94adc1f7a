"""The command line in this process, on labs made by real runs; each test that changes a lab gets a copy of its own."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reson.agent.cli import app, lab_first
from reson.agent.cli.errors import exit_code_of
from reson.agent.config import TEMPLATE
from tests.pair_rows import add_pair_row

ASK = """
[[rule]]
name = "measuring is fine"
decision = "auto"
effect = "measures"

[[rule]]
name = "a person writes"
decision = "ask"
effect = "writes"
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, f"nothing on stdout, exit code {self.code}: {self.err}"
        return json.loads(self.out)


def call(lab: Path, *arguments: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = exit_code_of(app, lab_first([*arguments, "--lab", str(lab)]))
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A lab after a spectroscopy of its two qubits that was committed, and what that command said."""
    lab = tmp_path_factory.mktemp("made") / "lab"
    lab.mkdir()
    (lab / "lab.toml").write_text(TEMPLATE.format(seed=7, qubits=2))
    add_pair_row(lab)
    return lab, call(lab, "run", "resonator_spectroscopy", "--param", "span=30 MHz", "--commit", "--json")


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab whose spectroscopy of one qubit waits for a person."""
    lab = tmp_path_factory.mktemp("asked") / "lab"
    lab.mkdir()
    (lab / "lab.toml").write_text("[device]\nseed = 7\nqubits = 1\n")
    (lab / "policy.toml").write_text(ASK)
    assert call(lab, "run", "resonator_spectroscopy", "--commit", "--json").code == 3
    return lab


Command = Callable[..., Said]


@pytest.fixture
def lab(made: tuple[Path, Said], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "lab"))


@pytest.fixture
def reson(lab: Path) -> Command:
    """Call ``reson`` on a copy of the lab of ``made``."""
    return lambda *arguments: call(lab, *arguments)


@pytest.fixture
def reson_asked(asked: Path, tmp_path: Path) -> Command:
    """Call ``reson`` on a copy of the lab of ``asked``."""
    copy = shutil.copytree(asked, tmp_path / "asked")
    return lambda *arguments: call(copy, *arguments)


@pytest.fixture
def reson_nowhere(tmp_path: Path) -> Command:
    """Call ``reson`` where there is no lab."""
    return lambda *arguments: call(tmp_path / "nowhere", *arguments)
