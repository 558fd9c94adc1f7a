"""A whole night and the next, judged by the hidden truth; and a chip with one fault of each kind."""

from __future__ import annotations

from reson.evals.nights import EXPECTED, FAULTS, FIRST_UNSEEN_SEED, GOAL, NightResult, QubitResult, run_night, summarise

DIAGNOSES = {name: {code} for name, code in EXPECTED.items()} | {"q4": set()}


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
    night = run_night(FIRST_UNSEEN_SEED + 1, faults=FAULTS)
    assert {qubit.component: set(qubit.diagnoses) for qubit in night.qubits} == DIAGNOSES
    assert [qubit.state for qubit in night.qubits] == ["failed", "failed", "done", "done", "done"]


def test_the_summary_counts_a_harmful_qubit():
    good = QubitResult(1, "q0", "done", (), 1.02, 2e-4, 2e-4)
    harmful = QubitResult(1, "q1", "done", (), 3.5, 7e-4, 2e-4)
    text = summarise([NightResult(1, "finished", 60, 28, 100.0, 20.0, (good, harmful))])
    assert "reported as calibrated though above 3.0 x: 1" in text
    assert "missed: seed 1 q1" in text
