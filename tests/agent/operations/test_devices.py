"""What can be asked of the lab's device without a shot, from any face."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.lab import open_lab
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.opened import LOOKING, TALKING, OpenLab, open_for
from reson.agent.watched import diary
from reson.errors import ToolError
from reson.tools.devices.export import load


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> OpenLab:
    return open_for(open_lab(tmp_path_factory.mktemp("asked") / "lab", device="fake:manila"), "mallory", TALKING)


def test_the_device_says_what_it_is(at: OpenLab) -> None:
    found = OPERATIONS["show_device"].in_words(at, {})
    assert (found["kind"], found["qubits"]) == ("fake", [0, 1, 2, 3, 4])
    assert found["experiments"]["t1"] is None and "gate" in found["experiments"]["rx_sweep"]


def test_a_circuit_is_placed_and_only_files_of_the_lab_are_read(at: OpenLab, tmp_path: Path) -> None:
    row, data = OPERATIONS["layout"], at.lab.directory / "data"
    chain = row.in_words(at, {"circuit": "chain:3"})
    assert len(chain["initial_layout"]) == 3 and len(chain["couplings"]) == 2
    text = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
    data.mkdir()
    for place in (data, tmp_path):
        (place / "bell.qasm").write_text(text)
    found = row.in_words(at, {"circuit": "bell.qasm", "placements": 1})
    assert found["placements"][0]["success"] >= found["level_3"]["success"] and found["measured"] == []
    with pytest.raises(ToolError, match="where files are read"):
        row.in_words(at, {"circuit": str(tmp_path / "bell.qasm")})


def test_what_is_known_goes_into_a_file(at: OpenLab) -> None:
    found = OPERATIONS["export"].in_words(at, {"hours": 24})
    assert load(Path(found["file"])).device == "fake:manila"


def test_who_may_only_look_adds_nothing_to_the_diary(at: OpenLab) -> None:
    row = OPERATIONS["watch"]
    with pytest.raises(ToolError, match="watch is not for whoever asks here"):
        row.in_words(open_for(at.lab, "mallory", LOOKING), {})
    assert diary(at.lab.directory) == []
    assert row.in_words(at, {}) == {"readings": 1, "alarms": 0, "findings": []}
    assert len(diary(at.lab.directory)) == 1
