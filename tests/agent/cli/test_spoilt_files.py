"""Whatever stands in a file of a lab, and whatever it is: a command does its work or says what is wrong, in two lines.

A further file, content or command is one line here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.cli.conftest import call

FILES = (
    "lab.toml",
    "policy.toml",
    "lab.holder.json",
    "checked.json",
    "endpoint.json",
    "users.json",
    "lab.db",
    "checkpoints.db",
    "memory",
    "blobs",
    "runs",
    "runs/run-0001/trajectory.jsonl",
    "runs/run-0001/report.json",
    "runs/run-0001/report.html",
)


def _as(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


CONTENTS: dict[str, Callable[[Path], object]] = {
    "nothing": _as(b""),
    "half a document": _as(b"{"),
    "null": _as(b"null"),
    "brackets without end": _as(b"a = " + b"[" * 100_000),
    "bare brackets without end": _as(b"[" * 100_000),
    "digits without end": _as(b"a = " + b"9" * 5000),
    "no UTF-8": _as(b"\xff\xfe\x00{"),
    "a directory": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
}
COMMANDS = ("params show", "report run-0001", "check")


@pytest.mark.parametrize("name", FILES)
def test_a_spoilt_file_is_told_or_does_not_matter(lab: Path, name: str) -> None:
    path = lab / name
    for what, spoil in CONTENTS.items():
        aside = lab / "aside"
        if path.exists():
            path.rename(aside)
        spoil(path)
        if path.is_file() and name == "users.json":
            path.chmod(0o600)
        for command in COMMANDS:
            said = call(lab, *command.split())
            told = len(said.err.splitlines()) >= 2 or (command == "check" and said.out)
            assert said.code == 0 or told, (what, command, said)
            assert "Traceback" not in said.err
        _remove(path)
        if aside.exists():
            aside.rename(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
