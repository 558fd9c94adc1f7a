"""The model's first lines of a report: kept if their numbers stand in the record, sent back once, else left out."""

from __future__ import annotations

import pytest

from reson.agent.asking.summary import MOST_WORDS, question, summarise, unknown_numbers
from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.agent.report.content import Report
from reson.agent.report.gather import gather
from tests.agent.brains.chat_server import Answer


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of a run that measured one thing on two qubits."""
    lab = open_lab(tmp_path_factory.mktemp("summary") / "lab", seed=1, qubits=2)
    ended = start(lab, Plan(kind="run", experiment="resonator_spectroscopy"), lambda kind, body: None)
    return gather(lab, lab.store(), ended.run_id)


def test_a_text_whose_numbers_stand_in_the_record_is_kept(serve, desk_for, report, events):
    text = "The run finished: 2 of 2 qubits were measured as asked, and nothing waits."
    desk = desk_for(serve(lambda body: Answer(text=text)))
    assert summarise(desk, report) == text
    assert [event["purpose"] for event in events.of("model_call")] == ["report"]


def test_an_invented_number_is_sent_back_once_and_named(serve, desk_for, report, events):
    answers = iter(["T1 of q0 is 123.4 µs.", "Both qubits were measured."])
    server = serve(lambda body: Answer(text=next(answers)))
    assert summarise(desk_for(server), report) == "Both qubits were measured."
    assert "123.4" in server.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("text", ["The error is 9.9e-5 everywhere.", "", "word " * (MOST_WORDS + 1)])
def test_without_a_sound_text_there_is_none_and_the_trajectory_says_why(serve, desk_for, report, events, text):
    assert summarise(desk_for(serve(lambda body: Answer(text=text))), report) is None
    assert events.of("fallback")[0]["purpose"] == "report"


def test_a_dead_endpoint_costs_the_summary_only(serve, desk_for, report, events):
    assert summarise(desk_for(serve(lambda body: Answer(status=500)), retries=0), report) is None
    assert events.of("fallback")


def test_numbers_are_compared_as_a_person_reads_them():
    facts = "drive_frequency 4.999\u202f419(95) GHz, 13 measurements"
    assert unknown_numbers("q0 at 4.999419 GHz after 13 measurements of 2 qubits", facts, 5) == []
    assert unknown_numbers("q0 at 4.99 GHz, 7 qubits", facts, 5) == ["4.99", "7"]


def test_data_in_the_facts_is_marked_as_data(report):
    text = question("m", report.model_copy(update={"waiting": ()})).messages[-1].text
    assert f"⟦{report.run.reason}⟧" in text
