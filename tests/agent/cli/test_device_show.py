"""`reson device show` of an IBM device: the account, the queue, what is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.tools.devices.ibm import runtime
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from tests.tools.devices.ibm.recorded import Recorded


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    from reson.agent.cli import device

    model = line_of_qubits(2, NoiseOptions(t1=100e-6, t2=100e-6))
    found = Recorded(model, NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5))
    monkeypatch.setattr(runtime, "open_service", lambda name, options: found)
    monkeypatch.setattr(device, "_reasons", lambda one: {})  # what it can run is tested elsewhere, and takes its time
    return found


def test_it_tells_plan_instance_and_queue(service: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(app, ["device", "show", "ibm:torino"]) == 0
    told = capsys.readouterr().out
    assert "plan open, instance lab-3, 1000 quantum seconds left of 600" in told
    assert "12 jobs waiting, least busy of the account: ibm:kyiv (3 jobs)" in told
    assert exit_code_of(app, ["device", "show", "ibm:torino", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["standing"]["pending"] == 12


def test_what_the_service_does_not_tell_is_left_out(
    service: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise IbmTrouble(TroubleKind.REFUSED, "nothing")

    monkeypatch.setattr(service, "standing", refuse)
    assert exit_code_of(app, ["device", "show", "ibm:torino"]) == 0
    assert "jobs waiting" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", TroubleKind)
@pytest.mark.parametrize("where", ["standing", "remaining", "allowance"])
def test_whatever_is_refused_the_rest_is_shown_at_once(
    kind: TroubleKind,
    where: str,
    service: Recorded,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A service that is busy is not asked for an hour by somebody who only looks."""
    asked: list[str] = []

    def refuse() -> None:
        asked.append(where)
        raise IbmTrouble(kind, "the words")

    monkeypatch.setattr(service, where, refuse)
    assert exit_code_of(app, ["device", "show", "ibm:torino"]) == 0
    told = capsys.readouterr().out
    assert "not told by the service: the words" in told
    assert ("plan open" in told) == (where != "standing") and "published" in told
    assert len(asked) == 1


@pytest.mark.parametrize(("parts", "told"), [((), "realism clean"), (("flicker", "parity"), "  flicker: 1/f noise")])
def test_a_simulated_chip_tells_its_realism(parts: tuple[str, ...], told: str) -> None:
    from reson.agent.cli.device import _realism
    from reson.tools.devices.simulated.chip_file import ChipDescription
    from reson.tools.devices.simulated.device import open_chip

    lines = _realism(open_chip(ChipDescription(seed=1, qubits=1, realism=parts), 1.7e9))
    assert any(line.startswith(told) for line in lines)
    assert len(lines) == 1 + len(parts)


@pytest.mark.parametrize(
    ("qubits", "told"),
    [("lf:4", "on 4 qubits"), ("chain:4", "on 4 qubits"), ("63,86", "out of service at fake:torino"), ("lf:3", "lf:4")],
)
def test_all_ways_to_choose_qubits_are_ways_on_the_command_line(
    qubits: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = str(tmp_path / "lab")
    code = exit_code_of(app, ["--lab", lab, "night", "--device", "fake:torino", "--qubits", qubits, "--dry-run"])
    said = capsys.readouterr()
    assert told in said.out + said.err
    assert code == (0 if told.startswith("on") else 1)
