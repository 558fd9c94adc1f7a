"""What is known of a share that is not told from zero: by hand, by its coverage, and on its way into the table."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reson.components import Qubit
from reson.records import Change, Quantity
from reson.tools.data import Analysis, Axis, Past
from reson.tools.experiments.catalogue import get
from reson.tools.quantities import PARAMETERS
from reson.tools.upper_limits import told_from_zero, upper_limit
from reson.tools.verdicts.checks import history

NORMAL = NormalDist()


@pytest.mark.parametrize(
    ("value", "stderr", "confidence", "limit"),
    [
        (0.0, 1e-5, 0.95, 1.959964e-5),  # half of the normal is left: 2.5 % of the whole lies above 1.96
        (0.0, 2.0, 0.90, 2 * 1.644854),
        (10.0, 1.0, 0.95, 11.644854),  # far from zero the plain one-sided limit
        (-1.0, 1.0, 0.95, -1 + 2.411994),  # 5 % of Phi(-1) = 0.158655 is 0.00793276
    ],
)
def test_limits_by_hand(value: float, stderr: float, confidence: float, limit: float) -> None:
    assert upper_limit(value, stderr, confidence) == pytest.approx(limit, rel=1e-6)


@pytest.mark.parametrize("truth", [0.0, 0.3, 1.0, 2.5, 6.0])
def test_the_truth_lies_below_as_often_as_is_said_at_least(truth: float) -> None:
    values = np.array([NORMAL.inv_cdf(share) for share in (np.arange(2000) + 0.5) / 2000])
    covered = np.mean([upper_limit(truth + value, 1.0) >= truth for value in values])
    assert covered >= 0.95
    if truth > 5:
        assert covered == pytest.approx(0.95, abs=0.001), "and far from zero no more often"


@given(st.floats(-50, 50), st.floats(0.01, 5), st.floats(1e-9, 1e3))
def test_a_limit_is_above_zero_and_above_its_value_and_rises_with_it(value: float, more: float, stderr: float) -> None:
    limit = upper_limit(value * stderr, stderr)
    assert limit > max(value * stderr, 0.0)
    assert upper_limit((value + more) * stderr, stderr) >= limit


def _changed(experiment: str, **quantities: Quantity) -> dict[str, Change]:
    axis = Axis(label="", unit="")
    analysis = Analysis(
        experiment=experiment, component=Qubit(0), series=(), x_axis=axis, y_axis=axis, quantities=quantities
    )
    return {one.parameter: one for one in get(experiment).propose(analysis, {})}


@pytest.mark.parametrize("value", [-4e-5, 0.0, 1e-5, 2.9e-5])
def test_what_is_within_three_errors_of_zero_is_proposed_as_a_limit(value: float) -> None:
    found = _changed("leakage_rb", leakage_per_gate=Quantity(value=value, stderr=1e-5))["leakage_per_gate"]
    assert (found.new, found.stderr, found.confidence) == (upper_limit(value, 1e-5), None, 0.95)


def test_what_is_told_from_zero_is_proposed_with_its_error() -> None:
    found = _changed("leakage_rb", leakage_per_gate=Quantity(value=3.1e-5, stderr=1e-5))["leakage_per_gate"]
    assert (found.new, found.stderr, found.confidence) == (3.1e-5, 1e-5, None)
    assert "confidence" not in found.to_json(), "and hashed as before there were limits"
    assert told_from_zero(Quantity(value=0.0)), "what has no error is taken at its word"


def test_of_one_measurement_each_share_is_told_for_itself() -> None:
    found = _changed(
        "purity_rb",
        incoherent_error=Quantity(value=2e-4, stderr=1e-5),
        coherent_error=Quantity(value=1e-5, stderr=1e-5),
        unitarity=Quantity(value=0.999, stderr=1e-4),
    )
    assert [one.confidence for one in found.values()] == [None, 0.95, None]


def test_what_may_be_negative_stays_a_value() -> None:
    """A rotation that is not told from right has no side: its error says all."""
    found = _changed("rx_sweep", angle_scale_error=Quantity(value=1e-4, stderr=1e-3))["angle_scale_error"]
    assert (found.new, found.stderr, found.confidence) == (1e-4, 1e-3, None)


def test_the_shares_of_the_table_are_those_that_cannot_be_negative() -> None:
    positive = {name for name, spec in PARAMETERS.items() if spec.positive}
    errors = {name for name in PARAMETERS if name.endswith("error") and not PARAMETERS[name].unit}
    assert positive == errors - {"angle_scale_error"} | {
        "allxy_deviation", "error_per_gate", "leakage_per_gate", "p0_given_1", "p1_given_0", "readout_crosstalk",
        "simultaneous_error_per_gate", "t1_fluctuation",
    }  # fmt: skip


@pytest.mark.parametrize(("value", "jumped"), [(0.0, False), (3e-5, False), (3.4e-5, False), (3.6e-5, True)])
def test_only_what_lies_above_a_limit_jumped_from_it(value: float, jumped: bool) -> None:
    past = {"leakage_per_gate": Past(value=3e-5, stderr=None, confidence=0.95, age=60.0)}
    check = history(
        "leakage_per_gate", Quantity(value=value, stderr=1e-6), past, natural=1e-12, sigmas=5.0, relative=False
    )
    assert check.passed is not jumped
