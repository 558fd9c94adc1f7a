"""Bad sweeps are refused before anything runs, and the refusal says what is allowed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.experiment import Parameter

ROWS = [(name, parameter) for name, row in CATALOGUE.items() for parameter in row.parameters]
KNOWN = open_simulated(1, 1, {}, 0.0).controls()["q0"]


def refused(name: str, given: dict[str, Any]) -> str:
    with pytest.raises(ToolError) as caught:
        CATALOGUE[name].arguments(given, KNOWN)
    assert caught.value.kind is ToolErrorKind.BAD_ARGUMENTS
    return caught.value.message


@pytest.mark.parametrize(("name", "parameter"), ROWS, ids=lambda value: getattr(value, "name", value))
def test_values_beyond_the_limits_are_refused_with_the_limits(name: str, parameter: Parameter) -> None:
    span = parameter.high - parameter.low
    beyond = [parameter.low - 0.01 * span - 1e-12, parameter.high + 0.01 * span, -math.inf, math.inf, math.nan]
    for value in [*beyond, -(10**400), 10**400]:
        message = refused(name, {parameter.name: value})
        assert parameter.name in message
        assert f"{parameter.low:g} to {parameter.high:g}" in message


@pytest.mark.parametrize(("name", "parameter"), ROWS, ids=lambda value: getattr(value, "name", value))
def test_what_is_no_number_is_refused(name: str, parameter: Parameter) -> None:
    for value in (None, "3", [], [1e-6, 2e-6], True, {"low": 0}, 1j):
        assert f"{parameter.name} must be a number" in refused(name, {parameter.name: value})


@pytest.mark.parametrize("name", CATALOGUE)
def test_sweeps_that_make_no_sense_are_refused(name: str) -> None:
    """A map of lines is none by default: one frequency, no span."""
    row = CATALOGUE[name]
    has = {parameter.name: parameter for parameter in row.parameters}
    assert "shots" in has
    for shots in (0, -100, 1, 1e6, 100.5, 0.0):
        assert "shots" in refused(name, {"shots": shots})
    for counted in {"points", "max_repetitions", "max_length", "samples", "repetitions"} & set(has):
        for number in {0, 1, -5, 1_000_000, 20.5} - {has[counted].default}:
            assert counted in refused(name, {counted: number})
    for swept in (parameter for parameter in has if parameter.startswith(("max_", "span"))):
        for reversed_or_empty in {0, -1e-6, -1.0} - {has[swept].default}:
            assert swept in refused(name, {swept: reversed_or_empty})
    assert "has no parameter delays" in refused(name, {"delays": [1e-6, 2e-6]})


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_widest_sweep_that_is_allowed_is_still_of_a_bearable_size(name: str) -> None:
    """A million circuits never reach a device: at most some thousands at the highest number of everything."""
    row, device = CATALOGUE[name], open_simulated(1, 1, {}, 0.0)
    most = {p.name: p.high for p in row.parameters if p.integer and p.name != "shots"}
    arguments = row.arguments(most | {"shots": 100}, KNOWN)
    assert row.device_seconds(arguments, device) < 3600
