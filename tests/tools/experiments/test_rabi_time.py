"""Rabi over time: the rate does not depend on the amplitude it was measured at, and damping goes to review."""

from __future__ import annotations

import math

import pytest

from reson.records import Verdict

from .trying import attempt


@pytest.mark.parametrize("factor", [0.4, 1.0, 1.5])
def test_the_rate_is_that_of_full_scale_whatever_the_amplitude(factor: float) -> None:
    usual = attempt("rabi_time", 5).arguments["amplitude"]
    done = attempt("rabi_time", 5, {"amplitude": usual * factor, "max_duration": 240e-9})
    assert abs(done.pull("rabi_rate", done.truth.gain / (2 * math.pi))) < 4
    assert done.analysis.quantities["rabi_rate"].value == pytest.approx(done.truth.gain / (2 * math.pi), rel=0.005)


def test_a_damped_oscillation_goes_to_review() -> None:
    given = {"max_duration": 3e-6, "amplitude": 0.12 * attempt("rabi_time", 5).arguments["amplitude"]}
    damped = attempt("rabi_time", 5, given, faults={"q0": "short_t1"})
    assert damped.verdict is not Verdict.ACCEPT
    assert any("decay times" in reason for reason in damped.reasons)
