"""A whole night and the next, judged by the hidden truth; and a chip with one fault of each kind."""

from __future__ import annotations

import json

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.evals.nights import FIRST_UNSEEN_SEED, GOAL, NightResult, QubitResult, run_night, summarise

FAULTS = {"q0": "dead", "q1": "weak_drive", "q2": "frequency_guess_off", "q3": "short_t1"}
DIAGNOSES = {
    "q0": {"no_drive_response"},
    "q1": {"weak_drive_line"},
    "q2": {"frequency_guess_off"},
    "q3": {"short_t1"},
    "q4": set(),
}


def test_a_cold_chip_is_calibrated_in_truth_and_the_next_night_takes_half():
    night = run_night(FIRST_UNSEEN_SEED, second=True)
    assert night.ending == "finished"
    assert [qubit.state for qubit in night.qubits] == ["done"] * 5
    for qubit in night.qubits:
        assert qubit.true_ratio <= GOAL, qubit
        assert qubit.reported_error is not None
        assert abs(qubit.reported_error / qubit.true_error - 1) < 0.25, "benchmarking reports the truth"
    assert night.measurements_second is not None
    assert 2 * night.measurements_second <= night.measurements


def test_each_fault_ends_with_its_diagnosis_and_the_others_finish(tmp_path):
    lab = open_lab(tmp_path / "lab", seed=FIRST_UNSEEN_SEED + 1)
    settings = tmp_path / "lab" / "lab.toml"
    lines = "".join(f'{name} = "{fault}"\n' for name, fault in FAULTS.items())
    settings.write_text(settings.read_text().replace("[goals]", f"{lines}\n[goals]"))
    lab = open_lab(lab.directory)
    ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    report = json.loads((ended.report.parent / "report.json").read_text())
    found = {said["component"]: {diagnosis["code"] for diagnosis in said["diagnoses"]} for said in report["qubits"]}
    assert found == DIAGNOSES
    states = {said["component"]: said["state"] for said in report["qubits"]}
    assert states == {"q0": "failed", "q1": "failed", "q2": "done", "q3": "done", "q4": "done"}


def test_the_summary_counts_a_harmful_qubit():
    good = QubitResult(1, "q0", "done", (), 1.02, 2e-4, 2e-4)
    harmful = QubitResult(1, "q1", "done", (), 3.5, 7e-4, 2e-4)
    text = summarise([NightResult(1, "finished", 60, 28, 100.0, 20.0, (good, harmful))])
    assert "reported as calibrated though above 3.0 x: 1" in text
    assert "missed: seed 1 q1" in text
