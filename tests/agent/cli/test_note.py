"""Notes from the command line."""

from __future__ import annotations


def test_a_note_is_kept_listed_and_ended(reson):
    assert "noted on q1 by ada" in reson("note", "q1", "the cable was replaced", "--by", "ada", "--days", "7").out
    reson("note", "fridge was warm", "--by", "bo")
    rows = reson("note", "--json").json
    assert [(row["component"], row["author"], row["text"]) for row in rows] == [
        ("q1", "ada", "the cable was replaced"),
        ("", "bo", "fridge was warm"),
    ]
    assert "7 days more" in reson("note").out
    reson("note", "--end", rows[0]["id"])
    assert [row["author"] for row in reson("note", "--json").json] == ["bo"]


def test_a_note_without_a_word_or_of_no_note_is_refused(reson):
    assert reson("note", "...").code != 0
    assert "there is no note" in reson("note", "--end", "note-1").err
