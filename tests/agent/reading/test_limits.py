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
