"""An upper limit in the table reads as one wherever a person sees it: nobody takes it for a measured value."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest

from reson.agent.campaign.observe import _known
from reson.agent.operations.values import value_in_words
from reson.agent.progress import sentences
from reson.agent.report.tables import value_of
from reson.agent.report.words import number
from reson.records import Change
from reson.tools.store.table import ParameterRow
from reson.ui.request import _change
from reson.ui.trends import of_value

TEXT = "< 2.4 × 10⁻⁵ (95 %)"
LIMIT = ParameterRow(
    id="a:q0.leakage_per_gate",
    sequence=1,
    device="chip",
    component="q0",
    parameter="leakage_per_gate",
    value=2.4e-5,
    stderr=None,
    confidence=0.95,
    unit="",
    valid_from=1000.0,
    recorded_wall=0.0,
    superseded_by=None,
    measurement_id="m",
    verdict=None,
    author="policy: results",
    reason="",
    approval_id="a",
)
CHANGE = Change(
    component="q0", parameter="leakage_per_gate", old=None, new=2.4e-5, stderr=None, unit="", confidence=0.95
)


@pytest.mark.parametrize(
    "shown",
    [
        lambda: value_in_words(LIMIT),
        lambda: number(value_of(LIMIT, frozenset())),
        lambda: " ".join(sentences("parameter_change", LIMIT.to_json())),
        lambda: str(_change("leakage_per_gate", CHANGE, None)),
        lambda: str(_change("leakage_per_gate", CHANGE.model_copy(update={"new": 1e-5}), LIMIT)),
    ],
)
def test_it_is_written_with_its_confidence(shown: Callable[[], str]) -> None:
    assert TEXT in unescape(shown()).replace("\u202f", " ")


def test_a_brain_is_told_and_a_value_looks_as_before() -> None:
    assert _known(LIMIT, 1000.0).to_json()["confidence"] == 0.95
    value = LIMIT.model_copy(update={"stderr": 1e-6, "confidence": None})
    assert "confidence" not in _known(value, 1000.0).to_json()
    assert value_in_words(value) == "2.40(10) × 10⁻⁵"


def test_a_trend_marks_it_and_what_is_proposed() -> None:
    past = [LIMIT.model_copy(update={"confidence": None, "stderr": 1e-6}), LIMIT]
    drawn = str(of_value(past, CHANGE, 2000.0).to_dict())
    assert "'upper limit'" in drawn
    assert "'kind': 'proposed limit'" in drawn
    assert "'kind': 'proposed limit'" not in str(of_value(past).to_dict())
