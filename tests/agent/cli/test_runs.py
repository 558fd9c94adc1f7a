"""Runs from the command line: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

from reson.tools.devices.simulated.chip_file import load_chip
from reson.tools.part_of_sweep import swept
from reson.tools.store.measurements import get_measurement, load_raw
from reson.tools.store.store import open_store
from tests.agent.cli.conftest import call


def test_json_is_alone_on_stdout_and_progress_goes_to_stderr(made):
    lab, said = made
    assert said.code == 0
    assert said.json == {
        "run": "run-0001",
        "ending": "finished",
        "reason": said.json["reason"],
        "report": str(lab / "runs" / "run-0001" / "report.html"),
        "exit_code": 0,
        "record": said.json["record"],
    }
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", said.json["record"]), "the head of the chain, to be kept elsewhere"
    assert Path(said.json["report"]).exists()
    assert "q0 resonator_spectroscopy: accept" in said.err and not re.search(r"\d  measuring", said.err)
    assert "run-0001 on simulated-7" in said.err


def test_a_committed_run_has_changed_the_table(made, reson):
    table = reson("params", "show", "--json").json
    for component in ("q0", "q1"):
        row = table[component]["readout_frequency"]
        assert row["measurement_id"] == f"run-0001-0000-{component}" and row["verdict"] == "accept"


def test_without_commit_nothing_is_written(reson):
    before = reson("params", "show", "--json").json
    said = reson("run", "t1", "--qubits", "0")
    assert said.code == 0
    assert any(line.startswith("run-0002 finished") for line in said.out.splitlines()[-4:])
    assert said.out.splitlines()[-1].startswith("next: reson --lab ")
    assert reson("params", "show", "--json").json == before
    shown = reson("runs", "show", "run-0002", "--json").json
    assert [(row["experiment"], row["component"]) for row in shown] == [("t1", "q0")]


def test_the_budget_gives_its_own_exit_code(reson, lab):
    settings = lab / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", "experiments = 1"))
    said = reson("calibrate", "0-1", "--json")
    assert said.code == said.json["exit_code"] == 4
    assert said.json["ending"] == "budget_spent" and "experiments" in said.json["reason"]


def test_runs_are_listed_newest_first(reson):
    reson("run", "rabi", "--qubits", "0", "--json")
    assert [row["id"] for row in reson("runs", "--json").json] == ["run-0002", "run-0001"]
    assert [row["id"] for row in reson("runs", "--limit", "1", "--json").json] == ["run-0002"]
    assert "run-0001" in reson("runs").out and "resonator_spectroscopy" in reson("runs", "show", "run-0001").out


def test_the_report_is_written_again_and_can_be_read_as_data(reson, lab):
    page = lab / "runs" / "run-0001" / "report.html"
    page.unlink()
    assert reson("report").out.strip() == str(page)
    assert page.exists()
    content = reson("report", "run-0001", "--json").json
    assert content["run"]["id"] == "run-0001" and content["format"] == "reson-report-1"


def test_a_finished_run_is_only_reported_again(reson):
    said = reson("resume", "run-0001", "--json")
    assert said.code == 0 and said.json["ending"] == "finished"
    assert len(reson("runs", "show", "run-0001", "--json").json) == 2


def test_the_catalogue_explains_itself(reson_nowhere):
    rows = reson_nowhere("experiments", "--json").json
    assert {"rabi", "t1", "standard_rb"} <= {row["name"] for row in rows}
    text = reson_nowhere("experiments", "rabi").out
    assert "max_amplitude" in text and "0.01 to 1" in text and "drive_frequency" in text


def test_the_policy_in_words(reson):
    said = reson("policy")
    assert "otherwise: ask a person" in said.out
    assert reson("policy", "--json").json["in_words"] == said.out.splitlines()


def test_the_device_tells_its_limits(reson):
    facts, table = reson("device", "show", "--json").json, reson("params", "show", "--json").json
    assert facts["name"] == "simulated-7" and facts["qubits"] == [0, 1]
    assert facts["controls"]["q0"]["drive_frequency"] == table["q0"]["drive_frequency"]["value"]
    assert "2 qubits" in reson("device", "show").out


def test_memory_finds_what_was_measured_also_after_it_was_made_again(reson):
    for _ in range(2):
        hits = reson("memory", "search", "spectroscopy of q1", "--component", "q1", "--limit", "1", "--json").json
        assert [hit["id"] for hit in hits] == ["measurement:run-0001-0000-q1"]
        assert reson("memory", "rebuild", "--json").json == {"documents": 2}


def test_stdout_of_a_piped_run_is_plain_lines(reson):
    lines = reson("run", "rabi", "--qubits", "0").out.splitlines()
    assert "opening the lab" in lines[0]
    assert all("\x1b" not in line for line in lines)


def test_a_json_document_of_every_reading_command(reson):
    for command in ("runs", "params show", "params log", "params diff 2026-01-01", "approvals list", "policy"):
        assert isinstance(json.loads(reson(*command.split(), "--json").out), list | dict), command


def test_a_lab_is_made_without_running_anything_and_a_second_time_left_as_it_is(reson_nowhere):
    said = reson_nowhere("init", "--seed", "3", "--qubits", "2", "--json")
    assert said.code == 0 and said.json["device"].startswith("line-")
    settings, policy = (Path(said.json[name]) for name in ("settings", "policy"))
    assert {path.name for path in settings.parent.iterdir()} == {"lab.toml", "policy.toml", "chip.toml"}
    settings.write_text(settings.read_text() + "\n# ours\n")
    before = settings.read_text(), policy.read_text()
    assert str(settings) in reson_nowhere("init").out
    assert (settings.read_text(), policy.read_text()) == before
    assert "otherwise: ask a person" in reson_nowhere("policy").out


def test_a_lab_of_another_device_is_not_made_over(reson_nowhere):
    reson_nowhere("init")
    said = reson_nowhere("init", "--device", "fake:torino")
    assert said.code == 1 and "belongs to line-" in said.err


def test_the_chip_of_a_new_lab_is_a_line_with_tunable_couplers_or_the_file_that_lies_there(reson_nowhere, tmp_path):
    settings = Path(reson_nowhere("init", "--qubits", "3", "--json").json["settings"])
    drawn = load_chip(settings.parent / "chip.toml", seed=7, qubits=3)
    assert drawn.tunable and drawn.coupling == ((0, 1), (1, 2))
    own = tmp_path / "own"
    own.mkdir()
    (own / "chip.toml").write_text('name = "mine"\n[qubit.q0]\nt1 = 40e-6\n')
    assert call(own, "init", "--json").json["device"].startswith("mine-")


def test_verbose_tells_each_job_too(reson):
    said = reson("run", "t1", "--qubits", "0", "-v")
    assert "measuring t1 on q0: asked for on the command line" in said.out


MEASURED = "run-0001-0000-q0"


def test_a_measurement_is_shown_exported_and_fitted_anew(reson, tmp_path):
    shown = reson("measurement", "show", MEASURED)
    row = reson("measurement", "show", MEASURED, "--json").json
    assert shown.out.startswith("q0 Resonator spectroscopy: accept") and "readout_frequency = " in shown.out
    assert (row["id"], row["run_id"]) == (MEASURED, "run-0001")
    files = reson("measurement", "export", MEASURED, "--to", str(tmp_path), "--json").json["files"]
    assert sorted(Path(file).suffix for file in files) == [".csv", ".npz", ".png"]
    again = reson("measurement", "export", MEASURED, "--to", str(tmp_path))
    assert (again.code, "is there already" in again.err) == (1, True)
    both = reson("measurement", "analyse", MEASURED, "--json").json["quantities"]["readout_frequency"]
    assert both["anew"]["value"] == both["on_record"]["value"] == row["quantities"]["readout_frequency"]["value"]


def test_a_part_of_a_sweep_is_fitted_and_what_is_no_part_is_refused(reson, lab):
    store = open_store(lab)
    values = swept(load_raw(store, get_measurement(store, MEASURED)))
    assert values is not None
    low, high = sorted(values)[10], sorted(values)[-11]
    part = reson("measurement", "analyse", MEASURED, "--from", f"{low:.17g}", "--to", f"{high:.17g}", "--json")
    kept, whole = (int(word) for word in part.json["kept"].split() if word.isdecimal())
    assert (kept, whole) == (len(values) - 20, len(values))
    assert reson("measurement", "analyse", MEASURED, "--to", "1 GHz").code == 2
    assert reson("measurement", "show", "run-0009-0000-q0").code == 1


def test_two_runs_are_compared_in_either_order(reson):
    reson("run", "resonator_spectroscopy", "--qubits", "0", "--param", "span=30 MHz", "--commit", "--json")
    one, other = (reson("compare", *runs, "--all", "--json").json for runs in (PAIR, PAIR[::-1]))
    assert one == other and (one["from"], one["to"]) == PAIR
    assert {found["component"] for found in one["differences"]} == {"q0"}
    assert "readout_frequency" in reson("compare", *PAIR, "--all").out


PAIR = ("run-0001", "run-0002")
