"""No wait on an endpoint is without end or deaf: silence, a deadline for the whole, and the stop signal each end it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time

import pytest

from reson.agent.launch import Plan, start
from reson.agent.model.accounts import account
from reson.agent.model.conversation import FailureKind, NoAnswer
from reson.agent.model.desk import open_desk
from reson.agent.model.endpoint import open_endpoint
from reson.agent.model.files import FilesEndpoint
from reson.agent.model.waiting import Patience, heard
from reson.events import event_of
from reson.records import Ending
from reson.tools.store.blobs import Blobs
from tests.agent.brains.chat_server import Answer, able
from tests.agent.brains.conftest import KEY
from tests.agent.brains.test_endpoint import in_turn, question
from tests.agent.brains.test_nights import make_lab

SLOW = {
    "a byte at a time": Answer(drip=True, pause=0.05),
    "a byte of its headers at a time": Answer(drip_headers=True, pause=0.05),
    "not a byte": Answer(silence=3600.0),
}


class Clock:
    """A clock that moves by itself: each look at it takes ``step`` seconds."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def endless():
    threading.Event().wait()
    yield "never"


@pytest.mark.parametrize(
    ("patience", "words"),
    [
        (Patience(silence=60.0, whole=600.0, clock=Clock(7.0)), "not a word for 60 s"),
        (Patience(silence=600.0, whole=60.0, clock=Clock(7.0)), "not whole after 60 s"),
    ],
)
def test_what_never_comes_is_left_by_the_clock(patience, words):
    with pytest.raises(NoAnswer, match=words):
        list(heard(endless, patience, patience.until()))


def test_a_slow_model_is_heard_out_and_silence_is_measured_between_its_words():
    """Four minutes for the whole, forty seconds between any two words, with a minute of silence allowed."""
    clock, go_on = Clock(0.0), threading.Semaphore(1)

    def words():
        for word in ["a", "b", "c", "d", "e", "f"]:
            go_on.acquire()
            yield word

    said = []
    for word in heard(words, Patience(silence=60.0, whole=600.0, clock=clock), 600.0):
        said.append(word)
        clock.now += 40.0
        go_on.release()
    assert "".join(said) == "abcdef"
    assert clock.now == 240.0


def test_a_stream_that_never_pauses_and_never_ends_is_left_at_the_deadline():
    def chatter():
        while True:
            yield "x"

    patience = Patience(silence=60.0, whole=600.0, clock=Clock(1.0))
    with pytest.raises(NoAnswer, match="not whole after 600 s"):
        for _ in heard(chatter, patience, patience.until()):
            pass


@pytest.mark.parametrize("name", SLOW)
def test_the_stop_signal_is_heard_while_an_endpoint_dawdles(serve, settings_for, tmp_path, events, name):
    server, stop = serve(in_turn(SLOW[name])), threading.Event()
    settings = settings_for(server, timeout=600.0, prices={"planner": {"input": 1e6, "output": 0.0}})
    desk = open_desk(open_endpoint(settings, stop), settings, Blobs(tmp_path), events.tell, [])
    threading.Thread(target=lambda: (server.began.wait(), stop.set())).start()
    with pytest.raises(NoAnswer) as caught:
        desk.ask(question())
    assert caught.value.kind is FailureKind.STOPPED
    with pytest.raises(NoAnswer, match="stopped"):
        desk.ask(question(model="other"))
    first = events.of("model_call")[0]
    assert first["wasted"]["input"] == first["cost"] > 0, "what was asked and given up was paid for"
    assert account(map(event_of, events)).wasted == desk.spent.wasted > 0


@pytest.mark.parametrize("name", SLOW)
def test_the_silence_allowed_is_between_tokens_whatever_bytes_come(serve, desk_for, name):
    desk = desk_for(serve(in_turn(SLOW[name])), timeout=0.5, retries=0)
    with pytest.raises(NoAnswer, match="timeout: not a word"):
        desk.ask(question())


def test_a_stop_ends_the_pause_before_the_next_try():
    stop = threading.Event()
    stop.set()
    assert not Patience(silence=60.0, whole=600.0, stop=stop).pause(3600.0, float("inf"))
    assert not Patience(silence=60.0, whole=600.0).pause(3600.0, time.monotonic() + 60), "no time is left for it"


