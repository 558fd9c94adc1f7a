"""Memory serves a run and never stops it."""

from __future__ import annotations

from reson.agent.lab import EPOCH, open_lab
from reson.agent.memory import recall
from reson.agent.operations.rolling_back import roll_back
from reson.records import Ending, Verdict
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import rollback_changes


def limited(lab, experiments: int):
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", f"experiments = {experiments}"))
    return open_lab(lab.directory)


def test_a_weak_drive_line_is_searched_with_what_found_it_before(make_lab, calibrate):
    lab = make_lab(q0="attenuator")
    calibrate(lab)
    store = lab.store()
    searched = list_measurements(store, experiment="qubit_spectroscopy")
    assert len(searched) > 1, "the default amplitude is too weak"
    found = next(row for row in searched if row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT)
    # a person takes the chip back to its design values: the table has forgotten, memory has not
    changes = rollback_changes(store, "simulated-3", ["q0"], EPOCH.timestamp())
    roll_back(lab, store, changes, "ada", "warmed up")
    again = calibrate(lab)
    first = list_measurements(store, run_id=again.run_id, experiment="qubit_spectroscopy")[0]
    assert first.parameters == found.parameters
    assert first.judgement is not None
    assert first.judgement.verdict is Verdict.ACCEPT


def test_every_measurement_is_remembered(make_lab, calibrate):
    lab = limited(make_lab(), 3)
    ended = calibrate(lab)
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    hits = recall(lab.memory(), "q0", limit=10)
    assert {hit.metadata["measurement_id"] for hit in hits} == {row.id for row in rows}


def test_a_damaged_index_is_made_again_and_the_run_goes_on(make_lab, calibrate, watched):
    lab = limited(make_lab(), 2)
    calibrate(lab)
    index = lab.directory / "memory" / "chroma.sqlite3"
    index.write_bytes(b"not a database at all" * 100)
    ended = calibrate(lab)
    assert ended.ending is Ending.BUDGET_SPENT
    [told] = watched.of("memory_failed")
    assert "again from the record" in told["remedy"]
    assert len(recall(lab.memory(), "q0", limit=10)) == 4
