"""Resonator spectroscopy on the simulated chip, against its truth."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.records import Status, Verdict
from reson.tools.data import Analysis
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

ROW = get("resonator_spectroscopy")


def measured(device: SimulatedDevice, **given: float) -> tuple[Analysis, Verdict]:
    arguments = ROW.arguments(given, device.controls()["q0"])
    analysis = ROW.analyse(ROW.acquire(device, {0: arguments})[0])
    return analysis, judge(ROW.check(analysis, arguments, {})).verdict


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_cold_chip_shows_its_resonators(seed: int) -> None:
    device = open_simulated(seed, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    analysis, verdict = measured(device)
    found = analysis.quantities
    for name, true in (
        ("resonator_frequency", ground_frequency(truth)),
        ("resonator_linewidth", truth.resonator.kappa),
    ):
        stderr = found[name].stderr
        assert stderr is not None and stderr < 40e3
        assert abs(found[name].value - true) < 4 * stderr
    assert verdict is Verdict.ACCEPT
    assert read_saved_data(analysis).status is Status.SUCCESS
    assert {change.parameter for change in ROW.propose(analysis, device.controls()["q0"])} == set(ROW.calibrates)


def test_a_known_resonator_is_looked_at_closely() -> None:
    device = open_simulated(3, 1, {}, 1.8e9)
    known = device.controls()["q0"] | {"resonator_frequency": 7e9}
    assert ROW.arguments({}, known)["span"] < ROW.arguments({}, device.controls()["q0"])["span"] / 2


def test_a_broken_line_shows_nothing_and_keeps_its_points() -> None:
    device = open_simulated(3, 1, {"q0": "dead_readout_line"}, 1.8e9)
    analysis, verdict = measured(device)
    assert verdict is Verdict.REJECT
    assert read_saved_data(analysis).status is Status.NO_SIGNAL
    assert len(analysis.series[0].x) == 101


def test_a_dip_at_the_edge_is_not_accepted() -> None:
    device = open_simulated(3, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    device.load({"q0": {"readout_frequency": ground_frequency(truth) + 5e6}})
    analysis, verdict = measured(device, span=10e6)
    assert verdict is Verdict.REJECT
    assert read_saved_data(analysis).status is Status.RANGE_TOO_NARROW


def test_a_tone_far_stronger_than_the_readouts_finds_another_frequency_and_is_not_accepted() -> None:
    device = open_simulated(3, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    analysis, verdict = measured(device, amplitude=0.5)
    found = analysis.quantities["resonator_frequency"].value
    assert abs(found - truth.resonator.bare) < abs(found - ground_frequency(truth))
    assert verdict is not Verdict.ACCEPT


def test_the_integrated_dip_is_that_of_a_growing_field() -> None:
    """Against the equation of motion, stepped finely."""
    from reson.tools.experiments.fits.resonator_dip import transmission

    x = np.array([-3.0, -0.4, 0.0, 0.7])
    field, total, step = np.zeros(4, dtype=complex), np.zeros(4, dtype=complex), 1e-4
    for _ in range(10_000):
        slope = np.pi * 1.2 - (np.pi * 1.2 + 2j * np.pi * (0.3 - x)) * field
        total += (field + slope * step / 2) * step
        field = field + slope * step
    expected = 1 - 0.9 * np.exp(0.2j) * total
    assert transmission(x, 0.3, 1.2, 0.9, 0.2, 1.0) == pytest.approx(expected, abs=1e-3)
