"""Labs of an older schema: what their tables say, and whether their record holds."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from reson.tools.store.approvals import ApprovalStatus, get_approval
from reson.tools.store.integrity import problems
from reson.tools.store.measurements import get_measurement, load_analysis
from reson.tools.store.runs import get_run
from reson.tools.store.store import Store, open_store
from reson.tools.store.table import current, log
from tests.old_labs import LABS


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(LABS) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def _device(store: Store) -> str:
    return get_run(store, "run-0001").device


def test_a_pair_has_one_row_with_the_history_of_both_its_qubits(old: Path) -> None:
    store = open_store(old / "pair")
    device = _device(store)
    table = current(store, device)
    placed = [name for rows in table.values() for name in rows if name.startswith(("zz", "layer_error"))]
    assert sorted(placed) == ["layer_error", "zz"], "nothing stands under a qubit's place any more"
    for name, was, values in (
        ("zz", ["q0.zz_1", "q1.zz_1"], [-179759.172331989, -179468.037498376]),
        ("layer_error", ["q0.layer_error_1", "q1.layer_error_1"], [0.008, 0.009]),
    ):
        history = log(store, device, "q0-q1", name)
        assert [row.written_as for row in history] == was
        assert [row.value for row in history] == pytest.approx(values)
        assert [row.superseded_by for row in history] == [history[1].id, None]
        assert table["q0-q1"][name] == history[1], "the newer one is in force, whichever qubit it was found from"
    before = current(store, device, as_of=table["q0-q1"]["zz"].valid_from - 1)
    assert before["q0-q1"]["zz"].written_as == "q0.zz_1"


def test_every_edge_of_a_provider_s_device_is_a_pair(old: Path) -> None:
    store = open_store(old / "manila")
    errors = {name: rows["layer_error"] for name, rows in current(store, _device(store)).items() if "-" in name}
    assert {name: row.written_as for name, row in errors.items()} == {
        "q0-q1": "q1.layer_error_1",
        "q1-q2": "q1.layer_error_2",
    }


@pytest.mark.parametrize("lab", ["pair", "manila"])
def test_the_record_holds_and_its_past_cannot_be_moved_elsewhere(old: Path, lab: str) -> None:
    store = open_store(old / lab)
    assert list(problems(store)) == []
    store.engine.dispose()
    with closing(sqlite3.connect(old / lab / "lab.db")) as connection, connection:
        connection.execute("UPDATE parameters SET was = 'q4.zz_1' WHERE was IS NOT NULL")
    assert list(problems(open_store(old / lab), everything=True))


def test_what_asked_for_the_old_name_is_taken_back_and_its_analysis_speaks_of_the_pair(old: Path) -> None:
    store = open_store(old / "pair")
    assert get_approval(store, "run-0002-0000-q1-write").status is ApprovalStatus.STALE
    analysis = load_analysis(store, get_measurement(store, "run-0002-0000-q1"))
    assert "q0-q1.zz" in analysis.quantities


def test_a_place_that_no_measurement_explains_stays_with_its_qubit(old: Path) -> None:
    with closing(sqlite3.connect(old / "pair" / "lab.db")) as connection, connection:
        connection.execute("UPDATE parameters SET parameter = 'layer_error_3' WHERE component = 'q0' AND value = 0.008")
    store = open_store(old / "pair")
    table = current(store, _device(store))
    assert table["q0"]["layer_error"].written_as == "q0.layer_error_3"
    assert table["q0-q1"]["layer_error"].written_as == "q1.layer_error_1"


def test_a_migrated_lab_is_migrated_once(old: Path) -> None:
    first = open_store(old / "pair")
    rows = log(first, _device(first))
    first.engine.dispose()
    again = open_store(old / "pair")
    assert log(again, _device(again)) == rows
