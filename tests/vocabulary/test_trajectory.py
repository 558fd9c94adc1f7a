from __future__ import annotations

import json

import pytest

from reson.errors import OperatorError
from reson.trajectory import TrajectoryWriter, read_trajectory


def test_an_event_is_written_once_even_by_a_new_process(tmp_path):
    path = tmp_path / "runs" / "trajectory.jsonl"
    TrajectoryWriter(path).write("a", "decision", {"value": 1}, device_time=10.0)
    again = TrajectoryWriter(path)
    again.write("a", "decision", {"value": 2}, device_time=11.0)
    again.write("b", "verdict", {}, device_time=12.0)
    events = read_trajectory(path)
    assert [event["id"] for event in events] == ["a", "b"]
    assert events[0]["value"] == 1


def test_a_half_written_line_is_dropped_and_written_again(tmp_path):
    path = tmp_path / "trajectory.jsonl"
    TrajectoryWriter(path).write("a", "decision", {}, device_time=1.0)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2].replace(b'"a"', b'"b"'))
    writer = TrajectoryWriter(path)
    assert path.read_bytes() == whole
    writer.write("b", "decision", {}, device_time=2.0)
    assert [event["id"] for event in read_trajectory(path)] == ["a", "b"]


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "trajectory.jsonl"
    path.write_text(json.dumps({"id": "a"}) + "\nnot json\n")
    with pytest.raises(OperatorError, match="line 2"):
        read_trajectory(path)


def test_nan_is_refused(tmp_path):
    writer = TrajectoryWriter(tmp_path / "trajectory.jsonl")
    with pytest.raises(ValueError, match="JSON"):
        writer.write("a", "verdict", {"value": float("nan")}, device_time=1.0)
