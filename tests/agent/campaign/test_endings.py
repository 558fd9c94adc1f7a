"""Every run ends with a name, a reason, a report and a record, whatever happens."""

from __future__ import annotations

import itertools
import json

import pytest

from reson.agent.lab import Lab
from reson.agent.launch import resume
from reson.errors import DeviceUnavailable, OperatorError
from reson.records import Ending
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.store.measurements import list_measurements
from reson.tools.store.runs import get_run
from reson.trajectory import read_trajectory


def configure(lab: Lab, old: str, new: str) -> None:
    path = lab.directory / "lab.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def stop_line(lab: Lab, run_id: str) -> dict:
    return [event for event in read_trajectory(lab.runs / run_id / "trajectory.jsonl") if event["kind"] == "stop"][-1]


def test_a_budget_that_is_spent_ends_the_run_and_more_budget_lets_it_go_on(make_lab, calibrate):
    from reson.agent.lab import open_lab

    lab = make_lab()
    configure(lab, "experiments = 2000", "experiments = 2")
    lab = open_lab(lab.directory)
    ended = calibrate(lab)
    assert ended.ending is Ending.BUDGET_SPENT
    assert "2 of 2" in ended.reason
    assert len(list_measurements(lab.store())) == 2
    assert stop_line(lab, ended.run_id)["ending"] == "budget_spent"
    configure(lab, "experiments = 2\n", "experiments = 3\n")
    lab = open_lab(lab.directory)
    ended = resume(lab, ended.run_id, lambda kind, body: None)
    assert ended.ending is Ending.BUDGET_SPENT
    assert len(list_measurements(lab.store())) == 3


def test_device_time_is_a_budget(make_lab, calibrate):
    from reson.agent.lab import open_lab

    lab = make_lab()
    configure(lab, "device_minutes = 120.0", "device_minutes = 0.01")
    ended = calibrate(open_lab(lab.directory))
    assert ended.ending is Ending.BUDGET_SPENT
    assert "device time" in ended.reason


def test_out_of_hours(make_lab, calibrate):
    lab = make_lab()
    ended = calibrate(lab, until="22:01")
    assert ended.ending is Ending.BUDGET_SPENT
    assert "out of hours" in ended.reason
    before = len(list_measurements(lab.store()))
    again = resume(lab, ended.run_id, lambda kind, body: None)
    assert (again.ending, len(list_measurements(lab.store()))) == (Ending.BUDGET_SPENT, before)
    later = resume(lab, ended.run_id, lambda kind, body: None, until="22:03")
    assert "out of hours" in later.reason
    assert len(list_measurements(lab.store())) > before


def test_a_device_that_goes_away_leaves_a_run_that_can_be_resumed(make_lab, calibrate, monkeypatch):
    lab = make_lab()
    whole = SimulatedDevice.load
    calls = itertools.count()

    def gone(self, controls):
        if next(calls) == 2:
            raise DeviceUnavailable("no answer from the chip in 60 s")
        return whole(self, controls)

    monkeypatch.setattr(SimulatedDevice, "load", gone)
    ended = calibrate(lab)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert "no answer" in ended.reason
    assert ended.report.exists()
    before = [row.id for row in list_measurements(lab.store())]
    monkeypatch.setattr(SimulatedDevice, "load", whole)
    configure(lab, "experiments = 2000", "experiments = 3")
    from reson.agent.lab import open_lab

    ended = resume(open_lab(lab.directory), ended.run_id, lambda kind, body: None)
    after = [row.id for row in list_measurements(lab.store())]
    assert after[: len(before)] == before
    assert len(after) == 3


def test_a_bug_ends_as_failed_with_a_report_and_keeps_its_traceback(make_lab, calibrate, monkeypatch):
    from reson.agent.brains.offline import OfflineBrain

    lab = make_lab()

    def broken(self, observation):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(OfflineBrain, "choose", broken)
    with pytest.raises(ZeroDivisionError):
        calibrate(lab)
    row = get_run(lab.store(), "calibrate-0001")
    assert row.ending is Ending.FAILED
    assert "a bug" in (row.reason or "")
    report = json.loads((lab.runs / "calibrate-0001" / "report.json").read_text())
    assert report["run"]["ending"] == "failed"


def test_a_stop_is_taken_at_the_next_safe_point(make_lab, calibrate, watched):
    import os
    import signal

    lab = make_lab()

    class StopAfterFirst(type(watched)):
        def __call__(self, kind, body):
            super().__call__(kind, body)
            if kind == "measuring":
                os.kill(os.getpid(), signal.SIGTERM)

    from reson.agent.launch import Plan, start

    ended = start(lab, Plan(kind="calibrate"), StopAfterFirst())
    assert ended.ending is Ending.STOPPED
    [row] = list_measurements(lab.store())
    assert row.judgement is not None, "the measurement in hand is finished first"
    configure(lab, "experiments = 2000", "experiments = 2")
    from reson.agent.lab import open_lab

    ended = resume(open_lab(lab.directory), ended.run_id, watched)
    assert len(list_measurements(lab.store())) == 2


def test_a_finished_run_is_not_run_again_and_an_unknown_one_is_named(make_lab, watched):
    lab = make_lab()
    with pytest.raises(OperatorError, match="no run nightly"):
        resume(lab, "nightly", watched)
