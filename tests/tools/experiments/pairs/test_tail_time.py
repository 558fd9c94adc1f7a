"""A tail whose time constant is hardly known is looked at by a person before it is taken off."""

from __future__ import annotations

import pytest

from reson.components import Pair
from reson.records import CheckCode, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Series
from reson.tools.experiments import cz_settling
from reson.tools.verdicts.judge import judge


@pytest.mark.parametrize(("share", "reviewed"), [(0.1, False), (0.85, True)])
def test_a_tail_time_that_is_hardly_known_is_reviewed(share: float, reviewed: bool) -> None:
    found = {
        "tail": Quantity(value=0.01, stderr=1e-4),
        "slope": Quantity(value=60.0, stderr=1.0),
        "flux_tail_amplitude": Quantity(value=0.01, stderr=1e-4),
        "flux_tail_time": Quantity(value=1e-6, stderr=share * 1e-6, unit="s"),
    }
    part = Series(name="1 round", x=(0.0, 1.0), y=(0.0, 0.0), y_err=(1.0, 1.0), fit_x=(), fit_y=())
    sound = Series(name=CONTRAST, x=(0.0, 1.0), y=(0.9, 0.9), y_err=(0.01, 0.01), fit_x=(), fit_y=())
    axis = Axis(label="x", unit="")
    analysis = Analysis(
        experiment="cz_settling", component=Pair(0, 1), series=(part, sound), x_axis=axis, y_axis=axis, quantities=found
    )
    judged = judge(cz_settling.check(analysis, {}, {}))
    assert (CheckCode.IMPRECISE in judged.failed) == reviewed
    assert not reviewed or judged.verdict is Verdict.REVIEW
