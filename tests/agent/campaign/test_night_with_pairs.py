"""A whole night on a chip with a tunable coupler, and the night after it: heavy, so a study."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.config import TEMPLATE
from reson.agent.expert.pair_plans import BRING_UP, UPKEEP
from reson.agent.expert.plans import RETUNE
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.components import Pair, Qubit
from reson.evals.true_pair import true_cz
from reson.records import Ending
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.store.measurements import list_measurements

PAIR = Pair(0, 1)


def tunable(directory: Path, seed: int = 12) -> Lab:
    directory.mkdir()
    (directory / "chip.toml").write_text('couplers = "tunable"\ncoupling = "line"\n')
    settings = TEMPLATE.format(seed=seed, qubits=2).replace('# chip = "chip.toml"', 'chip = "chip.toml"')
    (directory / "lab.toml").write_text(settings)
    return open_lab(directory)


def steps(lab: Lab, run_id: str, component: str) -> list[str]:
    return [row.experiment for row in list_measurements(lab.store(), run_id=run_id, component=component)]


@pytest.mark.study
def test_qubits_then_the_pair_and_the_next_night_keeps_it(tmp_path):
    lab = tunable(tmp_path / "lab")
    first = start(lab, Plan(kind="night"), lambda kind, body: None)
    assert (first.ending, first.reason) == (
        Ending.FINISHED,
        "2 of 2 qubits done, 1 of 1 pairs done, 0 set aside with a diagnosis",
    )
    assert steps(lab, first.run_id, PAIR) == [step.experiment for step in BRING_UP]
    for qubit in (0, 1):  # after coupler_arc and after coupler_idle
        assert steps(lab, first.run_id, Qubit(qubit))[-4:] == [step.experiment for step in RETUNE] * 2
    page = first.report.read_text()
    assert "2 of 2 qubits calibrated, 1 of 1 pair calibrated" in page and "CZ error" in page
    device = lab.device(lab.store())
    assert isinstance(device, SimulatedDevice)
    truth = true_cz(device, (0, 1))
    assert truth.error < 1.5 * truth.limit and truth.coherent < 2e-4 and abs(truth.idle_zz) < 1e3

    second = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    assert second.ending is Ending.FINISHED and "1 of 1 pairs done" in second.reason
    assert steps(lab, second.run_id, PAIR) == [step.experiment for step in UPKEEP]
    rows = list_measurements(lab.store(), run_id=second.run_id, component=PAIR)
    assert sum(row.device_ended - row.device_started for row in rows) < 30.0
