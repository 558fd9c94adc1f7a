"""How components stand by the whole record: the last word on each, its health, and the report that says the same."""

from __future__ import annotations

from reson.agent.report.gather import gather
from reson.agent.report.words import title
from reson.agent.standing import standings
from reson.components import Qubit
from reson.records import Ending, Quantity
from reson.tools.store.parameters import current
from reson.tools.store.runs import end_run, start_run
from tests.agent.report.conftest import DEVICE

DAY = 86_400.0


def night(record, number: int, t1: float) -> None:
    """A night that calibrates q0 and gives q1 up."""
    record.run_id = f"night-{number:04d}"
    record.begin()
    found = record.measure("q0", "t1", {"t1": Quantity(value=t1, stderr=t1 / 40, unit="s")}, step=0)
    record.write(found, "t1", t1, t1 / 40, "s")
    for name, kind in (("q0", "done"), ("q1", "give_up")):
        said = {"kind": kind, "component": name, "why": f"{kind} in night {number}", "diagnoses": []}
        record.tell(f"{kind}-{number}", "decision", {"decision": said})
    record.end()
    record.clock += DAY


def now(record):
    table = current(record.store, DEVICE)
    return standings(record.lab, record.store, DEVICE, table, [Qubit(0), Qubit(1), Qubit(2)])


def test_no_number_of_later_experiments_hides_how_a_calibration_ended(record):
    night(record, 1, 80e-6)
    for number in range(2, 14):
        run = f"run-{number:04d}"
        start_run(record.store, run, "run", DEVICE, {"components": ["q0", "q1"]}, 7, record.clock)
        record.run_id = run
        said = {"kind": "done", "component": "q1", "why": "measured as asked", "diagnoses": []}
        record.tell("done", "decision", {"decision": said})
        end_run(record.store, run, Ending.FINISHED, "all done", record.clock)
    found = now(record)
    assert {name: (one.state, one.closed_in) for name, one in found.items()} == {
        "q0": ("done", "night-0001"),
        "q1": ("failed", "night-0001"),
        "q2": ("open", ""),
    }
    assert found["q1"].why == "give_up in night 1"


def test_each_qubit_has_its_own_last_word(record):
    night(record, 1, 80e-6)
    record.run_id = "night-0002"
    record.begin()
    said = {"kind": "done", "component": "q1", "why": "at the limit", "diagnoses": []}
    record.tell("done-2", "decision", {"decision": said})
    record.end(Ending.STOPPED, "by a person")
    found = now(record)
    assert [(one.state, one.closed_in) for one in found.values()][:2] == [
        ("done", "night-0001"),
        ("done", "night-0002"),
    ]


def test_a_collapsed_qubit_is_below_goal_on_the_page_and_in_the_report(record):
    for number, t1 in enumerate([80e-6, 85e-6, 4e-6], 1):
        night(record, number, t1)
    report = gather(record.lab, record.store, "night-0003")
    assert (now(record)["q0"].state, report.qubits[0].state) == ("below", "below")
    assert title(report) == "0 of 2 qubits calibrated, 1 below goal, 1 set aside"
    (worst,) = report.worse
    assert (worst.component, worst.measurement_id) == ("q0", "night-0003-0000-q0")
    assert worst.what == "T1 82.5 µs → 4.00(10) µs, 21 times worse than usual, below the goal of 15 µs"
    assert gather(record.lab, record.store, "night-0002").qubits[0].state == "done", "as it was that morning"
