from __future__ import annotations

from collections.abc import Callable

import pytest

from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.data import RawData
from reson.tools.store.lessons import list_lessons, record_lesson
from reson.tools.store.measurements import record_measurements
from reson.tools.store.runs import end_run, get_run, latest_device_time, list_runs, start_run
from reson.tools.store.store import Store


def test_a_run_is_running_until_it_ends_with_a_name(store: Store) -> None:
    assert (get_run(store, "run-1").status, get_run(store, "run-1").ending) == ("running", None)
    end_run(store, "run-1", Ending.BUDGET_SPENT, "device time", 2000.0)
    run = get_run(store, "run-1")
    assert (run.status, run.ending, run.reason, run.ended_device) == ("ended", "budget_spent", "device time", 2000.0)


def test_a_resumed_run_keeps_its_start_and_runs_again(store: Store) -> None:
    before = get_run(store, "run-1")
    end_run(store, "run-1", Ending.STOPPED, "ctrl-c", 2000.0)
    start_run(store, "run-1", "night", "chip", {"other": 1}, 8, 3000.0)
    assert get_run(store, "run-1") == before
    with pytest.raises(OperatorError, match="night on chip"):
        start_run(store, "run-1", "night", "another chip", {}, 7, 0.0)


def test_unknown_runs_are_refused_with_the_known_ones(store: Store) -> None:
    for call in (lambda: get_run(store, "run-9"), lambda: end_run(store, "run-9", Ending.FINISHED, "", 0.0)):
        with pytest.raises(OperatorError, match="run-9") as caught:
            call()
        assert "run-1" in caught.value.remedy


def test_runs_are_listed_newest_first(store: Store) -> None:
    start_run(store, "run-2", "calibrate", "chip", {}, None, 1500.0)
    assert [run.id for run in list_runs(store)] == ["run-2", "run-1"]
    assert [run.id for run in list_runs(store, limit=1)] == ["run-2"]


def test_the_device_clock_goes_on_from_the_latest_record(store: Store, raw: Callable[..., RawData]) -> None:
    assert latest_device_time(store, "chip") == 1000.0
    assert latest_device_time(store, "never used") is None
    record_measurements(store, "run-1", 1, "job", "", {"m": raw(ended=1500.0)})
    assert latest_device_time(store, "chip") == 1500.0, "also of a run that was killed"
    end_run(store, "run-1", Ending.FINISHED, "", 1600.0)
    assert latest_device_time(store, "chip") == 1600.0


def test_a_lesson_is_kept_once(store: Store) -> None:
    for text in ("q0 needs a longer wait", "something else"):
        record_lesson(store, "l1", "run-1", "q0", text, 1200.0)
    assert [(row.text, row.device) for row in list_lessons(store, run_id="run-1")] == [
        ("q0 needs a longer wait", "chip")
    ]
