from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reson.trajectory import TrajectoryWriter, damage_of, read_events, read_trajectory, whole_events


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


CALLED = {
    "kind": "model_call", "purpose": "choose", "model": "m", "request": "", "request_hash": "", "pictures": [],
}  # fmt: skip


def test_half_a_character_is_read_as_a_mark(tmp_path):
    """No report and no database could hold it."""
    path = tmp_path / "trajectory.jsonl"
    path.write_bytes(b'{"id": "a", "kind": "resume", "device_time": 1.0, "by": "\\ud83d\\ude00 \\uD800"}\n')
    assert [event.recorded()["by"] for event in read_events(path)] == ["\U0001f600 ?"]


HOLLOW = {
    "a decision of nothing": {"kind": "decision", "decision": {}},
    "a decision of a number": {"kind": "decision", "decision": {"kind": "done", "component": 7, "why": "x"}},
    "a diagnosis of nothing": {
        "kind": "decision",
        "decision": {"kind": "give_up", "component": "q0", "why": "x", "diagnoses": [{}]},
    },
    "a moment beyond the calendar": {"kind": "stop", "ending": "finished", "reason": "", "device_time": 1e300},
    "a moment that is none": {"kind": "decision", "device_time": float("nan")},
    "tokens that are words": {**CALLED, "usage": {"input": "many"}},
    "tokens that are given back": {**CALLED, "usage": {"input": -(10**6), "output": 0}},
    "money that is given back": {**CALLED, "cost": -1e9},
    "a call of nothing": {**CALLED, "tool_calls": [{}]},
}


@pytest.mark.parametrize("name", HOLLOW)
def test_a_line_that_lacks_what_its_kind_has_is_none(tmp_path, name):
    """Whoever tells of a run, follows it or goes on with it rests on what an event of a kind holds."""
    path = tmp_path / "trajectory.jsonl"
    line = json.dumps({"id": "x", "device_time": 1.0, **HOLLOW[name]}).encode() + b"\n"
    path.write_bytes(line + b'{"id": "a", "kind": "resume", "device_time": 1.0, "by": "ann"}\n')
    assert [event.id for event in read_events(path)] == ["a"]
    assert [event.id for event in whole_events(path.read_bytes())] == ["a"]


@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_is_not_waited_for(tmp_path, put):
    path = tmp_path / "trajectory.jsonl"
    put(path)
    for ask in (read_trajectory, read_events, damage_of, TrajectoryWriter):
        with pytest.raises(OSError):
            ask(path)


FULL = """
import resource, signal, sys
import subprocess
import sys
from pathlib import Path
from reson.trajectory import TrajectoryWriter, damage_of, read_trajectory
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
writer = TrajectoryWriter(path)
writer.write("one", "note", {}, device_time=0.0)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, resource.RLIM_INFINITY))
try:
    writer.write("cut", "note", {"text": 200 * "x"}, device_time=1.0)
except OSError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writer.write("stop", "note", {}, device_time=2.0)
print([event["id"] for event in read_trajectory(path)], damage_of(path))
"""


def test_a_line_that_a_full_disk_cut_short_does_not_take_the_next_one_with_it(tmp_path):
    words = [sys.executable, "-c", FULL, str(tmp_path / "trajectory.jsonl")]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert said.stdout == "['one', 'stop'] []\n"
