"""A whole night and the next, judged by the hidden truth; and a chip with one fault of each kind."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from reson.agent.observation import DiagnosisCode
from reson.evals.any_fault import told_of
from reson.evals.faulty_chips import PAIRS, TEN_KINDS, faulty_chip
from reson.evals.nights import (
    GOAL,
    NightResult,
    QubitResult,
    run_night,
    summarise,
    summarise_faults,
)
from reson.evals.seeds import FIRST_UNSEEN_SEED


@pytest.mark.study
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


@pytest.mark.study
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


def test_strengths_are_drawn_between_what_is_faint_and_what_is_absurd():
    drawn = {kind: [faulty_chip(seed, 1, (kind,)) for seed in range(60)] for kind in TEN_KINDS if kind not in PAIRS}
    ranges = {"oscillator_off": ("offset", 30e6, 60e6), "hot_qubit": ("population", 0.12, 0.3)}
    ranges["clipped_generator"] = ("level", 0.07, 0.12)
    for kind, (name, low, high) in ranges.items():
        values = [tomllib.loads(chip.text)["fault"][0][name] for chip in drawn[kind]]
        sizes = [abs(value) for value in values]
        assert low <= min(sizes) < low + 0.1 * (high - low) and high - 0.1 * (high - low) < max(sizes) <= high
        assert (min(values) < 0) is (kind == "oscillator_off")


@pytest.mark.parametrize(
    ("diagnoses", "expected", "own", "right"),
    [
        (("hot_qubit",), "hot_qubit", (), True),
        ((), "hot_qubit", (), False),
        (("short_t1",), "hot_qubit", (), False),
        (("hot_qubit", "short_t1"), "hot_qubit", (), False),  # the right name and a wrong one more
        (("hot_qubit", "short_t1"), "hot_qubit", ("short_t1",), True),  # which the chip has of its own
        (("short_t1",), "hot_qubit", ("short_t1",), False),  # the fault's own name is missing
    ],
)
def test_a_fault_is_named_rightly_by_its_name_and_no_other(diagnoses, expected, own, right):
    qubit = QubitResult(1, "q0", "failed", diagnoses, expected, own, 9.0, 1e-3, None)
    text = summarise_faults([NightResult(1, "finished", 60, None, 100.0, 20.0, (qubit,))])
    assert f"named rightly: {int(right)} of 1" in text


def test_the_excess_is_what_a_ratio_forgives():
    done = QubitResult(1, "q0", "done", (), None, (), 1.4, 1.4e-2, None)
    assert done.true_excess == pytest.approx(4e-3)
    assert "minus coherence limit: median 4.0e-03" in summarise(
        [NightResult(1, "finished", 60, 20, 100.0, 9.0, (done,))]
    )


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
    assert "reported as calibrated though above 3.0 x or by 0.0003: 1" in text
    assert "missed: seed 1 q1" in text


@pytest.mark.parametrize(
    ("state", "ratio", "error", "reached", "harmful"),
    [
        ("done", 1.02, 2.04e-4, True, False),
        ("done", 1.49, 2.98e-4, True, False),
        ("done", 1.51, 3.02e-4, False, False),
        ("done", 3.01, 3.01e-4, False, True),
        ("done", 1.40, 1.4e-2, False, True),  # T1 of 2 us: the ratio forgives 150 mrad
        ("done", 1.02, 1.02e-2, True, False),
        ("failed", 1.02, 2.04e-4, False, False),
        ("failed", 9.0, 1e-2, False, False),
    ],
)
def test_a_night_is_judged_by_the_ratio_and_by_what_it_forgives(state, ratio, error, reached, harmful):
    qubit = QubitResult(1, "q0", state, (), None, (), ratio, error, None)
    assert (qubit.reached, qubit.harmful) == (reached, harmful)
    whole = summarise([NightResult(1, "finished", 60, None, 100.0, 9.0, (qubit, replace(qubit, state="done")))])
    assert f"or by 0.0003: {2 * harmful or int(replace(qubit, state='done').harmful)}" in whole
    told = told_of(qubit, None, "finished")
    assert told.right is reached
    assert (told.harm == "done though above the goal") is (state == "done" and not reached)


def test_a_summary_counts_by_hand():
    """Four qubits of two nights: one is missed, one is harmful; medians, worst and second nights by hand."""
    rows = [("done", 1.0, 1e-4), ("done", 1.2, 2.4e-4), ("failed", 7.0, 1e-3), ("done", 4.0, 4e-4)]
    a, b, c, d = (QubitResult(1, f"q{n}", *row[:1], (), None, (), *row[1:], None) for n, row in enumerate(rows))
    text = summarise(
        [NightResult(1, "finished", 60, 15, 9.0, 9.0, (a, b)), NightResult(2, "failed", 40, 20, 9.0, 9.0, (c, d))]
    )
    assert "2 nights, 4 healthy qubits" in text
    assert "above it: 2 of 4 (50.0 %" in text
    assert "over coherence limit: median 1.200, worst 4.000" in text
    assert "minus coherence limit: median 4.0e-05, worst 3.0e-04" in text
    assert "measurements per night: median 50" in text
    assert "median 0.38, largest 0.50" in text
    assert [line.split(":")[1].split()[-1] for line in text.splitlines() if line.startswith("  missed")] == ["q2", "q3"]


def test_what_became_of_healthy_qubits_beside_faulty_ones_counts_by_hand():
    """Of three without a fault one has a defect of its own: it stays in the count, and in a line of its own."""
    good = QubitResult(1, "q0", "done", (), None, (), 1.02, 2e-4, 2e-4)
    left = QubitResult(1, "q1", "failed", (), None, (), 9.0, 1e-3, None)
    defect = QubitResult(1, "q2", "failed", ("short_t1",), None, ("short_t1",), 9.0, 1e-3, None)
    misnamed = replace(defect, component="q3", diagnoses=("hot_qubit",))
    named = QubitResult(1, "q4", "failed", ("hot_qubit",), "hot_qubit", (), 9.0, 1e-3, None)
    text = summarise_faults([NightResult(1, "finished", 60, None, 9.0, 9.0, (good, left, defect, misnamed, named))])
    assert "coherence limit: 1 of 2" in text
    assert "with those that have a defect of the chip's own: 1 of 4" in text
    assert "healthy qubits with a diagnosis: 0" in text
    assert "got another name: 1 of 2" in text
    assert "named rightly: 1 of 1" in text
    missed = [line.split()[2].rstrip(":") for line in text.splitlines() if line.startswith("  seed")]
    assert missed == ["q3", "q1"]
