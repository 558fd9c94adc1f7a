"""What counts as a difference of two verdicts: a fit of noise that another processor determines does not."""

from __future__ import annotations

import pytest

from reson.evals.replaying.differences import compare_events
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
