from __future__ import annotations

import numpy as np
import pytest

from reson.records import Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, Series
from reson.tools.verdicts import checks


def analysis(y: np.ndarray, fit: np.ndarray | None, error: str | None = None) -> Analysis:
    x = np.linspace(0, 1, len(y))
    fit_x, fit_y = (tuple(x), tuple(fit)) if fit is not None else ((), ())
    series = Series(name="s", x=tuple(x), y=tuple(y), y_err=(0.01,) * len(y), fit_x=fit_x, fit_y=fit_y)
    axis = Axis(label="x", unit="")
    quantities = {} if error else {"tau": Quantity(value=1.0, stderr=0.1), "bare": Quantity(value=1.0)}
    return Analysis(experiment="e", series=(series,), x_axis=axis, y_axis=axis, quantities=quantities, error=error)


NOISE = np.random.default_rng(3).normal(0, 0.01, 200)


def test_fitted_wants_values_with_errors() -> None:
    good = analysis(NOISE, NOISE)
    assert checks.fitted(good, "tau").passed
    assert not checks.fitted(good, "tau", "bare").passed
    assert not checks.fitted(good, "missing").passed
    assert "broke" in checks.fitted(analysis(NOISE, None, "broke"), "tau").message


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 2.5])
def test_outside_physics_is_rejected(value: float) -> None:
    check = checks.within("v", value, 0.0, 2.0)
    assert not check.passed
    assert check.severity is Verdict.REJECT


def test_the_edge_of_a_sweep() -> None:
    assert checks.inside_sweep("f", 0.5, 0.0, 1.0, 0.1).passed
    for edge in (0.05, 0.99, -3.0, np.nan):
        assert not checks.inside_sweep("f", edge, 0.0, 1.0, 0.1).passed


def test_signal_and_noise() -> None:
    assert not checks.signal(analysis(NOISE, None, "none").series[0]).passed
    rise = NOISE + np.linspace(0, 0.1, 200)
    assert checks.signal(analysis(rise, None, "none").series[0]).passed


@pytest.mark.parametrize(("sigmas", "seen"), [(4.0, False), (7.0, True), (12.0, True)])
def test_a_signal_is_six_standard_deviations(sigmas: float, seen: bool) -> None:
    """Of chi2 about the mean: two values half and half lie ``a`` errors from it, so that 50 of them have 50 a^2."""
    chi2 = 49 + sigmas * (2 * 49) ** 0.5
    y = np.tile([1.0, -1.0], 25) * 0.01 * (chi2 / 50) ** 0.5
    assert checks.signal(analysis(y, None, "none").series[0]).passed is seen


@pytest.mark.parametrize("parameters", [2, 5])
def test_the_chance_that_reduced_chi2_is_granted_is_that_of_what_is_left(parameters: int) -> None:
    """1 + 5 sqrt(2 / (points - parameters)) where that is above the usual limit."""
    freedom = 8 - parameters
    limit = 1 + 5 * (2 / freedom) ** 0.5
    for factor, passes in ((0.98, True), (1.02, False)):
        y = np.tile([1.0, -1.0], 4) * 0.01 * (factor * limit * freedom / 8) ** 0.5
        assert checks.goodness(analysis(y, np.zeros(8)), parameters, 0.0).passed is passes


def test_noise_seldom_passes_for_a_signal() -> None:
    rng = np.random.default_rng(0)
    passed = [checks.signal(analysis(rng.normal(0, 0.01, 21), None, "n").series[0]).passed for _ in range(500)]
    assert sum(passed) == 0


def test_goodness_tells_misfit_from_noise_and_wide_errors() -> None:
    level = np.zeros(200)
    assert checks.goodness(analysis(NOISE, level), 1, 0.0).passed
    missed = checks.goodness(analysis(NOISE + 0.05, level), 1, 0.0)
    assert not missed.passed
    assert missed.severity is Verdict.REVIEW
    assert not checks.goodness(analysis(NOISE / 10, level), 1, 0.0).passed
    # a model misfit of 3 % of the signal is forgiven where 5 % are known to occur
    slope = np.linspace(0, 1, 200)
    bent = slope + 0.03 * np.sin(np.pi * slope) + NOISE
    assert not checks.goodness(analysis(bent, slope), 1, 0.0).passed
    assert checks.goodness(analysis(bent, slope), 1, 0.05).passed


def test_history_counts_in_standard_deviations() -> None:
    past = {"t1": Past(value=100.0, stderr=3.0, age=3600.0)}
    assert checks.history("t1", Quantity(value=110.0, stderr=4.0), past, natural=0.0).passed
    assert not checks.history("t1", Quantity(value=130.0, stderr=4.0), past, natural=0.0).passed
    assert checks.history("t1", Quantity(value=130.0, stderr=4.0), past, natural=0.2).passed
    assert checks.history("t1", Quantity(value=1e9, stderr=1.0), {}, natural=0.0).passed


def test_a_quantity_without_error_is_never_precise_or_resolved() -> None:
    bare = Quantity(value=1.0)
    assert not checks.precise("v", bare, 0.5).passed
    assert not checks.resolved("v", bare, 2.0).passed
