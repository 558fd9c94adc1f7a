"""A lab on a chip file: its device has the file's values and name; the hidden truth is a command of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reson.agent.lab import Lab, device_name, open_lab
from reson.agent.policy import load_policy
from reson.errors import OperatorError


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    directory = tmp_path / "lab"
    open_lab(directory)
    _chip(
        directory, '[qubit.q0]\nf01 = 5.0e9\ndesign_frequency = 5.01e9\n[[fault]]\nkind = "hot_qubit"\ncomponent = "q1"'
    )
    return open_lab(directory)


def _chip(directory: Path, text: str) -> None:
    (directory / "chip.toml").write_text(text)
    settings = directory / "lab.toml"
    settings.write_text(settings.read_text().replace("# chip =", "chip ="))


def test_the_device_is_the_file_s(lab: Lab):
    device = lab.device(lab.store())
    assert device.name == device_name(lab.config.device)
    assert device.name.startswith("chip-")
    assert device.design_controls()["q0"]["drive_frequency"] == 5.01e9
    assert len(device.qubits) == lab.config.device.qubits == 5


def test_another_value_is_another_device_and_another_fault_is_not(lab: Lab):
    path = lab.directory / "chip.toml"
    before = device_name(lab.config.device)
    path.write_text(path.read_text().replace("hot_qubit", "short_t1"))
    assert device_name(open_lab(lab.directory).config.device) == before
    path.write_text(path.read_text().replace("5.0e9", "5.002e9"))
    assert device_name(open_lab(lab.directory).config.device) != before


def test_a_bad_chip_file_is_told_when_the_lab_is_opened(lab: Lab):
    (lab.directory / "chip.toml").write_text("[qubit.q0]\nt1 = 7")
    with pytest.raises(OperatorError, match=r"qubit\.q0\.t1"):
        open_lab(lab.directory)


def test_seed_of_both_files_must_agree(lab: Lab):
    (lab.directory / "chip.toml").write_text("seed = 8")
    with pytest.raises(OperatorError, match="seed"):
        open_lab(lab.directory)


@pytest.mark.parametrize("as_json", [False, True])
def test_the_truth_is_printed_for_evaluations_only(lab: Lab, as_json: bool):
    command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab.directory), "device", "truth"]
    told = subprocess.run([*command, *["--json"] * as_json], capture_output=True, text=True, check=True).stdout
    assert "for evaluations only" in told
    if as_json:
        said = json.loads(told)
        assert abs(said["qubits"]["q0"]["f01"] - 5.0e9) < 0.2e6
        assert said["qubits"]["q1"]["thermal_population"] == 0.2
        assert said["faults"][0] | {"in_force": True} == said["faults"][0]
    else:
        assert "fault hot_qubit on q1, in force now" in told


@pytest.mark.parametrize("name", ["lab.toml", "policy.toml", "chip.toml"])
def test_a_byte_order_mark_before_a_file_of_settings_is_read_past(tmp_path: Path, name: str) -> None:
    """Some editors put one there, and nobody sees it."""
    lab = open_lab(tmp_path / "lab", seed=1, qubits=1)
    (lab.directory / "chip.toml").write_text('coupling = "line"\n')
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("# chip =", "chip ="))
    rules = load_policy(lab.directory / "policy.toml")
    path = lab.directory / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert open_lab(lab.directory).config.device.chip
    assert load_policy(lab.directory / "policy.toml") == rules
