"""What a night would cost, told before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.estimate import OPEN_PLAN, estimate
from reson.agent.expert.characterise import PLAN
from reson.agent.lab import open_lab
from reson.agent.which_qubits import choose_qubits
from reson.components import Qubit
from reson.errors import OperatorError
from reson.tools.devices.durations import OVERHEAD, quantum_seconds
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.experiments.catalogue import get


@pytest.fixture(scope="module")
def torino() -> NoisyDevice:
    return noisy_device("fake", "fake:torino", fake_backend("torino"))


def test_a_night_on_a_copy_is_estimated_in_quantum_seconds(torino: NoisyDevice) -> None:
    found = estimate(torino, choose_qubits("chain:4", torino))
    assert {row.experiment for row in found.rows} | set(found.left_out) == {step.experiment for step in PLAN}
    assert found.allowance == OPEN_PLAN and found.remaining is None
    assert all(row.jobs == 1 for row in found.rows)  # a generation that cancels ZZ
    assert all(row.seconds > OVERHEAD for row in found.rows)
    assert 100 < found.seconds < 400
    assert found.share == pytest.approx(found.seconds / 600)


def test_what_a_dry_run_tells_is_what_the_circuits_take(torino: NoisyDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    device, chain = torino, choose_qubits("chain:4", torino)
    rows = {row.experiment: row for row in estimate(device, chain).rows}
    known = device.published.first_values(chain)

    def run(circuits: Any, shots: int, **options: Any) -> None:
        raise Sent(quantum_seconds(circuits, shots, device.limits, cast("Any", device.backend.target)))

    monkeypatch.setattr(device.backend, "run", run)
    for step in PLAN:
        if step.experiment not in ("readout_error", "t1", "fine_drag", "layer_fidelity"):
            continue
        row = get(step.experiment)
        asked = {qubit: row.arguments(step.parameters, known[Qubit(qubit)]) for qubit in chain}
        with pytest.raises(Sent) as caught:
            row.acquire(device, asked)
        assert rows[row.name].seconds == pytest.approx(caught.value.seconds, rel=0.1), row.name


class Sent(Exception):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


def test_turns_are_paid_for() -> None:
    device = noisy_device("fake", "fake:sherbrooke", fake_backend("sherbrooke"))
    jobs = {row.experiment: row.jobs for row in estimate(device, choose_qubits("chain:4", device)).rows}
    assert jobs["t2_hahn"] == jobs["ramsey_xy"] == 2
    assert jobs["t1"] == jobs["standard_rb"] == 1


def test_a_chip_of_ones_own_counts_no_quantum_seconds(tmp_path: Path) -> None:
    lab = open_lab(tmp_path / "lab", qubits=1)
    with pytest.raises(OperatorError, match="counts no quantum seconds"):
        estimate(lab.device(lab.store()), (0,))


def test_a_dry_run_tells_it_and_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = str(tmp_path / "lab")
    arguments = ["--lab", lab, "night", "--device", "fake:torino", "--qubits", "chain:2", "--dry-run", "--json"]
    assert exit_code_of(app, arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["qubits"] == 2 and told["seconds"] > 0 and told["budget"] == 300.0
    assert not list((tmp_path / "lab" / "runs").glob("*"))
