"""Numbers as written for a person, against values worked out by hand and read back from the text."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reson.records import Action, ActionKind, Change, Effect
from reson.wording import NARROW_SPACE, asked, change, command, duration, moment, one_line, quantity, sigmas

CHANGE = {"component": "q0", "parameter": "x_amplitude", "old": 0.31, "new": 0.3512, "stderr": 0.0006, "unit": ""}
PREFIX = {"p": 1e-12, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


@pytest.mark.parametrize(
    ("value", "stderr", "unit", "text"),
    [
        (5.1234567e9, 1200.0, "Hz", "5.123 456 7(12) GHz"),
        (5.1234567e9, None, "Hz", "5.123 457 GHz"),
        (-300e6, None, "Hz", "-300 MHz"),
        (85.2e-6, 3.1e-6, "s", "85.2(31) µs"),
        (2.398e-4, 6.2e-6, "", "2.398(62) × 10⁻⁴"),
        (0.97196, 0.00172, "", "0.9720(17)"),
        (0.98, 0.00996, "", "0.980(10)"),
        (300.0, 1200.0, "Hz", "(0.3 ± 1.2) kHz"),
        (0.0, 0.1, "rad", "(0 ± 100) mrad"),
        (0.0, None, "", "0"),
        (999.9999999e6, None, "Hz", "1 GHz"),
        (32e-9, None, "s", "32 ns"),
        (999999.0, None, "", "999999"),
        (2.5e6, None, "", "2.5 × 10⁶"),  # a bare number is written out below a million and from a hundredth on
        (2.5e17, 1e16, "", "2.50(10) × 10¹⁷"),
        (0.0123, None, "", "0.0123"),
        (0.00123, None, "", "1.23 × 10⁻³"),
    ],
)
def test_a_value_with_its_uncertainty(value, stderr, unit, text):
    assert quantity(value, stderr, unit).replace(NARROW_SPACE, " ") == text


@pytest.mark.parametrize(
    ("limit", "confidence", "unit", "text"),
    [
        (2.31e-5, 0.95, "", "< 2.4 × 10⁻⁵ (95 %)"),
        (2.4e-5, 0.9, "", "< 2.4 × 10⁻⁵ (90 %)"),
        (0.0301, 0.95, "", "< 0.031 (95 %)"),
        (1201.0, 0.95, "Hz", "< 1.3 kHz (95 %)"),
        (0.0, 0.95, "", "< 0 (95 %)"),
    ],
)
def test_an_upper_limit_is_rounded_up_and_says_its_confidence(limit, confidence, unit, text):
    assert quantity(limit, None, unit, confidence=confidence).replace(NARROW_SPACE, " ") == text


def test_a_change_to_an_upper_limit_says_so():
    limit = Change.model_validate(CHANGE | {"new": 0.31, "stderr": None, "confidence": 0.95})
    assert change(limit) == "x_amplitude 0.31 → < 0.31 (95 %)"


def test_bare_keeps_the_digits_that_the_uncertainty_allows():
    assert quantity(5.1234567e9, 1200.0, "Hz", bare=True).replace(NARROW_SPACE, " ") == "5.123 456 7 GHz"


@given(
    st.floats(1e-9, 9e11).map(lambda size: float(f"{size:.12g}")),
    st.floats(1e-6, 0.5),
    st.sampled_from(["Hz", "s", "rad"]),
)
def test_what_is_written_reads_back_within_a_tenth_of_the_uncertainty(value, relative, unit):
    stderr = value * relative
    found = re.fullmatch(r"([\d.]+)\((\d+)\) (.?)" + unit, quantity(value, stderr, unit).replace(NARROW_SPACE, ""))
    assert found is not None
    digits, error, prefix = found.groups()
    decimals = len(digits.partition(".")[2])
    assert math.isclose(float(digits) * PREFIX[prefix], value, abs_tol=0.1 * stderr)
    assert math.isclose(int(error) / 10**decimals * PREFIX[prefix], stderr, rel_tol=0.051)


def test_a_change_counts_in_joint_standard_deviations():
    assert sigmas(1.0, 0.3, 2.0, 0.4) == pytest.approx(2.0)
    assert sigmas(1.0, None, 2.0, 0.4) is None
    assert sigmas(1.0, 0.0, 2.0, 0.0) is None


def test_times():
    assert [duration(seconds) for seconds in (0.42, 12, 59.7, 185, 7620)] == [
        "0.4 s",
        "12 s",
        "1 min 00 s",
        "3 min 05 s",
        "2 h 07 min",
    ]
    assert moment(0.0) == "1970-01-01 00:00:00"


def test_foreign_text_cannot_move_the_cursor():
    assert one_line("two\npeaks \x1b[2J\x07here") == "two peaks [2J here"
    assert one_line("abcdef", 4) == "abc…"


def test_a_command_is_ready_for_a_shell():
    assert command("lab", "resume", "night-0001") == "reson resume night-0001"
    assert command("/tmp/my lab", "resume", "x") == "reson --lab '/tmp/my lab' resume x"


@pytest.mark.parametrize(
    ("kind", "arguments", "words", "names"),
    [
        (ActionKind.MEASURE, {"experiment": "rabi"}, "measure rabi", "measure rabi"),
        (ActionKind.WRITE, {"changes": [CHANGE]}, "write x_amplitude 0.31 → 0.351 20(60)", "write x_amplitude"),
        (ActionKind.ROLLBACK, {"changes": [CHANGE | {"old": None}]}, "roll back x_amplitude → 0.351 20(60)", ""),
    ],
)
def test_what_an_approval_permits_is_said_in_one_way(kind, arguments, words, names):
    action = Action(kind=kind, effect=Effect.WRITES, device="d", component="q0", arguments=arguments)
    assert asked(action).replace(NARROW_SPACE, " ") == words
    assert asked(action, values=False).startswith(names)
