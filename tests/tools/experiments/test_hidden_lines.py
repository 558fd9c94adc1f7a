"""A line far from its guess and a drive with a tenth of its gain are found by widening the span and driving harder."""

from __future__ import annotations

import pytest

from reson.records import Verdict
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .right_controls import find_resonators


@pytest.mark.parametrize(
    ("fault", "search"),
    [("frequency_guess_off", {"span": 120e6, "points": 121}), ("attenuator", {"stronger": 10.0})],
)
def test_found_only_by_the_search(fault: str, search: dict[str, float]) -> None:
    device = open_simulated(11, 1, {"q0": fault}, 1.8e9)
    find_resonators(device)
    row, design = get("qubit_spectroscopy"), device.design_controls()["q0"]
    plain = row.arguments({}, design)
    stronger = {"amplitude": plain["amplitude"] * search["stronger"]} if "stronger" in search else search
    verdicts = []
    for arguments in (plain, row.arguments(stronger, design)):
        analysis = row.analyse(row.acquire(device, {0: arguments})[0])
        verdicts.append(judge(row.check(analysis, arguments, {})).verdict)
        found = analysis.quantities.get("drive_frequency")
    assert verdicts == [Verdict.REJECT, Verdict.ACCEPT]
    assert found is not None
    assert found.value == pytest.approx(device.chip.truth_now().transmons[0].f01, abs=200e3)


def test_a_weak_drive_has_no_pi_pulse_and_no_verdict_says_so() -> None:
    device = open_simulated(11, 1, {"q0": "attenuator"}, 1.8e9)
    device.load({"q0": {"drive_frequency": device.chip.truth_now().transmons[0].f01}})
    row = get("rabi")
    arguments = row.arguments({"max_amplitude": 1.0}, device.design_controls()["q0"])
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    assert judge(row.check(analysis, arguments, {})).verdict is Verdict.REJECT
