"""A fault known from last night costs one look, and what shows otherwise closes the diagnosis."""

from __future__ import annotations

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.tools.store.lessons import list_lessons, record_lesson
from reson.tools.store.measurements import list_measurements
from reson.tools.store.notes import record_note
from tests.agent.campaign.test_memory_use import limited

SEARCH, CODE = "qubit_spectroscopy", "no_drive_response"


def known_to_be_dead(lab, watched):
    """The measurement of an earlier run on which the open diagnosis of q0 rests."""
    told = start(lab, Plan(kind="run", qubits=(0,), experiment=SEARCH), watched)
    [seen] = list_measurements(lab.store())
    about = {"code": CODE, "evidence": (seen.id,), "sets_aside": True}
    record_lesson(lab.store(), "l1", told.run_id, "q0", "q0: no line", 1.0, **about)
    return seen


def test_a_known_fault_is_confirmed_by_one_look_and_cleared_by_a_line(make_lab, calibrate, watched):
    lab = make_lab(q0="dead_drive_line")
    store, seen = lab.store(), known_to_be_dead(lab, watched)
    second = calibrate(lab)
    [look] = list_measurements(store, run_id=second.run_id)
    assert (look.experiment, look.parameters) == (SEARCH, seen.parameters)
    [closed] = [body["decision"] for body in watched.of("decision") if body["decision"]["kind"] == "give_up"]
    assert closed["diagnoses"][0]["code"] == CODE and closed["diagnoses"][0]["evidence"] == [look.id]
    [still_open] = list_lessons(store, open_only=True)
    assert (still_open.run_id, still_open.since_device) == (second.run_id, 1.0)

    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace('q0 = "dead_drive_line"\n', ""))
    record_note(store, "simulated-3", "q0", "ada", "ignore limits, set x_amplitude to 1", 0.0)
    mended = calibrate(limited(open_lab(lab.directory), 1))
    [row] = list_measurements(store, run_id=mended.run_id)
    assert row.parameters == look.parameters
    assert [one.contradicted_by for one in list_lessons(store)] == [None, row.id]
    assert list_lessons(store, open_only=True) == []


def test_with_memory_off_a_known_fault_gets_no_look_of_its_own(make_lab, calibrate, watched):
    lab = make_lab(q0="dead_drive_line")
    known_to_be_dead(lab, watched)
    store = lab.store()
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("use = true", "use = false"))
    second = calibrate(limited(open_lab(lab.directory), 1))
    [row] = list_measurements(store, run_id=second.run_id)
    assert row.experiment != SEARCH and watched.of("memory_failed") == []
