"""Faulty pairs in closed loop on the chip: each ends with the diagnosis that names its fault, and soon."""

from __future__ import annotations

import pytest

from reson.agent.observation import DiagnosisCode
from reson.evals.pair_nights import CLOCK, PAIR, night
from reson.tools.devices.simulated.device import open_simulated

AT_ONCE = {
    "dead_flux_line": (DiagnosisCode.NO_INTERACTION, 2),
    "attenuated_flux_line": (DiagnosisCode.FLUX_GAIN_OFF, 2),
    "trapped_flux": (DiagnosisCode.FLUX_OFFSET_OFF, 2),
}
"""Fault -> its diagnosis, and the measurements that it takes."""


def test_a_collision_costs_no_shot() -> None:
    found = night(open_simulated(11, 2, {PAIR: "frequency_collision"}, CLOCK, "line", tunable=True))
    assert (found.code, found.attempts) == (DiagnosisCode.PAIR_COLLISION, ())


@pytest.mark.study
@pytest.mark.parametrize("fault", AT_ONCE)
def test_what_no_calibration_mends_is_named_at_once(fault: str) -> None:
    code, measurements = AT_ONCE[fault]
    found = night(open_simulated(11, 2, {PAIR: fault}, CLOCK, "line", tunable=True))
    assert found.code == code
    assert len(found.attempts) == measurements


@pytest.mark.study
@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("", {"done"}),
        ("flux_line_tail", {"done"}),  # measured, and taken away
        ("lossy_coupler", {DiagnosisCode.CZ_ABOVE_LIMIT}),
        ("coupler_defect", {DiagnosisCode.CZ_ABOVE_LIMIT, DiagnosisCode.CONTRAST_LOST, DiagnosisCode.LEAKAGE}),
    ],
)
def test_what_shows_only_in_the_gate_is_named_by_it(fault: str, codes: set[str]) -> None:
    found = night(open_simulated(11, 2, {PAIR: fault} if fault else {}, CLOCK, "line", tunable=True))
    assert found.code in codes
    if found.code == "done":
        assert found.true.error < 1.5 * found.true.limit
