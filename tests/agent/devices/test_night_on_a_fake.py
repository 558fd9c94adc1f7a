"""A night on a copy of an IBM device, from the command line to the report."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from reson.agent.lab import open_lab
from reson.agent.launch import Ended, Plan, start
from reson.agent.which_qubits import choose_qubits
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.store.parameters import current

pytestmark = pytest.mark.study
QUBITS = 3


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    lab = open_lab(tmp_path_factory.mktemp("lab") / "torino", device="fake:torino", measure=f"best:{QUBITS}")
    return start(lab, Plan(kind="night", rest=True), lambda kind, body: None)


@pytest.fixture(scope="module")
def report(night: Ended) -> dict:
    return json.loads((night.report.parent / "report.json").read_text())


def test_it_ends_with_every_qubit_characterised(night: Ended, report: dict) -> None:
    assert night.ending is Ending.FINISHED
    assert [qubit["state"] for qubit in report["qubits"]] == ["done"] * QUBITS
    made = {entry["experiment"] for qubit in report["qubits"] for entry in qubit["story"]}
    assert {"t1", "t2_hahn", "ramsey_xy", "fine_x_amplitude", "fine_drag", "standard_rb", "readout_error"} <= made


def test_what_was_measured_agrees_with_what_is_published(report: dict) -> None:
    compared = report["published"]["compared"]
    assert {one["parameter"] for one in compared} == {"t1", "t2_echo", "assignment_fidelity", "error_per_gate"}
    assert len(compared) == 4 * QUBITS
    # of 12 values one beyond three standard deviations is chance (1 in 31), two are not
    assert sum(abs(one["sigmas"]) > 3 for one in compared) <= 1
    assert all(abs(one["sigmas"]) < 5 for one in compared)
    assert report["published"]["calibrated"] == pytest.approx(1740601568)


def test_a_layout_is_recommended_on_working_pairs(report: dict) -> None:
    layout = report["published"]["layout"]
    chain = layout["measured"]["qubits"]
    assert len(chain) == len(layout["published"]["qubits"]) >= 3
    pairs = [list(pair) for pair in pairwise(chain)]
    assert all(pair in layout["coupling_map"] for pair in pairs)
    assert 0.5 < layout["measured"]["success"] < 1
    # chosen by the same numbers, the recommended chain is at least as good as the published one
    assert layout["measured"]["success"] >= layout["published"]["success"] - 1e-9


def test_results_are_recorded_and_no_control_is_touched(night: Ended) -> None:
    lab = open_lab(night.report.parents[2])
    store = lab.store()
    table = current(store, "fake:torino")
    for qubit in choose_qubits(f"best:{QUBITS}", lab.device(store)):
        rows = table[Qubit(qubit)]
        assert rows["t1"].measurement_id is not None
        assert rows["pulse_duration"].author == "published"
        assert "x_amplitude" not in rows
        assert "drive_frequency" not in rows


def test_the_page_shows_both_columns_and_the_layout(night: Ended) -> None:
    page = night.report.read_text()
    assert "Measured against published" in page
    assert "initial_layout = [" in page
    assert "CouplingMap([[" in page
    assert f"{QUBITS} of {QUBITS} qubits characterised" in page


def test_a_lab_belongs_to_one_device(night: Ended) -> None:
    directory = night.report.parents[2]
    with pytest.raises(OperatorError, match="belongs to fake:torino, not to fake:sherbrooke"):
        open_lab(directory, device="fake:sherbrooke")
    assert open_lab(directory, device="fake:torino").config.device.measure == f"best:{QUBITS}"


def test_what_it_cannot_run_is_refused_before_it_starts(night: Ended) -> None:
    lab = open_lab(night.report.parents[2])
    with pytest.raises(OperatorError, match="cannot run rabi: no pulse access"):
        start(lab, Plan(kind="run", experiment="rabi", measure="0"), lambda kind, body: None)


@pytest.mark.parametrize("text", ["fake", "ibm:", "aer:5", "simulated:7", "quantum:inspire"])
def test_an_address_that_names_no_device_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(OperatorError, match=r"reson device list|names no device|no kind"):
        open_lab(tmp_path / "lab", device=text)
