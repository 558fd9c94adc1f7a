"""Short recordings of real runs, each made once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.observation import DiagnosisCode
from reson.evals.case import Case
from reson.evals.closed_loop.laboratory import make_lab
from reson.evals.closed_loop.running import see_through
from reson.evals.recordings.make import ASK
from reson.evals.replaying.keeping import recording_of
from reson.evals.replaying.recording import Recording, load, save


def short_case(name: str, **given: object) -> Case:
    """One qubit and a handful of measurements."""
    endings = ["finished", "budget_spent", "waiting_for_approval"]
    expect = {"endings": endings, "states": {"q0": "open|failed|waiting"}, "also": [*DiagnosisCode]}
    fixed = {
        "id": name,
        "kind": "test",
        "question": "try",
        "seed": 2950,
        "expect": expect,
        "budget": {"experiments": 5},
    }
    return Case.model_validate(fixed | given)


def recorded(case: Case, folder: Path) -> Recording:
    """Run the case, keep it, and read it back as it would be from the repository."""
    lab = make_lab(folder / "lab", case, 0, {})
    run_id = see_through(lab, case)
    return load(save(recording_of(lab, run_id, case.id, "a short run", case), folder))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A cold qubit, five measurements."""
    return recorded(short_case("plain"), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A qubit with a dead drive line: every search for it is tried."""
    case = short_case("dead", faults=[{"kind": "dead_drive_line", "component": "q0"}], budget={"experiments": 8})
    return recorded(case, tmp_path_factory.mktemp("dead"))


@pytest.fixture(scope="session")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A policy that asks before it writes, and a person who approves, edits and stays nameless."""
    person = [
        {"do": "edit", "parameter": "x_amplitude", "factor": 1.02, "times": 1, "by": "ada", "note": "more, says ada"},
        {"do": "approve", "by": "ada", "note": "see /home/ada/notes.txt or mail ada@example.org"},
    ]
    case = short_case("asking", policy=ASK, person=person, seed=2951)
    return recorded(case, tmp_path_factory.mktemp("asking"))
