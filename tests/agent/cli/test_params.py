"""The parameter table from the command line: as of any time, its log, differences, and going back."""

from __future__ import annotations

import pytest

BEFORE = "2026-01-01T22:00"
"""Of the first job: the table holds design values only."""


def frequency(reson, component: str = "q0") -> dict:
    return reson("params", "show", component, "--json").json[component]["readout_frequency"]


def test_values_as_they_were(reson):
    then = reson("params", "show", "q0", "--as-of", BEFORE, "--json").json["q0"]["readout_frequency"]
    assert then["author"] == "design" and then["stderr"] is None
    assert then["value"] != frequency(reson)["value"]
    assert reson("params", "show", "--as-of", "2025-01-01", "--json").json == {}
    assert "no values at 2025-01-01" in reson("params", "show", "--as-of", "2025-01-01").out


def test_a_qubit_may_be_named_by_its_number(reson):
    assert reson("params", "show", "1", "--json").json == reson("params", "show", "q1", "--json").json


def test_the_log_has_every_version(reson):
    rows = reson("params", "log", "q0", "readout_frequency", "--json").json
    assert [row["author"] for row in rows] == ["design", "policy: write accepted values on the simulated chip"]
    assert rows[0]["superseded_by"] == rows[1]["id"]
    assert "superseded" in reson("params", "log", "q0", "readout_frequency").out


def test_the_difference_of_two_moments(reson):
    changes = {(one["component"], one["parameter"]): one for one in reson("params", "diff", BEFORE, "--json").json}
    found = ("readout_frequency", "resonator_frequency", "resonator_linewidth")
    assert set(changes) == {(component, name) for component in ("q0", "q1") for name in found}
    rows = reson("params", "log", "q0", "readout_frequency", "--json").json
    found = changes["q0", "readout_frequency"]
    assert (found["old"], found["new"]) == (rows[0]["value"], rows[1]["value"])
    assert reson("params", "diff", BEFORE, BEFORE, "--json").json == []


def test_going_back_keeps_what_was_and_says_who_did_it(reson):
    design, measured = (row["value"] for row in reson("params", "log", "q0", "readout_frequency", "--json").json)
    other = frequency(reson, "q1")
    arguments = ("params", "rollback", "q0", "--as-of", BEFORE, "--yes", "--by", "ann", "--note", "warmed up", "--json")
    written = reson(*arguments)
    assert written.code == 0
    assert [(row["parameter"], row["value"]) for row in written.json] == [("readout_frequency", design)]
    now = frequency(reson)
    assert (now["value"], now["author"]) == (design, "ann")
    assert frequency(reson, "q1") == other
    assert measured in [row["value"] for row in reson("params", "log", "q0", "--json").json]
    approval = reson("approvals", "show", now["approval_id"], "--json").json
    assert (approval["kind"], approval["status"], approval["answered_by"]) == ("rollback", "executed", "ann")
    assert approval["note"] == "warmed up"


def test_back_and_forth_and_back(reson):
    design, measured = (row["value"] for row in reson("params", "log", "q0", "readout_frequency", "--json").json)
    back = ("params", "rollback", "all", "--yes", "--json", "--as-of")
    assert [row["component"] for row in reson(*back, BEFORE).json] == ["q0", "q1"]
    reson("run", "resonator_spectroscopy", "--qubits", "0", "--commit", "--json")
    assert frequency(reson)["value"] not in (design, measured)
    assert [row["component"] for row in reson(*back, BEFORE).json] == ["q0"]
    assert frequency(reson)["value"] == design


def test_there_may_be_nothing_to_go_back_to(reson):
    said = reson("params", "rollback", "q0", "--as-of", "2027-01-01", "--yes")
    assert said.code == 1 and "already" in said.err
    said = reson("params", "rollback", "q0", "--as-of", "2025-01-01", "--yes")
    assert said.code == 2 and "had no values" in said.err


def test_going_back_asks_the_person_at_the_keyboard(reson):
    said = reson("params", "rollback", "q0", "--as-of", BEFORE)
    assert said.code == 2 and "--yes" in said.err
    assert frequency(reson)["author"] != "design" and frequency(reson)["measurement_id"]


def test_the_policy_can_forbid_it(reson, lab):
    (lab / "policy.toml").write_text('[[rule]]\nname = "never back"\ndecision = "deny"\nkind = "rollback"\n')
    said = reson("params", "rollback", "q0", "--as-of", BEFORE, "--yes")
    assert said.code == 1 and "never back" in said.err
    assert frequency(reson)["author"] != "design" and frequency(reson)["measurement_id"]


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("show q9", "q0"),
        ("log q0 drive_frequenc", "readout_frequency"),
        ("show --as-of yesterday", "2026-01-02T05:30"),
        ("diff 2026-01-02 2026-01-01", "reson"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(reson, command, near):
    said = reson("params", *command.split())
    assert said.code == 2 and near in said.err and said.out == ""
    assert len(said.err.splitlines()) == 2
