"""What a person sees of a run, from its events."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path

from rich.console import Console

from reson.agent import progress
from reson.agent.operations.following import Following
from reson.agent.progress import Board, how_far, render, sentences, take, watching

START = {"run": "night-0001", "device": "simulated-7", "brain": "offline", "settings": {"components": ["q0", "q1"]}}
MEASURING = {"experiment": "rabi", "components": ["q0", "q1"], "why": {"q0": "the pi amplitude", "q1": "again, wider"}}


def verdict(component: str, verdict: str, **other) -> dict:
    body = {
        "measurement": f"night-0001-0001-{component}",
        "component": component,
        "experiment": "rabi",
        "figure": "0" * 64,
        "reading": {"status": "SUCCESS"},
        "verdict": verdict,
        "reasons": [],
        "quantities": {
            "x_amplitude": {"value": 0.3161, "stderr": 0.0012, "unit": ""},
            "periods": {"value": 1.4, "stderr": 0.1, "unit": ""},
        },
    }
    return body | other


def shown(board: Board, width: int = 100) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(render(board))
    return stream.getvalue()


def board_after(*events: tuple[str, dict]) -> Board:
    board = Board()
    for kind, body in events:
        take(board, kind, body)
    return board


def row_of(text: str, component: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(component))


def test_the_board_says_at_once_that_the_lab_is_being_opened():
    assert "opening the lab" in shown(Board())


def test_each_qubit_has_a_row_with_its_state_experiment_verdict_and_why():
    board = board_after(("start", START), ("measuring", MEASURING))
    assert "measuring" in row_of(shown(board), "q1") and "again, wider" in row_of(shown(board), "q1")
    take(board, "verdict", verdict("q0", "accept"))
    take(board, "verdict", verdict("q1", "reject", reasons=["no oscillation"]))
    text = shown(board)
    assert re.search(r"q0 .*rabi .*accept .*x_amplitude 0\.3161\(12\)", row_of(text, "q0"))
    assert re.search(r"q1 .*rabi .*reject .*no oscillation", row_of(text, "q1"))
    assert "2 measurements" in text


def test_qubits_that_wait_are_done_or_set_aside_say_so():
    waits = {"approval": "a-1", "component": "q0", "status": "pending", "rule": "ask", "changes": []}
    given_up = {"kind": "give_up", "component": "q1", "why": "no line in any search", "diagnoses": []}
    board = board_after(("start", START), ("approval", waits), ("decision", {"decision": given_up}))
    text = shown(board)
    assert "waiting" in row_of(text, "q0") and "a-1" in row_of(text, "q0")
    assert "set aside" in row_of(text, "q1") and "no line in any search" in row_of(text, "q1")
    take(board, "approval_answered", {"approval": "a-1", "component": "q0", "status": "approved", "by": "ann"})
    assert "approved by ann" in row_of(shown(board), "q0")
    take(board, "decision", {"decision": {"kind": "done", "component": "q0", "why": "at the limit", "diagnoses": []}})
    assert "done" in row_of(shown(board), "q0")


def test_device_time_is_told_where_events_carry_it():
    board = board_after(
        ("start", START | {"device_time": 1000.0}),
        ("stop", {"ending": "finished", "reason": "", "device_time": 1125.0}),
    )
    assert "device 2 min 05 s" in shown(board)


def test_foreign_text_is_neither_markup_nor_terminal_control():
    board = board_after(("start", START), ("verdict", verdict("q0", "review", reasons=["[red]two\x1b[2J\npeaks"])))
    assert "[red]two [2J peaks" in shown(board)


def test_events_become_plain_sentences():
    assert sentences("measuring", MEASURING) == ["measuring rabi on q0 q1: again, wider; the pi amplitude"]
    assert sentences("verdict", verdict("q0", "accept")) == ["q0 rabi: accept, x_amplitude 0.3161(12)"]
    doubted = verdict("q0", "review", reasons=["a jump"], reading={"status": "FIT_POOR"})
    assert sentences("verdict", doubted) == ["q0 rabi: review (FIT_POOR): a jump"]
    change = {
        "component": "q0",
        "parameter": "x_amplitude",
        "value": 0.3161,
        "stderr": 0.0012,
        "author": "policy: auto",
    }
    assert sentences("parameter_change", change) == ["q0 x_amplitude = 0.3161(12), by policy"]
    diagnosis = {"code": "short_t1", "text": "T1 = 2 µs.", "remedy": "Look for a two-level system."}
    done = {"kind": "done", "component": "q0", "why": "at the limit", "diagnoses": [diagnosis]}
    assert sentences("decision", {"decision": done}) == ["q0 done: at the limit", "q0 short_t1: T1 = 2 µs."]
    assert sentences("decision", {"decision": {"kind": "measure", "component": "q0", "experiment": "rabi"}}) == []
    assert sentences("job_done", {}) == []


def test_off_a_terminal_every_line_has_the_time_and_one_event():
    stream = io.StringIO()
    with watching(stream, live=False) as watch:
        watch("opening", {"lab": "lab"})
        watch("verdict", verdict("q0", "reject", reasons=["two\nlines"]))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \S", line) for line in lines)
    assert lines[0].endswith("opening the lab lab ...") and lines[1].endswith("two lines")


def test_a_log_is_one_line_a_measurement_and_more_where_asked():
    for verbose, number in ((False, 1), (True, 2)):
        stream = io.StringIO()
        with watching(stream, live=False, verbose=verbose) as watch:
            watch("measuring", MEASURING)
            watch("verdict", verdict("q0", "accept"))
        assert len(stream.getvalue().splitlines()) == number


def test_a_log_is_never_silent(monkeypatch):
    """With no patience at all it tells at once how far it is, and stops when the run does."""
    stream, told = io.StringIO(), threading.Event()
    monkeypatch.setattr(progress, "SILENCE", 0.0)
    monkeypatch.setattr(progress, "how_far", lambda board: told.set() or "how far")
    with watching(stream, live=False):
        assert told.wait(60)
    assert "how far" in stream.getvalue()
    given_up = {"kind": "give_up", "component": "q1", "why": "no line in any search", "diagnoses": []}
    board = board_after(("start", START), ("measuring", MEASURING), ("decision", {"decision": given_up}))
    assert re.match(r"\.\.\. .* · 1 set aside of 2: measuring rabi on q0 q1", how_far(board))


def test_the_live_display_ends_on_the_last_state():
    stream = io.StringIO()
    with watching(stream, live=True) as watch:
        watch("start", START)
        watch("decision", {"decision": {"kind": "done", "component": "q1", "why": "at the limit", "diagnoses": []}})
    assert "at the limit" in stream.getvalue()


def test_what_is_no_event_is_passed_over_by_who_follows(tmp_path: Path) -> None:
    """A line that a power cut or another hand left was a traceback for whoever asked how far the run is."""
    path = tmp_path / "trajectory.jsonl"
    path.write_bytes(
        b"\0" * 20
        + b'\n{"id": "u", "kind": "\xc3\n{"id": "s", "kind": "start", "device_time": 1.0}\n'
        + b'{"id": "v", "kind": "verdict", "device_time": 1.0, "component": "q0"}\n'
        + b'{"id": "r", "kind": "resume", "device_time": 1.0, "by": "ann"}\n'
    )
    following = Following(path)
    following.catch_up()
    assert [said for _, said in following.lines] == ["goes on, by ann"]
    assert not following.board.rows


def test_a_pipe_that_nobody_reads_any_more_ends_no_run():
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with watching(Closed(), live=False) as watch:
        watch("start", START)
        watch("stopping", {"reason": "SIGHUP"})


def test_device_time_at_a_provider_is_what_its_jobs_took_and_not_the_clock_of_the_wall():
    board = Board()
    take(board, "start", {**START, "device_time": 1000.0})
    take(board, "published", {"blob": "0" * 64, "calibrated": None, "device_time": 1000.0})
    take(board, "job_queued", {"job": "d4", "device_time": 9000.0})
    assert "device" not in how_far(board)
    take(board, "job_done", {"job": "d4", "usage": 4.0, "estimate": 7.0, "device_time": 9000.0})
    take(board, "job_done", {"job": "d5", "usage": None, "estimate": 7.0, "device_time": 9000.0})
    take(board, "job_done", {"id": "night-0001-0000", "experiment": "t1", "device_time": 9000.0})
    assert "device 11 s" in how_far(board)


def test_a_verdict_without_values_of_the_table_tells_the_first_that_was_found():
    body = verdict("q0", "accept") | {"quantities": {"phase_error": {"value": 6e-4, "stderr": 7e-4, "unit": "rad"}}}
    assert sentences("verdict", body) == ["q0 rabi: accept, phase_error (600 ± 700) µrad"]
    assert sentences("verdict", body | {"quantities": {}}) == ["q0 rabi: accept"]
