"""An experiment on a pair from the command line: measured, judged, written and reported as one on a qubit is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.config import TEMPLATE
from reson.agent.lab import EPOCH, open_lab
from reson.agent.operations.opened import TALKING, OpenLab
from reson.agent.operations.runs import RUN_EXPERIMENT
from reson.errors import ToolError
from reson.evals.tuned_qubits import tuned
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.store.parameters import seed_table
from reson.tools.store.runs import list_runs
from tests.agent.cli.conftest import Said, call

CHIP = 'couplers = "tunable"\ncoupling = "line"\n'


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A lab of one tunable pair whose qubits are calibrated, after a look at its coupler that was committed."""
    lab = _tunable(tmp_path_factory.mktemp("pairs") / "lab")
    other = open_lab(_tunable(tmp_path_factory.mktemp("same-chip") / "lab"))  # a device fills the table of its lab
    device = other.device(other.store())
    assert isinstance(device, SimulatedDevice)
    design = device.design_controls()
    for qubit, found in tuned(device).items():
        design[qubit] |= found
    seed_table(open_lab(lab).store(), device.name, design, EPOCH.timestamp(), "design", "as a bring-up finds it")
    return lab, call(lab, "run", "coupler_arc", "--pairs", "q1-q0", "--commit", "--json")


def _tunable(lab: Path) -> Path:
    lab.mkdir()
    (lab / "chip.toml").write_text(CHIP)
    settings = TEMPLATE.format(seed=12, qubits=2)
    (lab / "lab.toml").write_text(settings.replace('# chip = "chip.toml"', 'chip = "chip.toml"'))
    return lab


def test_it_is_written_to_the_pair(measured):
    lab, said = measured
    assert said.code == 0, said.err
    table = call(lab, "params", "show", "q0-q1", "--json").json["q0-q1"]
    assert table["coupler_bias"]["measurement_id"] and table["coupler_bias"]["stderr"] > 0
    assert call(lab, "check", "--json").code == 0


def test_the_report_names_it(measured):
    lab, _ = measured
    page = next((lab / "runs").glob("*/report.html")).read_text()
    assert "1 of 1 pair measured" in page and "Pair by pair" in page and "Coupler bias" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("coupler_arc", "--qubits", "0"), "--pairs q0-q1"),
        (("t1", "--pairs", "q0-q1"), "--qubits"),
        (("coupler_arc", "--pairs", "q0-q7"), "no pair q0-q7"),
        (("coupler_arc", "--pairs", "q0"), "names no pair"),
        (("coupler_arc", "--pairs", "q0-q0"), "names no pair"),
    ],
)
def test_what_is_not_there_is_refused(measured, arguments, told):
    refused = call(measured[0], "run", *arguments)
    assert refused.code != 0 and told in refused.err


@pytest.mark.parametrize("name", ["q0", "c0-1", "device", "nonsense"])
def test_a_conversation_cannot_measure_all_pairs_by_naming_something_else(measured, name):
    lab = open_lab(measured[0])
    store = lab.store()
    before = len(list_runs(store))
    at = OpenLab(lab, store, list_runs(store)[0].device, may=TALKING)
    with pytest.raises(ToolError):
        RUN_EXPERIMENT.in_words(at, {"experiment": "coupler_arc", "components": [name]})
    assert len(list_runs(store)) == before


def test_a_chip_without_such_couplers_says_so(lab):
    refused = call(lab, "run", "coupler_arc")
    assert refused.code != 0 and "coupler_flux" in refused.err
