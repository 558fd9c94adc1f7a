"""Faults of a coupler and its line are refused with the code that names them, or measured and cured."""

from __future__ import annotations

import numpy as np
import pytest

from reson.evals.true_pair import load_best_cz
from reson.records import CheckCode, Verdict
from reson.tools.experiments.coupler_arc import biases
from reson.tools.experiments.fits.arc import arc_of
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


def test_a_zz_that_grows_too_fast_to_be_followed_is_named() -> None:
    """The fit has nothing to go through; half the hold time is the remedy."""
    bench = opened(125, {})
    load_best_cz(bench.device, (0, 1))
    step = bench.measure("coupler_idle", span=0.1, points=11, shots=200)
    assert CheckCode.PHASE_JUMP in step.judgement.failed
    assert step.judgement.verdict is Verdict.REJECT
    assert not step.analysis.quantities


@pytest.mark.parametrize("middle", [20e3, 60e3, 165e3, 200e3])
def test_an_arc_is_found_whatever_the_zz_in_its_middle(middle: float) -> None:
    """It runs away towards half a flux quantum, threefold within a hundredth."""
    bias = biases(55)
    zz = middle - 6e3 * np.expm1((np.abs(bias) / 0.29) ** 2 * 6)
    arc = arc_of(bias, zz, np.full(len(bias), 2e3), np.ones(len(bias)))
    assert arc is not None
    zero = 0.29 * np.sqrt(np.log1p(middle / 6e3) / 6)
    assert arc.zeros == pytest.approx((-zero, zero), abs=2 * arc.zero_error + 0.002)
    assert arc.zero_error < 0.02
