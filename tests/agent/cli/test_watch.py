"""`reson watch`: the diary grows with what is new, and alarms set the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.lab import open_lab
from reson.agent.watched import FILE, diary
from reson.errors import OperatorError
from reson.tools.devices.ibm import runtime
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from tests.tools.devices.ibm.recorded import Recorded, without


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    model = line_of_qubits(3, NoiseOptions(t1=100e-6, t2=100e-6))
    found = Recorded(model, NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5))
    monkeypatch.setattr(runtime, "open_service", lambda name, options: found)
    return found


def test_the_diary_grows_with_what_is_new(
    tmp_path: Path, service: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = open_lab(tmp_path / "lab", device="ibm:torino", measure="0-1")
    arguments: list[Any] = ["--lab", str(lab.directory), "watch"]
    assert exit_code_of(app, arguments) == 0
    assert exit_code_of(app, arguments) == 0
    assert len(diary(lab.directory)) == 1
    service.model = without(service.model, 1)
    assert exit_code_of(app, arguments) == 1
    assert "ALARM" in (told := capsys.readouterr().out) and "q1: out of service" in told
    assert exit_code_of(app, [*arguments, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["readings"] == 2 and found["alarms"] >= 1
    assert not service.most  # no shot was taken
    with (lab.directory / FILE).open("a") as file:
        file.write('{"moment": 1')  # as a kill leaves it
    service.model = line_of_qubits(3, NoiseOptions(t1=90e-6, t2=90e-6))
    exit_code_of(app, arguments)
    assert len(diary(lab.directory)) == 3
    for damaged in (b"nonsense\n", b"\xff\xfe\n"):
        (lab.directory / FILE).write_bytes(damaged)
        with pytest.raises(OperatorError, match="is damaged"):
            diary(lab.directory)
