"""Bad input of every kind: one clear error with a remedy, an exit code that is not 0, and nothing lost."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reson.agent.lab import lock_lab, open_lab
from tests.agent.cli.conftest import call

READ = (
    "runs",
    "params show",
    "params log",
    "approvals list",
    "policy",
    "report",
    "resume night-0001",
    "memory search x",
)


def refused(said, code: int, *parts: str) -> None:
    """Two lines on stderr, what and remedy; nothing on stdout."""
    assert said.code == code, said
    assert len(said.err.splitlines()) == 2, said.err
    for part in parts:
        assert part in said.err
    assert "Traceback" not in said.err


def content(lab: Path) -> dict[str, str]:
    return {
        str(path.relative_to(lab)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lab.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".db-shm") and not _is_empty_log(path)
    }


def _is_empty_log(path: Path) -> bool:
    """SQLite's log of a connection that has written nothing: there as long as the connection is."""
    return path.suffix == ".db-wal" and not path.stat().st_size


@pytest.mark.parametrize("command", READ)
def test_only_runs_make_a_lab(reson_nowhere, tmp_path, command):
    refused(reson_nowhere(*command.split()), 1, "there is no lab at", "reson init", "reson night")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("command", "what", "remedy"),
    [
        ("run raby", "raby", "rabi"),
        ("run rabi --param max_amplitude=nan", "no number", "reson experiments rabi"),
        ("run rabi --param max_amplitude=inf", "no number", "reson experiments rabi"),
        ("run rabi --param max_amplitude=big", "no number", "reson experiments rabi"),
        ("run rabi --param max_amplitude=7", "outside 0.01 to 1", "reson experiments rabi"),
        ("run rabi --param points=20.5", "whole number", "reson experiments rabi"),
        ("run rabi --param max_amplitud=0.4", "max_amplitud", "max_amplitude"),
        ("run rabi --param max_amplitude", "NAME=VALUE", "x_amplitude=0.31"),
        ("run rabi --param points=51 --param points=61", "twice", "once"),
        ("run qubit_spectroscopy --param span=40s", "Hz", "reson experiments"),
        ("night --until 25:00", "25:00", "06:00"),
        ("night --seed -1", "--seed", "--help"),
        ("night --qubits five", "--qubits", "--help"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_made(reson_nowhere, tmp_path, command, what, remedy):
    refused(reson_nowhere(*command.split()), 2, what, remedy)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "command", ["calibrate 9", "calibrate 0-7", "run rabi --qubits 5", "calibrate all", "calibrate 1-"]
)
def test_an_unknown_qubit_starts_no_run(reson, lab, command):
    before = len(reson("runs", "--json").json)
    refused(reson(*command.split()), 1)
    assert len(reson("runs", "--json").json) == before


def test_errors_as_json(reson):
    said = reson("calibrate", "9", "--json")
    assert said.out == "" and set(json.loads(said.err)) == {"error", "remedy"}


@pytest.mark.parametrize("command", ["resume night-0099", "report night-0099", "runs show night-0099"])
def test_an_unknown_run_names_the_known_ones(reson, command):
    refused(reson(*command.split()), 1, "night-0099", "run-0001")


def test_another_chip_than_the_labs(reson):
    refused(reson("night", "--seed", "8"), 1, "seed 7, not 8", "--lab")


@pytest.mark.parametrize(
    ("name", "damage", "what"),
    [
        ("lab.toml", b"[device\nseed = 7", "lab.toml"),
        ("lab.toml", b"[device]\nsead = 7\n", "sead"),
        ("lab.toml", b"\xff\xfe\x00", "lab.toml"),
        ("lab.toml", b"[budget]\nshots = -1\n", "shots"),
        ("policy.toml", b"[[rule]]\ndecision = 'perhaps'\n", "decision"),
        ("lab.db", b"this is no database, whatever its name says", "lab.db"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_left_alone(reson, lab, name, damage, what):
    (lab / name).write_bytes(damage)
    before = content(lab)
    refused(reson("night"), 1, what)
    assert content(lab) == before


def test_a_truncated_database_is_left_alone(reson, lab):
    database = lab / "lab.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)
    before = database.read_bytes()
    refused(reson("params", "show"), 1, "lab.db")
    refused(reson("night"), 1, "lab.db")
    assert database.read_bytes() == before


def test_half_a_lab_is_not_made_whole_with_defaults(reson, lab):
    (lab / "lab.toml").unlink()
    refused(reson("night"), 1, "lab.toml", "put its lab.toml back")
    refused(reson("runs"), 1, "lab.toml")


def test_a_file_in_place_of_the_lab(reson, lab):
    shutil.rmtree(lab)
    lab.write_text("not a directory")
    refused(reson("night"), 1, str(lab))


@pytest.mark.parametrize("command", ["night", "run rabi", "resume run-0001", "memory rebuild"])
def test_two_at_once_the_second_hears_who_holds_the_lab(reson, lab, command):
    with lock_lab(open_lab(lab), "reson night"):
        refused(reson(*command.split()), 1, "in use by reson night", str(os.getpid()))
    assert reson("runs").code == 0


def test_reading_goes_on_while_a_run_holds_the_lab(reson, lab):
    with lock_lab(open_lab(lab), "reson night"):
        assert reson("params", "show").code == reson("approvals", "list").code == reson("report").code == 0


def test_no_space_to_write_ends_with_a_remedy_and_loses_nothing(reson, lab):
    before = reson("runs", "show", "run-0001", "--json").json
    size = (lab / "lab.db").stat().st_size

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab), "run", "rabi", "--qubits", "0", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=small_files, check=False, timeout=600)
    assert done.returncode == 1 and done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "remedy" in json.loads(done.stderr.splitlines()[-1])
    assert reson("runs", "show", "run-0001", "--json").json == before
    assert reson("run", "rabi", "--qubits", "0", "--json").json["ending"] == "finished"


@pytest.mark.parametrize(
    "command",
    ["note q0 ?", "report ?", "resume ?", "model use ?", "approvals approve ?", "approvals reject x --note ?"],
)
def test_bytes_that_are_no_text_are_refused_by_name(lab, command):
    """They come in as halves of characters, which no database holds: it was a traceback."""
    said = call(lab, *command.replace("?", "\udcff").split())
    assert said.code != 0 and len(said.err.splitlines()) == 2 and "Traceback" not in said.err
