"""The short queries of the pages against the long way over every row."""

from __future__ import annotations

import pytest

from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.store import open_store
from reson.tools.store.table import log
from reson.ui import queries
from reson.ui.queries import Wanted


@pytest.fixture
def store(waiting_lab):
    return open_store(waiting_lab)


def test_what_a_run_used_counts_qubits_measured_together_once(store):
    rows = list_measurements(store, run_id="night-0001")
    use = queries.use_of(store, "night-0001")
    jobs = {row.job_id: row.device_ended - row.device_started for row in rows}
    assert len(rows) > len(jobs), "else the test says nothing"
    assert use.device_seconds == pytest.approx(sum(jobs.values()))
    assert use.shots == sum(row.shots * row.circuits for row in rows)
    assert (use.measurements, use.jobs) == (len(rows), len(jobs))
    assert queries.use_of(store, "none") == (0.0, 0, 0, 0)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(run_id="night-0001"),
        Wanted(component="q1"),
        Wanted(experiment="rabi", component="q0"),
        Wanted(verdict="accept"),
        Wanted(verdict="reject"),
        Wanted(text="q1"),
        Wanted(text="%"),
    ],
)
def test_a_search_finds_what_a_walk_over_all_rows_finds(store, wanted):
    def matches(row):
        return (
            wanted.run_id in ("", row.run_id)
            and wanted.component in ("", row.component)
            and wanted.experiment in ("", row.experiment)
            and wanted.verdict in ("", row.judgement and row.judgement.verdict)
            and wanted.text in row.id
        )

    expected = {row.id for row in list_measurements(store) if matches(row)}
    found = queries.search(store, wanted, 100)
    assert {line.id for line in found} == expected
    ended = [line.device_ended for line in found]
    assert ended == sorted(ended, reverse=True), "newest first"
    page = [line.id for start in range(0, len(found), 2) for line in queries.search(store, wanted, 2, start)]
    assert page == [line.id for line in found]


def test_versions_are_those_of_the_log_and_the_last_one_is_counted(store):
    rows = log(store, "simulated-3", "q0", "drive_frequency")
    assert queries.versions(store, "simulated-3", "q0", "drive_frequency") == rows
    assert queries.versions(store, "simulated-3", "q0", "drive_frequency", 1) == rows[-1:]
    assert queries.last_version(store) == max(row.sequence for row in log(store, "simulated-3"))


def test_what_waits_is_in_the_order_of_asking(store):
    assert queries.waiting(store).ids == tuple(row.id for row in list_approvals(store, status="pending"))
    assert queries.in_flight(store, "night-0001") == []


@pytest.mark.parametrize("ends", [(None, None), (0.2, None), (None, 0.25), (0.2, 0.25)])
@pytest.mark.parametrize("largest_first", [None, False, True])
def test_results_are_found_between_two_values_and_in_their_order(store, ends, largest_first):
    low, high = ends
    wanted = Wanted(experiment="rabi", quantity="x_amplitude", low=low, high=high, largest_first=largest_first)
    found = [(one.id, one.quantities["x_amplitude"].value) for one in queries.search(store, wanted, 100)]
    rows = list_measurements(store, experiment="rabi")
    walked = [
        (row.id, (row.quantities or {})["x_amplitude"].value) for row in rows if "x_amplitude" in (row.quantities or {})
    ]
    walked = [(name, value) for name, value in walked if (low or 0) <= value <= (high or 1)]
    assert sorted(found) == sorted(walked)
    if largest_first is not None:
        assert [value for _, value in found] == sorted((value for _, value in walked), reverse=largest_first)


def test_nothing_without_the_quantity_is_found_by_it(store):
    assert queries.search(store, Wanted(quantity="no_such_thing", largest_first=True), 100) == []
