"""What a page says of a measurement in one number, and how it writes one."""

from __future__ import annotations

import pytest

from reson.agent.report.words import result, result_name
from reson.records import Quantity
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.quantities import PARAMETERS
from reson.wording import plainly


@pytest.mark.parametrize(
    ("experiment", "name"),
    [
        ("t1", "t1"),
        ("readout", "assignment_fidelity"),
        ("standard_rb", "error_per_gate"),
        ("t2_hahn", "t2_echo"),
        ("rabi", "x_amplitude"),
        ("cz_interleaved_rb", "cz_error"),
        ("of an older Reson", ""),
    ],
)
def test_the_result_of_an_experiment_is_what_health_depends_on_first(experiment, name):
    assert result_name(experiment) == name


def test_every_experiment_that_calibrates_has_a_result():
    assert all(result_name(name) in PARAMETERS for name, row in EXPERIMENTS.items() if row.calibrates)


def test_a_result_begins_with_its_number():
    contrast = Quantity(value=0.9, stderr=0.01, unit="")
    t1 = Quantity(value=68.8e-6, stderr=1.4e-6, unit="s")
    assert result("t1", {"contrast": contrast, "t1": t1}) == "68.8(14) µs T1"
    assert result("t1", {"contrast": contrast}) == "0.900(10) contrast"
    assert result("t1", {}) == ""


@pytest.mark.parametrize(
    ("value", "digits", "unit", "told"),
    [
        (2.399e-4, 3, "", "2.4 × 10⁻⁴"),
        (3.4e-3, 2, "", "3.4 × 10⁻³"),
        (0.0312, 2, "", "0.031"),
        (68.81e-6, 3, "s", "68.8 µs"),
    ],
)
def test_a_number_whose_uncertainty_is_told_elsewhere_is_written_in_one_style(value, digits, unit, told):
    assert plainly(value, digits, unit) == told
