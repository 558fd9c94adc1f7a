"""Whatever a digitiser brings home, every experiment gives a verdict, a reading and a picture: never an exception,
never accept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reson.agent.campaign.measuring import with_doubt
from reson.agent.reading import read_saved_data
from reson.records import Status, Verdict
from reson.tools.data import RawData
from reson.tools.devices.local.device import noisy_device
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.verdicts.judge import judge

SHOTS = 200
Shape = tuple[RawData, dict[str, float]]


@pytest.fixture(scope="module")
def shapes() -> Callable[[str], Shape]:
    """What each experiment brings home: the sweep is right, the data will be replaced."""
    chip = open_simulated(2, 2, {}, 0.0, coupling="line")
    pair = noisy_device("aer", "aer", line_of_qubits(2, NoiseOptions()), seed=5)
    made: dict[str, Shape] = {}

    def shape(name: str) -> Shape:
        if name not in made:
            row = get(name)
            device = pair if row.gates else chip
            arguments = row.arguments({"shots": SHOTS}, device.design_controls().get("q0", {}))
            made[name] = row.acquire(device, {0: arguments})[0], arguments
        return made[name]

    return shape


def filled(raw: RawData, value: complex, one: float) -> RawData:
    """IQ at one ``value``; counts with the share ``one`` in the last outcome, the rest in the first."""
    arrays = {}
    for key, array in raw.arrays.items():
        if key == "counts":
            total = array.sum(axis=1)
            arrays[key] = np.zeros_like(array)
            arrays[key][:, -1] = np.round(one * total)
            arrays[key][:, 0] = total - arrays[key][:, -1]
        else:
            arrays[key] = np.zeros_like(array) if key == "iq_stderr" else np.full_like(array, value)
    return replace(raw, arrays=arrays)


def noise(raw: RawData, scale: float, seed: int = 1) -> RawData:
    rng, arrays = np.random.default_rng(seed), {}
    for key, array in raw.arrays.items():
        if key == "counts":
            arrays[key] = rng.multinomial(raw.shots, rng.dirichlet(np.ones(array.shape[1])), len(array))
        elif key == "iq_stderr":
            arrays[key] = np.full(array.shape, scale)
        else:
            arrays[key] = (scale * (rng.normal(size=array.shape) + 1j * rng.normal(size=array.shape))).astype(
                array.dtype
            )
    return replace(raw, arrays=arrays)


def garbage(raw: RawData) -> RawData:
    """Every circuit at a place of its own, without a reason and without noise."""
    rng, arrays = np.random.default_rng(3), {}
    for key, array in raw.arrays.items():
        if key == "counts":
            arrays[key] = np.stack([rng.multinomial(raw.shots, rng.dirichlet(np.ones(array.shape[1]))) for _ in array])
        elif key == "iq_stderr":
            arrays[key] = np.zeros_like(array)
        else:
            arrays[key] = rng.normal(size=(len(array), *(1 for _ in array.shape[1:]))) * np.ones_like(array)
    return replace(raw, arrays=arrays)


STRANGE: dict[str, Callable[[RawData], RawData]] = {
    "zeros": lambda raw: filled(raw, 0.0, 0.0),
    "one constant": lambda raw: filled(raw, 3.25 - 1j, 0.5),
    "all 0": lambda raw: filled(raw, 1.0, 0.0),
    "all 1": lambda raw: filled(raw, -1.0, 1.0),
    "noise": lambda raw: noise(raw, 1.0),
    "huge noise": lambda raw: noise(raw, 1e30),
    "huge constant": lambda raw: filled(raw, 1e38, 1.0),
    "garbage": garbage,
}
CONSTANT = ("zeros", "all 0", "all 1", "huge constant")
"""Also for counts."""


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("name", CATALOGUE)
def test_strange_data_gets_a_verdict(name: str, kind: str, shapes: Callable[[str], Shape]) -> None:
    raw, arguments = shapes(name)
    row, raw = get(name), STRANGE[kind](raw)
    (analysis,) = row.analyses([raw])
    reading = read_saved_data(analysis)
    judgement = with_doubt(judge(row.check(analysis, arguments, {})), reading)
    row.propose(analysis, raw.controls)
    (picture,) = row.pictures([analysis])
    assert judgement.verdict is not Verdict.ACCEPT and reading.status is not Status.SUCCESS
    assert picture.startswith(b"\x89PNG")
    if kind in CONSTANT or (kind == "one constant" and "counts" not in raw.arrays):
        assert judgement.verdict is Verdict.REJECT
        assert any("constant channel" in reason for reason in judgement.reasons)
        assert "constant channel" in reading.reason


def test_one_constant_channel_in_a_batch_leaves_the_others_alone(shapes: Callable[[str], Shape]) -> None:
    for name, row in CATALOGUE.items():
        good, _ = shapes(name)
        alone, *_ = row.analyses([good])
        _, among, _ = row.analyses([STRANGE["zeros"](good), good, STRANGE["huge noise"](good)])
        assert among.quantities.keys() == alone.quantities.keys(), name
