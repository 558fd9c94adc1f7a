"""What counts as a difference of two verdicts: a fit of noise that another processor determines does not."""

from __future__ import annotations

import pytest

from reson.agent.observation import Done, GiveUp
from reson.evals.replaying.differences import compare_decisions, compare_events
from reson.records import Json

FOUND = {"drive_frequency": {"value": 5e9, "stderr": 1e6, "unit": "Hz"}}
MOVED = {"drive_frequency": FOUND["drive_frequency"] | {"value": 5.1e9}}


def verdict(status: str = "NO_SIGNAL", verdict: str = "reject", **changed: object) -> Json:
    event: Json = {
        "id": "m-verdict",
        "kind": "verdict",
        "component": "q1",
        "experiment": "qubit_spectroscopy",
        "quantities": {},
        "verdict": verdict,
        "reasons": ["no fit", "no signal"],
        "reading": {"status": status},
    }
    return event | changed


def differs(one: Json, other: Json) -> bool:
    return bool(compare_events([one], [other], whole=True, ended=False))


def test_noise_that_was_fitted_once_only_is_the_same_verdict() -> None:
    fitted = verdict(quantities=FOUND, reasons=["no signal"])
    assert not differs(verdict(), fitted) and not differs(fitted, verdict())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (verdict("SUCCESS"), verdict("SUCCESS", quantities=FOUND)),
        (verdict(), verdict("RANGE_TOO_NARROW", quantities=FOUND)),
        (verdict(), verdict(verdict="review", quantities=FOUND)),
        (
            verdict(quantities=FOUND),
            verdict(quantities={"drive_frequency": FOUND["drive_frequency"] | {"value": 5.1e9}}),
        ),
        (verdict(), verdict(reasons=["no fit"])),
    ],
)
def test_all_else_is_a_difference(one: Json, other: Json) -> None:
    assert differs(one, other)


CHANGE: Json = {
    "id": "c",
    "kind": "parameter_change",
    "component": "q1",
    "parameter": "t1",
    "value": 5e-5,
    "stderr": 1e-6,
}


@pytest.mark.parametrize(("value", "seen"), [(5e-5, False), (5.0000001e-5, False), (-5e-5, True), (9e-5, True)])
def test_a_written_value_differs_by_its_error(value: float, seen: bool) -> None:
    found = compare_events([CHANGE], [CHANGE | {"value": value}], whole=True, ended=False)
    assert bool(found) is seen
    assert not seen or str(found[0]) == f"c (lab of q1): was t1 = 5e-05; now {value:g}"


@pytest.mark.parametrize(("errors", "seen"), [(0.19, False), (0.21, True), (-0.19, False), (-0.21, True)])
def test_a_fifth_of_an_error_is_another_lab(errors: float, seen: bool) -> None:
    assert bool(compare_events([CHANGE], [CHANGE | {"value": 5e-5 + errors * 1e-6}], whole=True, ended=False)) is seen
    moved = {"drive_frequency": FOUND["drive_frequency"] | {"value": 5e9 + errors * 1e6}}
    one, other = (verdict("SUCCESS", "accept", quantities=values) for values in (FOUND, moved))
    assert differs(one, other) is seen


def test_what_is_missing_and_what_is_new_differs_where_both_are_over() -> None:
    one = verdict()
    [gone] = compare_events([one], [], whole=True, ended=False)
    assert str(gone).endswith("nothing of the kind")
    assert compare_events([one], [], whole=False, ended=False) == []
    [new] = compare_events([], [one], whole=False, ended=False)
    assert new.recorded == "nothing of the kind"


def test_another_decision_is_told_and_the_same_is_none() -> None:
    done = Done(component="q1", why="good")
    assert compare_decisions("d", done, done.model_copy(update={"why": "in other words"})) is None
    other = compare_decisions("d", done, GiveUp(component="q1", why="bad", diagnoses=()))
    nothing = compare_decisions("d", done, None)
    assert other is not None and nothing is not None
    assert (other.what, nothing.now) == ("decision", "nothing") and other.now != other.recorded
