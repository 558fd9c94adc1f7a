"""Errors from the scatter of the points are right to a third from some thirty points on; of few the note warns."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent import own_data
from reson.evals.scatter_errors import KINDS, ratios
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.table import Table


@pytest.mark.parametrize("kind", [name for name, (number, _) in KINDS.items() if number > 20])
def test_errors_from_the_scatter_are_right_to_a_third(kind: str) -> None:
    found = ratios(kind, 0.01, 17, 60)
    assert 0.85 < np.median(found) < 1.15
    assert np.mean((found > 0.6) & (found < 1.5)) > 0.85


@pytest.mark.parametrize(("points", "warned"), [(15, True), (41, False)])
def test_of_few_points_the_note_says_how_unsure_they_are(points: int, warned: bool) -> None:
    x = np.linspace(0, 80, points)
    p1 = 0.03 + 0.9 * np.exp(-x / 20) + 0.01 * np.random.default_rng(1).standard_normal(points)
    table = Table("t1.csv", {"delay": x, "p": p1}, {})
    seen = own_data.analyse(table, "t1", Wanted("delay:us", ("p:p1",)), {})
    assert any("few points" in note for note in seen.made.notes) == warned
