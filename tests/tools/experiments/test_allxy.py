"""AllXY against the two-level formulas and against the chip's own populations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reson.records import Verdict
from reson.tools.allxy_pairs import ERRORS, IDEAL, PAIRS, UNITS, populations, syndromes

from .trying import attempt

PULSE = 32e-9


def test_ideal_pulses_make_the_staircase() -> None:
    assert len(PAIRS) == len(IDEAL) == 21
    assert populations(PULSE, 0.0, 0.0, 0.0) == pytest.approx(IDEAL, abs=1e-5)


def test_an_amplitude_error_bends_the_pairs_as_rotations_add_up() -> None:
    """xX and its like turn by 3 pi / 2 (1 + e), xI by pi / 2 (1 + e): P(1) = sin^2 of half of it."""
    error = 0.02
    found = dict(zip(PAIRS, populations(PULSE, error, 0.0, 0.0), strict=True))
    assert found["xX"] == pytest.approx(math.sin(0.75 * math.pi * (1 + error)) ** 2, abs=1e-5)
    assert found["xI"] == pytest.approx(math.sin(0.25 * math.pi * (1 + error)) ** 2, abs=1e-5)
    assert found["XX"] == pytest.approx(math.sin(math.pi * (1 + error)) ** 2, abs=1e-5)


def test_three_patterns_are_independent() -> None:
    patterns = syndromes(PULSE)
    unit = patterns / np.linalg.norm(patterns, axis=0)
    assert np.linalg.svd(unit)[1].min() > 0.3


@pytest.mark.parametrize(
    ("error", "wrong", "detuned", "true"),
    [
        ("amplitude", {"x_amplitude": 1.03, "sx_amplitude": 1.03}, 0.0, 0.03),
        ("amplitude", {"x_amplitude": 0.96, "sx_amplitude": 0.96}, 0.0, -0.04),
        ("detuning", {}, -600e3, 600e3),
        ("detuning", {}, 600e3, -600e3),
        ("drag", {"drag_beta": 2.0}, 0.0, None),
    ],
)
def test_the_error_of_the_chip_s_pulses_is_named(
    error: str, wrong: dict[str, float], detuned: float, true: float | None
) -> None:
    done = attempt("allxy", 5, {"shots": 20_000}, wrong=wrong, detuned=detuned)
    true = done.raw.controls["drag_beta"] / 2 if true is None else true
    found = {name: done.analysis.quantities[f"{name}_error"] for name in ERRORS}
    assert found[error].value == pytest.approx(true, rel=0.2)
    bends = {name: abs(found[name].value) / unit for name, unit in zip(ERRORS, UNITS, strict=True)}
    sizes = dict(zip(ERRORS, np.linalg.norm(syndromes(PULSE), axis=0), strict=True))
    assert max(ERRORS, key=lambda name: bends[name] * sizes[name]) == error
    assert done.verdict is Verdict.ACCEPT, done.reasons


def test_good_pulses_deviate_by_less_than_a_per_cent() -> None:
    done = attempt("allxy", 6, {"shots": 20_000})
    assert done.analysis.quantities["allxy_deviation"].value < 0.01


def test_pulses_a_sixth_too_strong_are_not_those_meant() -> None:
    done = attempt("allxy", 6, wrong={"x_amplitude": 1.17, "sx_amplitude": 1.17})
    assert done.verdict is Verdict.REVIEW
