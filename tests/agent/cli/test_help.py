"""Help answers at once and teaches; every command can speak JSON; exit codes are those of the endings."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from reson.agent.cli import app, lab_first
from reson.agent.cli.runs import EXIT_TEXT
from reson.records import EXIT_CODES

SLOW = {"numpy", "scipy", "matplotlib", "qiskit", "qiskit_experiments", "langgraph", "chromadb", "sqlalchemy", "rich"}


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", {})
    if command.callback is not None and path and (not children or command.invoke_without_command):
        yield path, command
    for name, child in children.items():
        yield from leaves(child, (*path, name))


COMMANDS = dict(leaves(typer.main.get_command(app)))


def imported_by(code: str) -> set[str]:
    """Top-level modules that are loaded in a fresh process after this code."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_slow():
    assert not imported_by("import reson.agent.cli") & (SLOW | {"pydantic"})


@pytest.mark.parametrize("command", ["params show", "check"])
def test_reading_the_record_loads_no_physics(made, command):
    given = ["--lab", str(made[0]), *command.split()]
    code = f"from reson.agent.cli import app\napp({given}, standalone_mode=False)"
    assert not imported_by(code) & (SLOW - {"numpy", "sqlalchemy", "rich"})


def test_reading_a_chip_file_loads_no_physics(tmp_path):
    """Every command on a lab with one does, to know whether it is the chip on record."""
    chip = tmp_path / "chip.toml"
    chip.write_text("seed = 1\nqubits = 2\n")
    code = f"from reson.tools.devices.simulated import chip_file\nchip_file.load_chip(chip_file.Path({str(chip)!r}))"
    assert not imported_by(code) & (SLOW - {"numpy"})


def test_the_commands_are_those_that_were_promised():
    promised = """init; night; calibrate; run; resume; report; check; runs; runs show; experiments; policy; params show;
        params log;
        params diff; params rollback; approvals list; approvals show; approvals approve; approvals edit;
        approvals reject; approvals respond; memory rebuild; memory search; device show; device list; device check;
        device faults; device truth; chat; model check; model use;
        console; console add-user; console remove-user; stop; read; analyse; note; notify test; eval run;
        eval compare;
        eval gate; eval record; eval score;
        eval lab-check; eval model-check; eval plots; eval qcaleval; compare;
        layout; export; watch; ask; mcp; measurement show; measurement export;
        measurement analyse"""
    assert set(COMMANDS) == {tuple(command.split()) for command in promised.split(";")}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_command_explains_itself_and_speaks_json(path, reson_nowhere):
    command = COMMANDS[path]
    assert any("--json" in parameter.opts for parameter in command.params)
    said = reson_nowhere(*path, "--help")
    assert said.code == 0 and said.err == ""
    for parameter in command.params:
        assert getattr(parameter, "help", None) or parameter.opts[-1] in ("run_id", "--help"), parameter


def test_the_exit_codes_in_the_help_are_those_of_the_endings(reson_nowhere):
    told = {word: int(code) for code, word in re.findall(r"^  (\d)  (\w+):", EXIT_TEXT, re.MULTILINE)}
    assert told == {ending.value: code for ending, code in EXIT_CODES.items()}
    assert "3  waiting_for_approval" in reson_nowhere("night", "--help").out


def test_examples_in_the_help_are_commands_that_exist(reson_nowhere):
    for path, command in COMMANDS.items():
        for line in re.findall(r"^ +(reson .+)$", command.help or "", re.MULTILINE):
            words = lab_first(line.split()[1:])
            words = words[2:] if words[0] == "--lab" else words
            assert tuple(words[: len(path)]) == path, line


def test_the_lab_may_be_named_anywhere():
    assert lab_first(["runs", "--lab", "x", "--json"]) == ["--lab", "x", "runs", "--json"]
    assert lab_first(["runs", "--lab=x"]) == ["--lab=x", "runs"]
    assert lab_first(["runs", "--json"]) == ["runs", "--json"]


def test_a_mistyped_command_gets_the_near_one(reson_nowhere):
    said = reson_nowhere("nigth")
    assert said.code == 2 and "night" in said.err and "--help" in said.err