def test_what_a_lost_try_took_is_counted_with_the_answer(serve, desk_for, events):
    server = serve(in_turn(Answer(text="one two three four", half=True), Answer(text="hi", usage=(50, 5))))
    desk = desk_for(server)
    reply = desk.ask(question())
    assert reply.usage.input == 50 and reply.wasted.input > 0 and reply.wasted.output > 0
    assert desk.spent.input_tokens == 50 + reply.wasted.input == account(map(event_of, events)).input_tokens
    assert "for answers that were given up" in account(map(event_of, events)).sentences[-1]


def test_nobody_at_the_files_is_waited_for_after_a_stop(tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(NoAnswer, match="stopped"):
        FilesEndpoint(tmp_path, 3600.0, stop).complete(question())


@pytest.mark.parametrize("text", ["[" * 200_000, "9" * 5000, '{"tool_calls": 7}', "\udcff", ""])
def test_whatever_somebody_writes_into_a_file_ends_nothing(tmp_path, text):
    endpoint = FilesEndpoint(tmp_path, 3600.0, threading.Event())
    place = tmp_path / "0001"
    place.mkdir()
    (place / "hash").write_text(question().hash)
    (place / "answer.json").write_bytes(text.encode(errors="surrogateescape"))
    assert endpoint.complete(question()).tool_calls == ()
    (place / "answer.json").unlink()
    (place / "answer.json").mkdir()
    with pytest.raises(NoAnswer, match="cannot be read"):
        endpoint.complete(question())


ODD_FOLDERS = {
    "an answer that is a pipe": lambda place: os.mkfifo(place / "answer.json"),
    "an answer without end": lambda place: (place / "answer.json").symlink_to("/dev/zero"),
    "a question that is none": lambda place: (place / "hash").write_bytes(b"\xff"),
    "a question that is a pipe": lambda place: ((place / "hash").unlink(), os.mkfifo(place / "hash")),
    "questions tidied away": lambda place: place.rename(place.with_name("0002")) and (place / "hash").unlink(True),
    "a file in its way": lambda place: ((place / "hash").write_text(""), (place.parent / "writing").touch()),
    "no folder": lambda place: (shutil.rmtree(place.parent), place.parent.touch()),
}


@pytest.mark.parametrize("name", ODD_FOLDERS)
def test_whatever_becomes_of_the_folder_of_questions_ends_nothing(tmp_path, name):
    """A pipe was waited for without end, a missing question ended the run."""
    place = tmp_path / "questions" / "0001"
    place.mkdir(parents=True)
    (place / "hash").write_text(question().hash)
    ODD_FOLDERS[name](place)
    with pytest.raises(NoAnswer):
        FilesEndpoint(place.parent, 0.5, threading.Event()).complete(question(model="other"))
    with pytest.raises(NoAnswer):
        FilesEndpoint(place.parent, 0.5, threading.Event()).complete(question())


@pytest.mark.parametrize("dawdles_at", ["a decision", "a plot"])
def test_a_run_is_stopped_by_a_signal_while_its_endpoint_sends_a_byte_a_second(tmp_path, serve, dawdles_at):
    """SIGTERM ends it in good order within seconds, with a report, and nobody is asked for a summary after it."""
    waiting, heard_at = threading.Event(), []

    def script(body):
        if (probe := able(body)) is not None:
            return probe
        if ("tools" in body) == (dawdles_at == "a decision"):
            waiting.set()
            return Answer(drip=True, pause=1.0)
        return Answer(calls=(("qubit_spectroscopy", {"components": ["q0"], "why": "go"}),))

    def stop() -> None:
        waiting.wait(300)
        heard_at.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    server = serve(script)
    lab = make_lab(tmp_path, "openai", server, qubits=1, timeout=3000.0, deadline=3000.0)
    killer = threading.Thread(target=stop)
    killer.start()
    ended = start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    took = time.monotonic() - heard_at[0]
    killer.join()
    assert ended.ending is Ending.STOPPED
    assert ended.report.exists()
    assert took < 60, "and not 3000"
    asked = [body for body in server.requests if "morning report" in str(body["messages"][0]["content"])]
    assert asked == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
