"""Faults of a coupler and its line are refused with the code that names them, or measured and cured."""

from __future__ import annotations

import math

import pytest

from reson.evals.true_pair import load_best_cz
from reson.records import CheckCode, Verdict
from reson.tools.devices.simulated.couplers import tunable_of
from tests.tools.experiments.pairs.bringing_up import PAIR, opened, opened_with

STUDY = pytest.mark.study


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


OF_THE_LINE = {
    CheckCode.NO_INTERACTION,
    CheckCode.ONE_WALL,
    CheckCode.FLUX_GAIN_OFF,
    CheckCode.FLUX_OFFSET_OFF,
    CheckCode.NO_SIGNAL,
}


@pytest.mark.parametrize("flux", [-0.5, -0.38, -0.25, -0.13, 0.13, 0.147, pytest.param(0.25, marks=STUDY), 0.38, 0.5])
def test_trapped_flux_of_any_strength_is_named_by_the_arc(flux: float) -> None:
    """Where the coupler rests clear of its qubits or just beyond a wall, the middle of the arc is found as well."""
    bench = opened_with(11, "trapped_flux", flux=flux)
    step = bench.measure("coupler_arc", points=41, shots=150)
    assert set(step.judgement.failed) & OF_THE_LINE == {CheckCode.FLUX_OFFSET_OFF}
    if "flux_centre" in step.analysis.quantities:
        line, found = tunable_of(bench.device.chip.truth_now(), (0, 1)).line, step.analysis.quantities["flux_centre"]
        off = math.remainder((found.value - line.bias(0.0)) * line.gain, 1.0)
        assert abs(off) < 0.02 + 3 * (found.stderr or 0.0)


@pytest.mark.parametrize("db", [-12.0, pytest.param(-9.0, marks=STUDY), -7.0, -5.0, 8.0])
def test_a_gain_of_any_size_is_no_trapped_flux(db: float) -> None:
    """Also where it brings the coupler down to its qubits at the bias by design."""
    step = opened_with(11, "attenuated_flux_line", db=db).measure("coupler_arc", points=41, shots=150)
    assert set(step.judgement.failed) & OF_THE_LINE <= {CheckCode.FLUX_GAIN_OFF, CheckCode.ONE_WALL}
    assert step.judgement.verdict is Verdict.REJECT


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
