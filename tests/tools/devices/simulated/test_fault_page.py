"""The page of faults is the catalogue's, and the catalogue says all that a person needs."""

from pathlib import Path

import pytest

from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.tools.devices.simulated.fault_page import described, faults_page

PAGE = Path(__file__).parents[4] / "docs" / "faults.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == faults_page(), "run `make docs`"


@pytest.mark.parametrize("name", KINDS)
def test_a_row_is_complete(name: str):
    kind = KINDS[name]
    assert kind.looks.endswith(".") and kind.remedy.endswith(".")
    for parameter in kind.parameters.values():
        assert parameter.low <= parameter.default <= parameter.high


def test_values_carry_their_prefix():
    assert described(KINDS["oscillator_off"].parameters["offset"]).endswith("40 MHz; -500 MHz to 500 MHz")
    assert described(KINDS["short_t1"].parameters["t1"]).endswith("2 µs; 200 ns to 1 ms")
