"""Faults of a coupler and its line are refused with the code that names them, or measured and cured."""

from __future__ import annotations

import pytest

from reson.evals.true_pair import load_best_cz
from reson.records import CheckCode, Verdict
from tests.tools.experiments.pairs.bringing_up import PAIR, opened


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("dead_flux_line", CheckCode.NO_INTERACTION),
        ("attenuated_flux_line", CheckCode.FLUX_GAIN_OFF),
        ("trapped_flux", CheckCode.FLUX_OFFSET_OFF),
    ],
)
def test_an_arc_names_what_is_wrong_with_the_line(fault: str, code: CheckCode) -> None:
    step = opened(11, {PAIR: fault}).measure("coupler_arc", points=41, shots=150)
    assert step.judgement.verdict is Verdict.REJECT
    assert step.judgement.failed == (code,)


def test_a_tail_bends_the_phase_is_measured_and_taken_away() -> None:
    bench = opened(12, {PAIR: "flux_line_tail"})
    load_best_cz(bench.device, (0, 1))
    assert CheckCode.SETTLING in bench.measure("cz_phase").judgement.failed
    load_best_cz(bench.device, (0, 1))
    first = bench.measure("cz_settling")
    assert first.analysis.quantities["tail"].value == pytest.approx(0.02, rel=0.15)
    second = bench.measure("cz_settling")
    assert abs(second.analysis.quantities["tail"].value) < 0.004
    assert second.controls["flux_tail_amplitude"] == pytest.approx(0.02, rel=0.06)
