"""Real labs on real simulated chips, kept small: one or two qubits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Ended, Plan, start
from reson.records import Json

ASK_BEFORE_WRITING = """
[[rule]]
name = "measuring is fine"
effect = "measures"
decision = "auto"

[[rule]]
name = "a person writes"
effect = "writes"
decision = "ask"
"""


class Watched(list[tuple[str, Json]]):
    """Events of a run, in order."""

    def __call__(self, kind: str, body: Json) -> None:
        self.append((kind, body))

    def of(self, kind: str) -> list[Json]:
        return [body for name, body in self if name == kind]


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def make_lab(tmp_path: Path) -> Callable[..., Lab]:
    def make(seed: int = 3, qubits: int = 1, policy: str = "", **faults: str) -> Lab:
        directory = tmp_path / "lab"
        open_lab(directory, seed=seed, qubits=qubits)
        if policy:
            (directory / "policy.toml").write_text(policy)
        if faults:
            text = (directory / "lab.toml").read_text()
            lines = "".join(f'{name} = "{fault}"\n' for name, fault in faults.items())
            (directory / "lab.toml").write_text(text.replace("[goals]", f"{lines}\n[goals]"))
        return open_lab(directory)

    return make


@pytest.fixture
def calibrate(watched: Watched) -> Callable[..., Ended]:
    def run(lab: Lab, **plan) -> Ended:
        return start(lab, Plan(kind="calibrate", **plan), watched)

    return run
