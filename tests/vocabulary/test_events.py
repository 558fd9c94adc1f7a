"""Every recorded trajectory is read by type and comes back byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reson.evals.replaying.recording import load, recordings_in
from reson.events import Event, Judged, ModelCalled, event_of
from reson.records import Json, Seen
from reson.trajectory import TrajectoryWriter, read_trajectory


def _text(line: Json) -> str:
    return json.dumps(line, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("path", recordings_in(), ids=lambda path: path.name)
def test_a_recorded_trajectory_comes_back_byte_for_byte(path: Path) -> None:
    for line in load(path).events:
        event = event_of(line)
        assert type(event) is not Event, f"{event.kind} has no type"
        assert _text(event.recorded()) == _text(line)
        assert _text(event_of(event.recorded()).recorded()) == _text(line)


def test_a_line_that_is_written_today_comes_back_in_its_own_order(tmp_path: Path) -> None:
    path = tmp_path / "trajectory.jsonl"
    writer = TrajectoryWriter(path)
    change = {"component": "q0", "parameter": "t1", "old": None, "new": 2e-5, "stderr": 1e-6, "unit": "s"}
    bodies: dict[str, Json] = {
        "refused": {"experiment": "rabi", "component": "q0", "reason": "no"},
        "approval": {"approval": "a", "component": "q0", "status": "pending", "rule": "r", "changes": [change]},
        "approval_answered": {"approval": "a", "component": "q0", "status": "approved", "by": "ada"},
        "write_refused": {"approval": "a", "reason": "moved"},
        "job_failed": {"experiment": "rabi", "reason": "lost", "in_a_row": 2},
        "job_sent": {"job": "x", "circuits": 3},
    }
    for kind, body in bodies.items():
        writer.write(kind, kind, body, device_time=1.5)
    assert [json.dumps(event_of(line).recorded()) for line in read_trajectory(path)] == path.read_text().splitlines()


def test_what_older_lines_do_not_say_is_known_all_the_same() -> None:
    events = [event_of(line) for line in load(recordings_in()[0]).events]
    assert {event.reading.seen for event in events if isinstance(event, Judged)} == {Seen.SAVED_DATA}
    assert not any(isinstance(event, ModelCalled) for event in events)
