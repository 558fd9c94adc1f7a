from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.errors import OperatorError
from reson.records import Verdict, content_hash
from reson.tools.data import RawData
from reson.tools.store.measurements import (
    get_measurement,
    has_measurement,
    list_measurements,
    load_analysis,
    load_raw,
    record_measurements,
)
from reson.tools.store.store import Store


def test_raw_data_comes_back_before_any_analysis(store: Store, raw: Callable[..., RawData]) -> None:
    data = {"m0": raw(0), "m1": raw(1)}
    record_measurements(store, "run-1", 3, "job", {"q0": "start", "q1": "drift"}, data)
    row = get_measurement(store, "m1")
    assert (row.component, row.step, row.why, row.device, row.circuits) == ("q1", 3, "drift", "chip", 3)
    assert row.controls_hash == content_hash(data["m1"].controls)
    assert row.judgement is row.analysis_sha is row.quantities is None
    np.testing.assert_array_equal(load_raw(store, row).arrays["counts"], data["m1"].arrays["counts"])
    with pytest.raises(OperatorError, match="not been analysed"):
        load_analysis(store, row)


def test_a_job_recorded_again_changes_nothing(store: Store, raw: Callable[..., RawData]) -> None:
    record_measurements(store, "run-1", 1, "job", "first", {"m0": raw(0)})
    before = get_measurement(store, "m0")
    record_measurements(store, "run-1", 2, "job", "second", {"m0": raw(0, ended=9999.0), "m1": raw(1)})
    assert get_measurement(store, "m0") == before
    assert has_measurement(store, "m1")
    assert not has_measurement(store, "m2")


def test_the_newest_analysis_counts_and_the_first_of_an_author_stays(store: Store, judged: Callable[..., str]) -> None:
    judged("m", verdict=Verdict.REVIEW, author="campaign")
    judged("m", verdict=Verdict.REJECT, author="campaign")
    row = get_measurement(store, "m")
    assert row.judgement is not None
    assert (row.judgement.verdict, row.author) == (Verdict.REVIEW, "campaign")
    judged("m", verdict=Verdict.ACCEPT, author="reanalysis 0.2")
    row = get_measurement(store, "m")
    assert row.judgement is not None
    assert row.reading is not None
    assert row.quantities is not None
    assert (row.judgement.verdict, row.author) == (Verdict.ACCEPT, "reanalysis 0.2")
    assert load_analysis(store, row).quantities == row.quantities
    judged("m", verdict=Verdict.REJECT, author="campaign")
    assert len(list_measurements(store)) == 1
    assert get_measurement(store, "m") == row, "a node executed again must not bring the old analysis back"


def test_measurements_are_listed_by_the_device_clock(store: Store, raw: Callable[..., RawData]) -> None:
    for name, qubit, ended in (("c", 0, 30.0), ("a", 1, 20.0), ("b", 0, 20.0), ("d", 0, 10.0)):
        record_measurements(store, "run-1", 1, name, "", {name: raw(qubit, ended=ended)})
    assert [row.id for row in list_measurements(store)] == ["d", "a", "b", "c"]
    assert [row.id for row in list_measurements(store, component="q0", limit=2)] == ["b", "c"]
    assert list_measurements(store, run_id="other") == list_measurements(store, experiment="t1") == []


def test_a_damaged_file_is_named_and_the_rest_goes_on(store: Store, raw: Callable[..., RawData]) -> None:
    record_measurements(store, "run-1", 1, "job", "", {"m0": raw(0), "m1": raw(1)})
    broken, whole = get_measurement(store, "m0"), get_measurement(store, "m1")
    path = store.blobs.path(broken.raw_sha, ".npz")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(OperatorError, match="damaged"):
        load_raw(store, broken)
    assert load_raw(store, whole).qubit == 1


def test_unknown_measurements_are_refused(store: Store) -> None:
    with pytest.raises(OperatorError, match="nothing-like-it"):
        get_measurement(store, "nothing-like-it")
