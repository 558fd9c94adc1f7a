"""A whole night and the next, judged by the hidden truth; and a chip with one fault of each kind."""

from __future__ import annotations

import tomllib

from reson.agent.observation import DiagnosisCode
from reson.evals.faulty_chips import TEN_KINDS, faulty_chip
from reson.evals.nights import (
    FIRST_UNSEEN_SEED,
    GOAL,
    NightResult,
    QubitResult,
    run_night,
    summarise,
    summarise_faults,
)


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


def test_each_fault_ends_with_its_diagnosis_and_the_others_finish():
    kinds = ("dead_readout_line", "clipped_generator", "oscillator_off", "swapped_drive_lines")
    seed = FIRST_UNSEEN_SEED + 1
    night = run_night(seed, qubits=6, faulty=faulty_chip(seed, 6, kinds))
    assert night.ending == "finished"
    found = {qubit.component: set(qubit.diagnoses) for qubit in night.qubits}
    assert found == {qubit.component: {qubit.expected} - {None} for qubit in night.qubits}
    states = {qubit.expected: qubit.state for qubit in night.qubits}
    assert states[None] == states["frequency_guess_off"] == "done"
    assert all(qubit.true_ratio <= GOAL for qubit in night.qubits if qubit.expected is None)


def test_ten_kinds_of_faults_sit_on_eleven_different_qubits_of_a_chip():
    for seed in range(50):
        chip = faulty_chip(seed)
        entries = tomllib.loads(chip.text)["fault"]
        components = [name for entry in entries for name in entry["components"]]
        assert {entry["kind"] for entry in entries} == set(TEN_KINDS)
        assert len(set(components)) == len(components) == len(chip.expected) == 11
    assert set(TEN_KINDS.values()) <= set(DiagnosisCode)


def test_the_summary_of_faults_names_what_was_missed():
    right = QubitResult(1, "q0", "failed", ("clipped_drive",), "clipped_drive", (), 9.0, 1e-3, None)
    wrong = QubitResult(1, "q1", "failed", ("unresolved",), "hot_qubit", (), 9.0, 1e-3, None)
    blamed = QubitResult(1, "q2", "done", ("poor_readout",), None, (), 1.02, 2e-4, 2e-4)
    text = summarise_faults([NightResult(1, "finished", 60, None, 100.0, 20.0, (right, wrong, blamed))])
    assert "named rightly: 1 of 2" in text
    assert "seed 1 q1: expected hot_qubit, failed unresolved" in text
    assert "seed 1 q2: expected nothing, done poor_readout" in text


def test_the_summary_counts_a_harmful_qubit():
    good = QubitResult(1, "q0", "done", (), None, (), 1.02, 2e-4, 2e-4)
    harmful = QubitResult(1, "q1", "done", (), None, (), 3.5, 7e-4, 2e-4)
    text = summarise([NightResult(1, "finished", 60, 28, 100.0, 20.0, (good, harmful))])
    assert "reported as calibrated though above 3.0 x: 1" in text
    assert "missed: seed 1 q1" in text
