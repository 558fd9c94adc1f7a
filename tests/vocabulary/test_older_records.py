"""Records of older labs load, and mean what they meant."""

from __future__ import annotations

import pytest

from reson.records import Check, CheckCode, Judgement, Reading, Seen
from reson.tools.data import P1, SURVIVAL, Axis

MISSES = "the curve misses the data: reduced chi2 = 15.7"


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("fitted", "no fit: did not converge", CheckCode.NO_FIT),
        ("signal", "no signal: the points scatter like noise", CheckCode.NO_SIGNAL),
        ("signal in y", "no signal: the points scatter like noise", CheckCode.NO_SIGNAL),
        ("t1 above noise", "t1 is only 1.2 times its error", CheckCode.UNRESOLVED),
        ("t1 precise", "t1 is known to 40% only", CheckCode.IMPRECISE),
        ("t1 within history", "t1 jumped", CheckCode.JUMP),
        ("dip inside the sweep", "dip lies at the edge", CheckCode.AT_EDGE),
        ("x_amplitude in bounds", "x_amplitude = 2 is outside 0 to 1", CheckCode.OUT_OF_BOUNDS),
        ("reading agrees", "the plot reads as NO_SIGNAL: flat", CheckCode.DOUBTED),
        ("outcome", "nothing could be checked", CheckCode.NO_OUTCOME),
        ("reduced chi2", MISSES, CheckCode.MISFIT),
        ("reduced chi2", "the data scatter less than their errors: reduced chi2 = 0.02", CheckCode.TOO_QUIET),
        ("detuning of the drive", "detuning of the drive = 3e+06 Hz is not within", CheckCode.OFF_RESONANCE),
        ("share of 1 that was never prepared", "share of 1 = 0.1", CheckCode.NOT_PREPARED),
        ("offset", "offset = 2.46e+05 Hz is not within 0 to 1.34e+05 Hz", CheckCode.FOLDED),
        ("pi amplitude", "pi amplitude = 2.995 is not within 0 to 1", CheckCode.OUT_OF_RANGE),
    ],
)
def test_a_check_without_a_code_gets_the_one_it_would_have_today(name: str, message: str, code: CheckCode) -> None:
    stored = {
        "verdict": "review",
        "checks": [{"name": name, "passed": False, "severity": "review", "message": message}],
    }
    assert Judgement.model_validate(stored).failed == (code,)


def test_a_check_with_a_code_keeps_it() -> None:
    said = {"name": "fitted", "code": "jump", "passed": False, "severity": "review", "message": MISSES}
    assert Check.model_validate(said).to_json() == said


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("offline: computed from the saved data, not from the picture", Seen.SAVED_DATA),
        ("gpt-9: from the picture", Seen.PICTURE),
    ],
)
def test_a_reading_that_does_not_say_what_was_looked_at(reader: str, seen: Seen) -> None:
    said = {"outcome": "expected", "reliability": "reliable", "status": "SUCCESS", "confidence": 0.9, "reason": "clear"}
    assert Reading.model_validate(said | {"reader": reader}).seen is seen


def test_an_axis_of_probability_keeps_its_limits() -> None:
    for axis in (P1, SURVIVAL):
        assert Axis.model_validate({"label": axis.label, "unit": ""}) == axis
    assert Axis.model_validate({"label": "T1", "unit": "s"}).limits is None
