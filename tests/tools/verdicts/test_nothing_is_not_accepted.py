"""Data without a signal, and sweeps that cannot carry their result, are never accepted."""

from __future__ import annotations

import numpy as np
import pytest

from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.verdicts.judge import judge

SHOTS = 500
ON_THE_CHIP = [name for name, row in CATALOGUE.items() if not row.gates]


@pytest.fixture(scope="module")
def shapes() -> dict[str, tuple[RawData, dict[str, float]]]:
    """What each experiment brings home from a cold qubit: the sweep is right, the data will be replaced by noise."""
    device = open_simulated(2, 2, {}, 0.0, coupling="line")  # with a neighbour, for those that need one
    design = device.design_controls()["q0"]
    found = {}
    for name in ON_THE_CHIP:
        row = get(name)
        arguments = row.arguments({"shots": SHOTS}, design)
        found[name] = row.acquire(device, {0: arguments})[0], arguments
    return found


def noise(raw: RawData, level: float, seed: int) -> RawData:
    rng, arrays = np.random.default_rng(seed), {}
    number = len(raw.circuits)
    if "counts" in raw.arrays:
        ones = rng.binomial(raw.shots, level, number)
        arrays["counts"] = np.stack([raw.shots - ones, ones], axis=1)
    elif "iq" in raw.arrays:
        arrays["iq"] = rng.normal(size=(number, raw.shots)) + 1j * rng.normal(size=(number, raw.shots)) + 5 * level
    else:
        spread = 1 / np.sqrt(raw.shots)
        arrays["iq_mean"] = rng.normal(0, spread, number) + 1j * rng.normal(0, spread, number) + 5 * level
        arrays["iq_stderr"] = np.full((number, 2), spread)
    return RawData(**{**raw.__dict__, "arrays": arrays})


@pytest.mark.parametrize("name", ON_THE_CHIP)
def test_pure_noise(name: str, shapes: dict[str, tuple[RawData, dict[str, float]]]) -> None:
    raw, arguments = shapes[name]
    row = get(name)
    for seed, level in enumerate((0.02, 0.5, 0.97) * 2):
        checks = row.check(row.analyse(noise(raw, level, seed)), arguments, {})
        assert judge(checks).verdict is Verdict.REJECT, (seed, level)


@pytest.mark.parametrize(
    ("periods", "accepted"), [(0.1, False), (0.2, False), (1.0, True), (1.5, True), (10.5, False), (12.0, False)]
)
def test_rabi_needs_a_quarter_and_at_most_ten_periods(
    periods: float, accepted: bool, shapes: dict[str, tuple[RawData, dict[str, float]]]
) -> None:
    raw, arguments = shapes["rabi"]
    rng = np.random.default_rng(4)
    x = np.array([metadata["xval"] for metadata in raw.circuits])
    wave = -np.cos(2 * np.pi * periods * x / x[-1]) + rng.normal(0, 0.02, len(x))
    arrays = {"iq_mean": wave * np.exp(1j), "iq_stderr": np.full((len(x), 2), 0.02)}
    row = get("rabi")
    checks = row.check(row.analyse(RawData(**{**raw.__dict__, "arrays": arrays})), arguments, {})
    assert (judge(checks).verdict is Verdict.ACCEPT) == accepted
    if not accepted:
        assert judge(checks).verdict is Verdict.REJECT


def test_ramsey_folded_back_by_its_sampling_is_not_accepted() -> None:
    """9 MHz on points 0.1 us apart look like -1 MHz."""
    device = open_simulated(3, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    device.load({"q0": {"drive_frequency": truth.f01, "readout_frequency": ground_frequency(truth)}})
    row, controls = get("readout"), device.controls()["q0"]
    clouds = row.analyse(row.acquire(device, {0: row.arguments({}, controls)})[0]).quantities
    device.load({"q0": {name: clouds[name].value for name in ("readout_angle", "readout_threshold")}})
    row, verdicts = get("ramsey_xy"), []
    for detuning in (1e6, 9e6):
        arguments = row.arguments({"detuning": detuning}, controls)
        checks = row.check(row.analyse(row.acquire(device, {0: arguments})[0]), arguments, {})
        verdicts.append(judge(checks).verdict)
    assert verdicts[0] is not Verdict.REJECT
    assert verdicts[1] is Verdict.REJECT
