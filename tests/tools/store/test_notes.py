"""Notes and lessons: who said what, until when, and what took its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reson.errors import ToolError
from reson.tools.store.integrity import problems
from reson.tools.store.lessons import contradict, list_lessons, record_lesson
from reson.tools.store.notes import LONGEST, end_note, list_notes, record_note
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store, open_store


@pytest.fixture
def noted(tmp_path: Path) -> Store:
    store = open_store(tmp_path)
    for number in (1, 2):
        start_run(store, f"night-{number}", "night", "chip", {}, None, 1000.0 * number)
    return store


def test_a_note_has_author_date_and_expiry(noted: Store):
    record_note(noted, "chip", "q0", "ada", "cable  replaced\n today", 1500.0, expires=2500.0)
    record_note(noted, "chip", "", "ada", "fridge was warm", 1600.0)
    record_note(noted, "chip", "q1", "model:eyes", "jumps at noon", 1700.0)
    record_note(noted, "other", "q0", "ada", "elsewhere", 1700.0)
    found = list_notes(noted, "chip", component="q0", at=2000.0)
    assert [(one.author, one.text) for one in found] == [("ada", "cable replaced today"), ("ada", "fridge was warm")]
    assert [one.text for one in list_notes(noted, "chip", component="q0", at=2500.0)] == ["fridge was warm"]
    assert list(problems(noted)) == []


def test_a_note_said_twice_is_one_and_an_ended_one_stays_on_record(noted: Store):
    first = record_note(noted, "chip", "q0", "ada", "cable replaced", 1500.0)
    assert record_note(noted, "chip", "q0", "ada", "cable replaced", 1500.0).id == first.id
    end_note(noted, first.id, 1800.0)
    assert list_notes(noted, "chip", at=1900.0) == []
    assert len(list_notes(noted, "chip")) == 1
    assert list(problems(noted)) == []


@pytest.mark.parametrize("text", ["", "  \n ", "...", "\u200b"])
def test_a_note_without_a_word_is_refused(noted: Store, text: str):
    with pytest.raises(ToolError, match="needs words"):
        record_note(noted, "chip", "q0", "ada", text, 1500.0)


def test_a_note_is_bounded(noted: Store):
    assert len(record_note(noted, "chip", "q0", "ada", "word " * 5000, 1500.0).text) == LONGEST


def learn(store: Store, run: str, code: str, at: float, component: str = "q0") -> str:
    name = f"{run}-{component}-{code}"
    record_lesson(store, name, run, component, f"{code} it is", at, code=code, evidence=("m1",), sets_aside=True)
    return name


def test_a_lesson_takes_the_place_of_an_older_one_of_its_code_and_keeps_the_date_of_the_first(noted: Store):
    old = learn(noted, "night-1", "no_drive_response", 1500.0)
    learn(noted, "night-1", "hot_qubit", 1500.0)
    learn(noted, "night-1", "no_drive_response", 1500.0, component="q1")
    new = learn(noted, "night-2", "no_drive_response", 2500.0)
    rows = {row.id: row for row in list_lessons(noted, component="q0")}
    assert rows[old].superseded_by == new and rows[new].since_device == 1500.0
    open_ones = list_lessons(noted, device="chip", component="q0", open_only=True)
    assert {row.code for row in open_ones} == {"no_drive_response", "hot_qubit"}
    assert len(list_lessons(noted, component="q1", open_only=True)) == 1
    assert list(problems(noted)) == []


def test_a_contradicted_lesson_is_closed_and_comes_back_with_a_new_date(noted: Store):
    old = learn(noted, "night-1", "hot_qubit", 1500.0)
    contradict(noted, old, "m5")
    contradict(noted, old, "m6")
    assert [row.contradicted_by for row in list_lessons(noted)] == ["m5"], "what closed it first"
    assert list_lessons(noted, open_only=True) == []
    learn(noted, "night-2", "hot_qubit", 2500.0)
    assert [row.since_device for row in list_lessons(noted, open_only=True)] == [2500.0]


def test_a_lab_from_before_notes_takes_them(tmp_path: Path):
    store = open_store(tmp_path)
    start_run(store, "night-1", "night", "chip", {}, None, 1000.0)
    record_lesson(store, "l0", "night-1", "q0", "hums", 1100.0)
    store.engine.dispose()
    columns = ("code", "remedy", "evidence", "sets_aside", "since_device", "superseded_by", "contradicted_by")
    with closing(sqlite3.connect(tmp_path / "lab.db")) as connection:
        drop = "".join(f"ALTER TABLE lessons DROP COLUMN {name};" for name in columns)
        connection.executescript(f"DROP TABLE notes; {drop} UPDATE schema_version SET version = 3;")
    again = open_store(tmp_path)
    assert [row.text for row in list_lessons(again)] == ["hums"]
    record_note(again, "chip", "q0", "ada", "a word", 1200.0)
    assert list(problems(again)) == []
