"""From design values to a CZ: each step is compared with the hidden truth."""

from __future__ import annotations

import pytest

from reson.agent.reading.reader import read_saved_data
from reson.evals.true_pair import load_best_cz, true_cz
from reson.records import Status, Verdict
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.verdicts.judge import judge
from tests.tools.experiments.pairs.bringing_up import CHAIN, PAIR, Bench


def test_every_step_of_a_healthy_pair_is_accepted(brought: Bench) -> None:
    for name, step in brought.steps:
        assert step.judgement.verdict is Verdict.ACCEPT, (name, step.judgement.reasons)


def test_the_arc_finds_the_middle_of_the_line_and_about_its_idle_point(brought: Bench) -> None:
    truth = brought.device.chip.truth.couplers[0].tunable
    assert truth is not None
    found = brought.last("coupler_arc").analysis.quantities
    assert found["flux_centre"].value == pytest.approx(truth.line.bias(0.0), abs=5e-3)
    assert found["coupler_bias"].value == pytest.approx(truth.line.bias(truth.idle), abs=0.03)


def test_little_zz_is_left_at_the_idle_point(brought: Bench) -> None:
    step = brought.last("coupler_idle")
    assert abs(step.true.idle_zz) < 1e3
    assert abs(step.true.idle_zz) < 5 * (step.analysis.quantities["zz_left"].stderr or 0.0) + 50


def test_the_tail_of_the_line_is_measured(brought: Bench) -> None:
    truth = brought.device.chip.truth.couplers[0].tunable
    assert truth is not None
    tail = brought.last("cz_settling").analysis.quantities["tail"]
    assert abs(tail.value - truth.line.tails[0].amplitude) < 5 * (tail.stderr or 0.0)


def test_the_cz_is_near_the_best_one(brought: Bench) -> None:
    found = true_cz(brought.device, (0, 1))
    kept = brought.device.controls()
    load_best_cz(brought.device, (0, 1))
    best = true_cz(brought.device, (0, 1))
    brought.device.load(kept)
    assert found.coherent < best.coherent + 1e-4
    assert found.leakage - best.leakage < 1e-5
    assert found.error < 1.5 * found.limit


def test_a_gate_that_is_kept_up_reads_as_well_as_one_that_is_found(brought: Bench) -> None:
    """Nothing is left of its phases: flat lines with their full contrast are the best there is."""
    row = PAIR_ROWS["cz_frames"]
    arguments = row.arguments({"shots": 200}, brought.device.controls()[PAIR])
    analysis = row.analyse(row.acquire(brought.device, {PAIR: arguments})[PAIR])
    assert read_saved_data(analysis).status is Status.SUCCESS
    assert judge(row.check(analysis, arguments, {})).verdict is not Verdict.REJECT


def test_it_takes_less_than_two_minutes_of_device(brought: Bench) -> None:
    first, last = brought.steps[0][1].raw, brought.steps[-1][1].raw
    assert last.ended - first.started < 120.0
    assert len(brought.steps) == len(CHAIN)
