"""Resonator spectroscopy on the simulated chip, against its truth."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.records import CheckCode, Status, Verdict
from reson.tools.data import Analysis, Past, RawData
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

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


def test_only_a_sweep_over_the_old_place_is_held_against_it() -> None:
    device = open_simulated(4, 1, {}, 1.8e9)
    arguments = ROW.arguments({}, device.controls()["q0"])
    analysis = ROW.analyse(ROW.acquire(device, {0: arguments})[0])
    known = {
        "resonator_frequency": Past(value=analysis.quantities["resonator_frequency"].value + 20e6, stderr=1e3, age=1.0)
    }
    there = analysis.series[0].model_copy(update={"x": tuple(x + 40e6 for x in analysis.series[0].x)})
    elsewhere = analysis.model_copy(update={"series": (there,)})
    failed = [
        {check.code for check in ROW.check(one, arguments, known) if not check.passed} for one in (analysis, elsewhere)
    ]
    assert CheckCode.JUMP in failed[0] - failed[1]


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


def test_a_linewidth_that_is_hardly_known_is_not_written_and_asks_nobody() -> None:
    """It only chooses how wide later sweeps are; the frequency of a narrow dip in few steps is known all the same."""
    x, without = np.linspace(-15e6, 15e6, 101), 0
    controls = {**CONTROLS, "readout_frequency": 7e9, "readout_amplitude": 0.2}
    given = {"span": 30e6, "points": 101.0, "shots": 200.0, "amplitude": 0.2}
    for seed in range(12):
        noise = 0.035 * np.random.default_rng(seed).standard_normal((101, 2)).view(complex)[:, 0]
        arrays = {"iq_mean": 1 - 0.6 / (1 + 2j * (x - 2e6) / 0.6e6) + noise, "iq_stderr": np.full((101, 2), 0.035)}
        circuits = [{"xval": float(one), "readout_time": 2e-6} for one in x]
        raw = RawData("resonator_spectroscopy", Qubit(0), given, controls, 200, circuits, arrays, 0.0, 1.0)
        analysis = ROW.analyse(raw)
        if judge(ROW.check(analysis, given, {})).verdict is not Verdict.ACCEPT:
            continue
        found = {one.parameter: one for one in ROW.propose(analysis, controls)}
        place, width = found["resonator_frequency"], analysis.quantities["resonator_linewidth"]
        assert place.stderr and abs(place.new - 7.002e9) < 4 * place.stderr
        known = (width.stderr or np.inf) <= 0.25 * width.value
        assert ("resonator_linewidth" in found) == known
        without += not known
    assert without
