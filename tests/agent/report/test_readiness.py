"""The chain that a report offers: the longest of pairs that were calibrated, and of equal ones that of least error."""

from __future__ import annotations

import pytest

from reson.agent.report.content import Qubit, Value
from reson.agent.report.readiness import best_chain_of
from reson.agent.standing import State


def one(component: str, state: State = "done", **values: float) -> Qubit:
    known = {
        name: Value(value=value, stderr=None, unit="", measured=True, fresh=True) for name, value in values.items()
    }
    return Qubit(
        component=component,
        state=state,
        why="",
        values=known,
        coherence_limit=None,
        over_limit=None,
        below=(),
        diagnoses=(),
        story=(),
    )


QUBITS = [one(f"q{number}", error_per_gate=3e-4, assignment_fidelity=0.98) for number in range(5)]


def pairs(*errors: float | None) -> list[Qubit]:
    """Of a line; None: set aside."""
    return [
        one(f"q{low}-q{low + 1}", "failed" if error is None else "done", cz_error=error or 9e-3)
        for low, error in enumerate(errors)
    ]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((1e-3, 2e-3, 3e-3, 2e-3), "q0-q1-q2-q3-q4, 5 qubits with a CZ error of 2 × 10⁻³ in the mean"),
        ((1e-3, None, 3e-3, 1e-3), "q2-q3-q4, 3 qubits with a CZ error of 2 × 10⁻³ in the mean"),
        ((1e-3, None, 3e-3, None), "q0-q1, 2 qubits with a CZ error of 1 × 10⁻³ in the mean"),
        ((None, None, None, None), ""),
    ],
)
def test_the_longest_chain(errors: tuple[float | None, ...], expected: str) -> None:
    assert best_chain_of([*QUBITS, *pairs(*errors)]) == expected


def test_a_pair_whose_qubits_are_not_of_the_run_counts() -> None:
    assert best_chain_of(pairs(1e-3)).endswith("2 qubits with a CZ error of 1 × 10⁻³ in the mean")
