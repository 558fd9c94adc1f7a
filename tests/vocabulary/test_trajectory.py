from __future__ import annotations

import pytest

from reson.trajectory import TrajectoryWriter, damage_of, read_trajectory


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


GOOD = b'{"id": "a", "kind": "decision", "device_time": 1.0}\n'
LAST = GOOD.replace(b'"a"', b'"b"')
DAMAGED = {
    "not JSON": b"not json\n",
    "another's JSON": b'{"level": "info", "message": "hello"}\n',
    "a number": b"3\n",
    "a list": b"[1, 2]\n",
    "bad UTF-8": b'{"id": "x", "kind": "\xff\xfe"}\n',
    "zeros": bytes(512) + b"\n",
    "a nesting without end": b"[" * 200_000 + b"\n",
    "a number without end": b'{"id": "x", "kind": "k", "n": ' + b"9" * 5000 + b"}\n",
    "an id that is none": b'{"id": ["x"], "kind": "k"}\n',
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_line_is_told_and_the_others_are_read(tmp_path, caplog, line):
    """Earlier such a line ended the reading with an error, and with it the report of a whole night."""
    path = tmp_path / "trajectory.jsonl"
    path.write_bytes(GOOD + line + LAST)
    assert [event["id"] for event in read_trajectory(path)] == ["a", "b"]
    (told,) = damage_of(path)
    assert told.startswith("line 2")
    assert told in caplog.text
    writer = TrajectoryWriter(path)
    writer.write("c", "decision", {}, device_time=2.0)
    assert path.read_bytes().startswith(GOOD + line + LAST), "what is there stays"
    assert [event["id"] for event in read_trajectory(path)] == ["a", "b", "c"]


TORN = {
    "half a line": GOOD[:20],
    "zeros": bytes(4096),
    "half a line and zeros": GOOD[:20] + bytes(300),
    "a line without its end and zeros": GOOD[:-1] + bytes(7),
    "half a character": '{"id": "µ'.encode()[:-1],
}


@pytest.mark.parametrize("tail", TORN.values(), ids=list(TORN))
def test_what_a_power_cut_leaves_at_the_end_is_read_past_and_cut_off_before_writing(tmp_path, tail):
    path = tmp_path / "trajectory.jsonl"
    path.write_bytes(GOOD + tail)
    assert [event["id"] for event in read_trajectory(path)] == ["a"] or tail == TORN["a line without its end and zeros"]
    TrajectoryWriter(path).write("b", "decision", {}, device_time=1.0)
    assert path.read_bytes() == GOOD + LAST


def test_nan_is_refused(tmp_path):
    writer = TrajectoryWriter(tmp_path / "trajectory.jsonl")
    with pytest.raises(ValueError, match="JSON"):
        writer.write("a", "verdict", {"value": float("nan")}, device_time=1.0)
