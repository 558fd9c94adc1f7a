"""No reader can suggest what the experiment cannot sweep."""

from __future__ import annotations

import pytest

from reson.agent.reading.limits import SWEEP_ENDS, within_limits
from reson.records import Reading
from reson.tools.experiments.catalogue import CATALOGUE

SWEPT = [name for name, row in CATALOGUE.items() if any(spec.name in SWEEP_ENDS for spec in row.parameters)]


def suggesting(low: float, high: float) -> Reading:
    seen = {"outcome": "suboptimal", "reliability": "unreliable", "status": "RANGE_TOO_NARROW", "confidence": 0.9}
    return Reading.model_validate(
        seen | {"reason": "cut", "reader": "r", "seen": "picture", "suggested_range": (low, high)}
    )


@pytest.mark.parametrize("name", SWEPT)
def test_a_suggested_range_keeps_to_the_limits_of_the_sweep(name):
    row = CATALOGUE[name]
    most = next(spec.high for spec in row.parameters if spec.name in SWEEP_ENDS)
    assert within_limits(suggesting(-1.0, 4.9 * most), row).suggested_range == (0.0, most)
    assert within_limits(suggesting(2 * most, 3 * most), row).suggested_range is None
    inside = suggesting(0.0, most / 2)
    assert within_limits(inside, row) == inside


def test_a_frequency_axis_is_left_alone():
    line = suggesting(4.8e9, 5.2e9)
    assert within_limits(line, CATALOGUE["qubit_spectroscopy"]) == line


@pytest.mark.parametrize("name", CATALOGUE)
def test_suggested_arguments_are_the_experiments_own_and_within_its_limits(name):
    row = CATALOGUE[name]
    beyond = {spec.name: spec.high + 4 * abs(spec.high) + 1 for spec in row.parameters} | {
        "drive_frequency": 5e9,
        "amp": -3.0,
    }
    below = {spec.name: -abs(spec.low) * 3 - 1e12 for spec in row.parameters}
    for given, held in ((beyond, "high"), (below, "low")):
        found = within_limits(suggesting(0.0, 1.0).model_copy(update={"suggested": given}), row).suggested
        assert found == {spec.name: pytest.approx(getattr(spec, held)) for spec in row.parameters}
    whole = [spec for spec in row.parameters if spec.integer]
    between = {spec.name: spec.low + 0.6 for spec in whole}
    found = within_limits(suggesting(0.0, 1.0).model_copy(update={"suggested": between}), row).suggested
    assert all(value == round(value) for value in found.values())
