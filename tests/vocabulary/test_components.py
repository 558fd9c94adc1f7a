"""Components by their names."""

from __future__ import annotations

import pytest

from reson.components import Qubit, as_qubit, order
from reson.errors import ToolError
from reson.records import EXIT_CODES, Ending


def test_a_qubit_is_taken_and_another_component_refused() -> None:
    assert as_qubit("q3") == Qubit(3)
    for other in ("q0-q1", "c0-1", "3", "", "q1-q1"):
        with pytest.raises(ToolError, match="write"):
            as_qubit(other)


def test_components_are_sorted_by_kind_and_number() -> None:
    assert sorted(["q0-q2", "q10", "q2", "q0-q1", "q9"], key=order) == ["q2", "q9", "q10", "q0-q1", "q0-q2"]


def test_exit_codes_are_those_that_scripts_rely_on() -> None:
    """Once published they stay: 0 success, 1 failure, 2 wrong usage (a shell's own), 3 and above to be waited for."""
    assert {ending: EXIT_CODES[ending] for ending in Ending} == {
        "finished": 0,
        "failed": 1,
        "waiting_for_approval": 3,
        "budget_spent": 4,
        "device_unavailable": 5,
        "stopped": 6,
    }
