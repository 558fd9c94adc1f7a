"""Answers from the command line: each is recorded with its giver, happens once, and the run goes on from it."""

from __future__ import annotations

import json

import pytest

ID = "run-0001-0000-q0-write"


def table(reson) -> dict:
    return reson("params", "show", "q0", "--json").json["q0"]["readout_frequency"]


def test_what_waits_is_listed_and_shown_with_the_ways_to_answer(reson_asked):
    rows = reson_asked("approvals", "list", "--json").json
    assert [row["id"] for row in rows] == [ID]
    assert "readout_frequency" in reson_asked("approvals", "list").out
    text = reson_asked("approvals", "show", ID).out
    for way in ("approve", "edit", "reject", "respond"):
        assert f"approvals {way} {ID}" in text
    assert ".png" in text and "a person writes" in text


def test_approved_then_resumed_it_is_written(reson_asked):
    asked = reson_asked("approvals", "show", ID, "--json").json["action"]["arguments"]["changes"][0]
    said = reson_asked("approvals", "approve", ID, "--by", "ann", "--note", "clear line")
    assert said.code == 0 and "reson --lab" in said.out and "resume run-0001" in said.out
    assert table(reson_asked)["author"] == "design"
    assert reson_asked("resume", "run-0001", "--json").json["ending"] == "finished"
    row = table(reson_asked)
    assert (row["value"], row["author"], row["approval_id"]) == (asked["new"], "ann", ID)


def test_an_edit_with_a_unit_is_what_gets_written(reson_asked):
    said = reson_asked("approvals", "edit", ID, "readout_frequency=5.3 GHz", "--by", "ann", "--resume", "--json")
    assert said.code == 0 and said.json["ending"] == "finished"
    assert (table(reson_asked)["value"], table(reson_asked)["stderr"]) == (5.3e9, None)


def test_rejected_it_is_not_written_and_the_note_is_kept(reson_asked):
    assert reson_asked("approvals", "reject", ID, "--by", "ann", "--note", "two peaks", "--resume", "--json").code == 0
    assert table(reson_asked)["author"] == "design"
    row = reson_asked("approvals", "show", ID, "--json").json
    assert (row["status"], row["note"], row["answered_by"]) == ("rejected", "two peaks", "ann")


def test_a_response_is_neither_yes_nor_no(reson_asked):
    row = reson_asked("approvals", "respond", ID, "--by", "ann", "--note", "average more", "--json").json
    assert (row["status"], row["note"]) == ("responded", "average more")
    assert reson_asked("approvals", "list").out.strip() == "nothing waits for a person"
    assert "responded by ann" in reson_asked("approvals", "list", "--all").out


def test_the_second_to_answer_hears_who_was_first(reson_asked):
    reson_asked("approvals", "approve", ID, "--by", "ann")
    said = reson_asked("approvals", "reject", ID, "--by", "bob")
    assert said.code == 1 and "ann" in said.err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("edit", ID, "readout_frequency=99 GHz"), "outside"),
        (("edit", ID, "readout_frequency=5.3 s"), "Hz"),
        (("edit", ID, "readout_frequency=nan"), "no number"),
        (("edit", ID, "x_amplitude=0.3"), "does not change"),
        (("edit", ID, "readout_frequency"), "NAME=VALUE"),
    ],
)
def test_an_impossible_edit_is_refused_and_it_still_waits(reson_asked, arguments, what):
    said = reson_asked("approvals", *arguments, "--by", "ann", "--json")
    assert said.code == 2 and said.out == ""
    refusal = json.loads(said.err)
    assert what in refusal["error"] and refusal["remedy"]
    assert [row["id"] for row in reson_asked("approvals", "list", "--json").json] == [ID]


def test_an_unknown_approval(reson_asked):
    said = reson_asked("approvals", "approve", "nonsense")
    assert said.code == 1 and "approvals list" in said.err
