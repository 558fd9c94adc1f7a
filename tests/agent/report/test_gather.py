"""The content of a report, against records whose values the test has put there."""

from __future__ import annotations

import math

import pytest

from reson.agent.report.gather import gather
from reson.agent.report.words import cell
from reson.errors import OperatorError
from reson.records import Ending, Quantity, Status, Verdict
from reson.tools.store.lessons import lesson_id, record_lesson
from reson.wording import quantity


def calibrated(record) -> None:
    """q0: measured, benchmarked and done."""
    first = record.measure("q0", "rabi", {"x_amplitude": Quantity(value=0.3, stderr=0.001)}, step=0)
    record.write(first, "x_amplitude", 0.3, 0.001, "")
    times = record.measure("q0", "t1", {"t1": Quantity(value=80e-6, stderr=4e-6, unit="s")}, step=1)
    record.write(times, "t1", 80e-6, 4e-6, "s")
    record.write(times, "t2_echo", 100e-6, 6e-6, "s")
    last = record.measure("q0", "standard_rb", {"error_per_gate": Quantity(value=2.4e-4, stderr=1e-5)}, step=2)
    record.write(last, "error_per_gate", 2.4e-4, 1e-5, "")
    record.tell(
        "c0", "decision", {"decision": {"kind": "done", "component": "q0", "why": "at the limit", "diagnoses": []}}
    )


def give_up(record, component: str) -> None:
    diagnosis = {"code": "no_drive_response", "text": "no line anywhere.", "remedy": "Check the cable."}
    body = {"kind": "give_up", "component": component, "why": "no line in any search", "diagnoses": [diagnosis]}
    record.tell(f"c-{component}", "decision", {"decision": body})


def test_the_chip_at_a_glance(record):
    record.begin()
    calibrated(record)
    give_up(record, "q1")
    record.end()
    report = gather(record.lab, record.store, "night-0001")
    q0, q1 = report.qubits
    assert (q0.state, q0.why) == ("done", "at the limit")
    assert (q1.state, q1.diagnoses[0].code, q1.diagnoses[0].remedy) == (
        "failed",
        "no_drive_response",
        "Check the cable.",
    )
    limit = (3 - 2 * math.exp(-32e-9 / 100e-6) - math.exp(-32e-9 / 80e-6)) / 6
    assert q0.coherence_limit is not None and q0.coherence_limit.value == pytest.approx(limit, rel=1e-9)
    assert q0.over_limit is not None and q0.over_limit.value == pytest.approx(2.4e-4 / limit)
    # the limit is nearly t/(6 T1) + t/(3 T2): 66.7 and 106.7 of 173.3 parts, of which 5 % and 6 % are uncertain
    relative_limit = math.hypot(32e-9 / 6 / 80e-6 * 0.05, 32e-9 / 3 / 100e-6 * 0.06) / limit
    assert q0.over_limit.stderr == pytest.approx(q0.over_limit.value * math.hypot(1 / 24, relative_limit), rel=1e-3)
    assert q0.above_limit is not None and q0.above_limit.value == pytest.approx(2.4e-4 - limit)
    assert q0.above_limit.stderr == pytest.approx(math.hypot(1e-5, relative_limit * limit), rel=1e-3)
    assert cell(q0, "above_limit") == quantity(2.4e-4 - limit, q0.above_limit.stderr)
    assert q1.above_limit is None and cell(q1, "above_limit") == "–"
    assert q1.over_limit is None and not q1.values["drive_frequency"].measured


def test_what_was_used(record):
    record.begin()
    calibrated(record)
    record.end()
    use = gather(record.lab, record.store, "night-0001").use
    assert (use.device_seconds, use.shots, use.measurements, use.jobs) == (30.0, 3000, 3, 3)


def test_before_and_after_and_the_change_in_sigmas(record):
    record.begin()
    first = record.measure("q0", "rabi", {}, step=0)
    record.write(first, "x_amplitude", 0.300, 0.003, "")
    record.end()
    record.run_id = "night-0002"
    record.clock += 86_400
    record.begin()
    second = record.measure("q0", "rabi", {}, step=0)
    record.write(second, "x_amplitude", 0.310, 0.004, "")
    record.end()
    (change,) = gather(record.lab, record.store, "night-0002").changes
    assert change.before is not None
    assert (change.before.value, change.after.value, change.measurement_id) == (0.300, 0.310, second)
    assert change.sigmas == pytest.approx(2.0)
    (cold,) = gather(record.lab, record.store, "night-0001").changes
    assert cold.before is not None and cold.before.value == 0.35 and not cold.before.measured and cold.sigmas is None


