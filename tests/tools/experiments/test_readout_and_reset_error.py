"""Readout error and reset against the hidden truth, and what must not be accepted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reson.components import Qubit
from reson.evals.true_assignment import read_as_one
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .tuned import tuned_device


@pytest.fixture(scope="module")
def device() -> SimulatedDevice:
    return tuned_device(21, 3)


def measure(device: SimulatedDevice, name: str, qubit: int, **given: float) -> tuple[Analysis, Verdict]:
    row = get(name)
    arguments = row.arguments(given, device.controls()[Qubit(qubit)])
    analysis = row.analyse(row.acquire(device, {qubit: arguments})[qubit])
    return analysis, judge(row.check(analysis, arguments, {})).verdict


@pytest.mark.parametrize("qubit", range(3))
def test_readout_errors_against_the_truth(device: SimulatedDevice, qubit: int) -> None:
    truth, controls = [device.chip.truth_now().transmons[qubit]], [device.controls()[Qubit(qubit)]]
    analysis, verdict = measure(device, "readout_error", qubit, shots=20_000)
    assert verdict is Verdict.ACCEPT
    for name, expected in (
        ("p1_given_0", read_as_one(truth, controls, [0])[0]),
        ("p0_given_1", 1 - read_as_one(truth, controls, [1])[0]),
    ):
        found = analysis.quantities[name]
        # an X pulse with a gate error of some 1e-4 prepares the 1
        assert found.stderr and abs(found.value - expected) < 4 * np.hypot(found.stderr, 5e-4)


def test_a_pulse_that_misses_is_not_taken_for_the_readout(device: SimulatedDevice) -> None:
    """A tenth too weak, three pulses miss by 0.94 rad: a fifth of the shots."""
    good = device.controls()
    device.load({"q0": {"x_amplitude": 0.9 * good["q0"]["x_amplitude"]}})
    assert measure(device, "readout_error", 0)[1] is not Verdict.ACCEPT
    device.load({"q0": {"x_amplitude": 0.0}})
    assert measure(device, "readout_error", 0)[1] is Verdict.REJECT
    assert measure(device, "reset_error", 0)[1] is Verdict.REJECT
    device.load(good)


@pytest.mark.parametrize("qubit", range(3))
def test_reset_error_against_the_truth(device: SimulatedDevice, qubit: int) -> None:
    truth = device.chip.truth_now().transmons[qubit]
    analysis, verdict = measure(device, "reset_error", qubit)
    assert verdict is Verdict.ACCEPT
    for name in ("reset_error", "reset_error_from_0", "reset_error_twice"):
        found = analysis.quantities[name]
        assert found.stderr and abs(found.value - truth.reset_error) < 4 * found.stderr, name


def test_a_reset_that_does_nothing_is_not_accepted(device: SimulatedDevice) -> None:
    """What was measured without a reset, handed in as if there had been one."""
    row = get("reset_error")
    raw = row.acquire(device, {0: row.arguments({}, {})})[0]
    counts = raw.arrays["counts"].copy()
    counts[3] = counts[1]
    spoilt: RawData = replace(raw, arrays={"counts": counts})
    analysis = row.analyse(spoilt)
    assert analysis.quantities["reset_error"].value == pytest.approx(1.0)
    assert judge(row.check(analysis, raw.parameters, {})).verdict is not Verdict.ACCEPT
