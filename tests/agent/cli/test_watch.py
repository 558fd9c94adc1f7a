"""`reson watch`: the diary grows with what is new, and alarms set the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from qiskit.providers import QubitProperties

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


def test_an_old_answer_of_the_service_is_not_written_and_a_value_that_is_gone_is_told(
    tmp_path: Path, service: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = open_lab(tmp_path / "lab", device="ibm:torino", measure="0-1")
    arguments: list[Any] = ["--lab", str(lab.directory), "watch", "--days", "100000"]
    yesterday, today = (cast("Any", line_of_qubits(3, NoiseOptions())) for _ in range(2))
    today.target.qubit_properties = [QubitProperties(t1=None if qubit == 2 else 9e-5, t2=8e-5) for qubit in range(3)]
    for day, model in enumerate((yesterday, today)):
        date = f"2026-11-{20 + day}T07:00:00-05:00"
        model.properties = lambda date=date: SimpleNamespace(last_update_date=date)
    for service.model in (yesterday, today, yesterday, today):
        assert exit_code_of(app, arguments) == 0
    told = capsys.readouterr().out
    assert len(diary(lab.directory)) == 2
    assert "2026-11-21 12:00:00 q2: t1 not published any more" in told