def test_drift_compares_with_the_run_before_and_only_what_both_measured(record):
    record.begin()
    first = record.measure("q0", "ramsey_xy", {}, step=0)
    record.write(first, "drive_frequency", 5.001e9, 100.0, "Hz")
    record.write(first, "t2_star", 50e-6, 1e-6, "s")
    record.end()
    assert gather(record.lab, record.store, "night-0001").drift is None
    record.run_id = "night-0002"
    record.clock += 7200
    record.begin()
    second = record.measure("q0", "ramsey_xy", {}, step=0)
    record.write(second, "drive_frequency", 5.001e9 + 500.0, 100.0, "Hz")
    record.write(second, "t2_echo", 70e-6, 1e-6, "s")
    record.end()
    drift = gather(record.lab, record.store, "night-0002").drift
    assert drift is not None and drift.since_run == "night-0001"
    assert drift.hours == pytest.approx((7200 + 10) / 3600)
    (moved,) = drift.differences
    assert moved.parameter == "drive_frequency"
    assert moved.sigmas == pytest.approx(500 / math.hypot(100, 100))


def test_a_report_written_later_still_tells_the_table_of_its_own_end(record):
    record.begin()
    first = record.measure("q0", "rabi", {}, step=0)
    record.write(first, "x_amplitude", 0.300, 0.003, "")
    record.end()
    record.run_id = "night-0002"
    record.begin()
    second = record.measure("q0", "rabi", {}, step=0)
    record.write(second, "x_amplitude", 0.310, 0.004, "")
    record.end()
    q0 = gather(record.lab, record.store, "night-0001").qubits[0]
    assert q0.values["x_amplitude"].value == 0.300


def test_the_story_keeps_the_order_and_marks_the_newest_accepted(record):
    record.begin()
    record.measure("q0", "rabi", {}, step=0)
    record.measure(
        "q0", "rabi", {}, verdict=Verdict.REJECT, status=Status.RANGE_TOO_NARROW, reason="too narrow", step=1
    )
    record.measure("q0", "rabi", {}, why="wider", step=2)
    record.measure("q0", "rabi", {}, verdict=Verdict.REVIEW, status=Status.DAMPED, step=3)
    record.end()
    story = gather(record.lab, record.store, "night-0001").qubits[0].story
    assert [entry.newest_accepted for entry in story] == [False, False, True, False]
    assert [entry.verdict for entry in story] == ["accept", "reject", "accept", "review"]
    assert story[1].reasons == ("too narrow",) and "full period" in story[1].criterion
    assert story[2].why == "wider" and story[2].title == "Rabi"


def test_what_became_of_a_proposal_stands_with_its_measurement(record):
    record.begin()
    first = record.measure("q0", "rabi", {}, step=0)
    record.write(first, "x_amplitude", 0.3, 0.001, "")
    record.end()
    (write,) = gather(record.lab, record.store, "night-0001").qubits[0].story[0].writes
    assert write.status == "executed" and write.changes[0].new == 0.3


def test_what_waits_for_a_person(record, asking):
    record.begin()
    asking()
    first = record.measure("q0", "rabi", {}, step=0)
    asked = record.propose(first, "x_amplitude", 0.3, 0.001, "")
    record.end(Ending.WAITING_FOR_APPROVAL, "1 approval waits")
    report = gather(record.lab, record.store, "night-0001")
    assert [one.approval_id for one in report.waiting] == [asked.id]
    assert report.waiting[0].changes[0].old == 0.35
    assert [qubit.state for qubit in report.qubits] == ["waiting", "open"]


def test_a_run_that_was_cut_short_tells_the_values_in_force(record):
    record.begin()
    first = record.measure("q0", "rabi", {}, step=0)
    record.write(first, "x_amplitude", 0.3, 0.001, "")
    report = gather(record.lab, record.store, "night-0001")
    assert report.run.ending is None and report.use.wall_seconds is None
    assert report.qubits[0].values["x_amplitude"].value == 0.3


def test_refusals_are_told(record):
    record.begin()
    record.tell("r", "refused", {"experiment": "rabi", "reason": "too many circuits"})
    record.tell("g", "approval", {"approval": "a-1", "status": "denied", "rule": "never at noon"})
    record.end()
    assert gather(record.lab, record.store, "night-0001").refused == (
        "rabi: too many circuits",
        "a-1 was denied by the policy: never at noon",
    )


def test_an_unknown_run_is_an_error_that_names_the_known(record):
    record.begin()
    with pytest.raises(OperatorError) as error:
        gather(record.lab, record.store, "night-0009")
    assert "night-0001" in error.value.remedy


def test_lessons_are_told_unless_a_diagnosis_tells_them(record):
    record.begin()
    give_up(record, "q1")
    told = lesson_id(record.run_id, "q1", "no_drive_response")
    for name, text in ((told, "q1: no_drive_response: no line, in other words."), ("l2", "q0: hums at noon")):
        record_lesson(record.store, name, record.run_id, "q1", text, record.clock)
    record.end()
    assert gather(record.lab, record.store, "night-0001").lessons == ("q0: hums at noon",)
