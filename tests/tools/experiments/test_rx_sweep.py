"""The sweep of a fractional RX gate: its angle's scale on qubits that turn right and on qubits that turn too far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reson.agent.reading.reader import read_saved_data
from reson.records import Status, Verdict
from reson.tools.data import RawData
from reson.tools.devices.order import DeviceOrder
from reson.tools.devices.registry import open_device
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments import rx_sweep
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.possible import why_not
from reson.tools.verdicts.judge import judge

ROW = get(rx_sweep.NAME)


def fake(name: str) -> Any:
    return open_device(DeviceOrder(kind="fake", name=name, directory=Path(), clock=0.0))


@pytest.fixture(scope="module")
def measured() -> RawData:
    arguments = ROW.arguments({}, {})
    return ROW.acquire(fake("fractional"), {0: arguments})[0]


def turning(raw: RawData, scale: float, seed: int, contrast: float = 0.45, **changed: float) -> RawData:
    """The same sweep on a qubit whose gates turn ``scale`` times too far, with shot noise."""
    parameters = raw.parameters | changed
    angles = np.array([metadata["xval"] for metadata in raw.circuits]) * parameters["max_angle"] / np.pi
    p1 = 0.5 - contrast * np.cos(scale * parameters["repetitions"] * angles)
    ones = np.random.default_rng(seed).binomial(raw.shots, p1)
    circuits = [{"xval": float(angle)} for angle in angles]
    arrays = {"counts": np.stack([raw.shots - ones, ones], axis=1)}
    return replace(raw, parameters=parameters, circuits=circuits, arrays=arrays)


def test_a_gate_without_a_coherent_error_turns_as_it_says(measured: RawData) -> None:
    analysis = ROW.analyse(measured)
    error = analysis.quantities["angle_scale_error"]
    assert error.stderr is not None
    assert error.stderr < 3e-3
    assert abs(error.value) < 4 * error.stderr
    assert judge(ROW.check(analysis, measured.parameters, {})).verdict is Verdict.ACCEPT
    assert read_saved_data(analysis).status is Status.SUCCESS


def test_what_turns_too_far_is_measured_with_honest_errors(measured: RawData) -> None:
    pulls = []
    for seed, true in enumerate(np.linspace(-0.08, 0.08, 60)):
        analysis = ROW.analyse(turning(measured, 1 + true, seed))
        error = analysis.quantities["angle_scale_error"]
        assert error.stderr is not None
        pulls.append((error.value - true) / error.stderr)
    assert 0.75 < np.std(pulls) < 1.25
    assert max(map(abs, pulls)) < 4


def test_a_scale_so_wrong_that_the_last_angle_slips_is_not_accepted(measured: RawData) -> None:
    for seed, scale in enumerate((0.5, 0.6, 1.4, 1.6, 2.5)):
        raw = turning(measured, scale, seed)
        assert judge(ROW.check(ROW.analyse(raw), raw.parameters, {})).verdict is Verdict.REJECT, scale


@pytest.mark.parametrize("level", [0.02, 0.5, 0.97])
def test_noise_is_rejected(level: float, measured: RawData) -> None:
    for seed in range(6):
        ones = np.random.default_rng(seed).binomial(measured.shots, level, len(measured.circuits))
        raw = replace(measured, arrays={"counts": np.stack([measured.shots - ones, ones], axis=1)})
        analysis = ROW.analyse(raw)
        assert judge(ROW.check(analysis, raw.parameters, {})).verdict is Verdict.REJECT
        assert read_saved_data(analysis).status is not Status.SUCCESS


def test_a_short_sweep_is_not_read_as_good(measured: RawData) -> None:
    raw = turning(measured, 1.0, 3, max_angle=0.4)
    assert read_saved_data(ROW.analyse(raw)).status is Status.RANGE_TOO_NARROW


def test_devices_without_the_gate_say_so() -> None:
    assert why_not(ROW, fake("fractional")) is None
    for device in (fake("torino"), open_simulated(1, 1, {}, 0.0)):
        assert why_not(ROW, device) == "the device has no `rx` gate"
