"""Errors of gates over what coherence allows."""

from __future__ import annotations

import math

import pytest

from reson.agent.report.chip import above_limit, limit_of, over_limit
from reson.tools.store.parameters import ParameterRow, Table


def row(component: str, parameter: str, value: float, stderr: float = 0.0, measured: bool = True) -> ParameterRow:
    return ParameterRow(
        id=f"{component}-{parameter}",
        sequence=1,
        device="chip",
        component=component,
        parameter=parameter,
        value=value,
        stderr=stderr,
        unit="",
        valid_from=0.0,
        recorded_wall=0.0,
        superseded_by=None,
        measurement_id="m" if measured else None,
        verdict=None,
        author="night",
        reason="",
        approval_id=None,
    )


def chip() -> Table:
    values = {
        "q0": {"t1": 80e-6, "t2_echo": 100e-6},
        "q1": {"t1": 60e-6, "t2_echo": 40e-6},
        "q0-q1": {"cz_error": 2e-3},
    }
    table: Table = {
        name: {key: row(name, key, one, 0.1 * one) for key, one in of.items()} for name, of in values.items()
    }
    table["q0-q1"]["cz_duration"] = row("q0-q1", "cz_duration", 60e-9, measured=False)
    return table


def test_a_cz_is_compared_with_what_its_qubits_and_a_usual_coupler_allow() -> None:
    table = chip()
    expected = 60e-9 * (1 / 400e-6 + 2 / 500e-6 + 1 / 300e-6 + 2 / 200e-6 + 4 / 5 * 0.1 / 30e-6)
    found = over_limit(table["q0-q1"], limit_of("q0-q1", table))
    assert found is not None and found.value == pytest.approx(2e-3 / expected)
    assert found.stderr == pytest.approx(found.value * math.hypot(0.1, 0.1))
    above = above_limit(table["q0-q1"], limit_of("q0-q1", table))
    assert above is not None and above.value == pytest.approx(2e-3 - expected)
    assert above.stderr == pytest.approx(math.hypot(0.1 * 2e-3, 0.1 * expected))


@pytest.mark.parametrize("missing", [("q0", "t1"), ("q1", "t2_echo"), ("q0-q1", "cz_error")])
def test_nothing_is_said_where_a_value_was_not_measured(missing: tuple[str, str]) -> None:
    table = chip()
    component, parameter = missing
    table[component][parameter] = row(component, parameter, 1e-5, measured=False)
    over = over_limit({k: one for k, one in table["q0-q1"].items() if one.measurement_id}, limit_of("q0-q1", table))
    assert over is None
    measured = {name: one for name, one in table["q0-q1"].items() if one.measurement_id}
    assert above_limit(measured, limit_of("q0-q1", table)) is None
