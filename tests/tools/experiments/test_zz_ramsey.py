"""ZZ coupling: value and sign against the hidden truth, pairs side by side, and what must not be accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from reson.components import Pair, Qubit, value_name
from reson.errors import ToolError
from reson.evals.verdicts.stage import Stage
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.zz_model import MODEL
from reson.tools.verdicts.judge import judge

ROW = get("zz_ramsey")
ZZ = "q0-q1.zz"
BEST = Stage(frequency=1e3, amplitude=0.001, beta=0.01e-9)


def _device(seed: int, qubits: int = 2) -> SimulatedDevice:
    return replace(BEST, qubits=qubits, coupling="line").left("tests", seed).device


def _measured(device: SimulatedDevice, *qubits: int, **given: float) -> dict[int, tuple[RawData, Analysis, Verdict]]:
    arguments = {}
    for qubit in qubits:
        known = device.controls()[Qubit(qubit)] | {"t2_echo": device.chip.truth_now().transmons[qubit].t2}
        arguments[qubit] = ROW.arguments(given, known)
    found = {}
    for qubit, raw in ROW.acquire(device, arguments).items():
        analysis = ROW.analyse(raw)
        found[qubit] = raw, analysis, judge(ROW.check(analysis, raw.parameters, {})).verdict
    return found


@pytest.mark.parametrize("seed", [2, 7, 9])
def test_value_and_sign(seed: int) -> None:
    """Seed 7 has 17 kHz with a minus, 2 has -59 kHz, 9 has 84 kHz."""
    device = _device(seed)
    truth = device.chip.truth.couplers[0].zz
    (_, analysis, verdict) = _measured(device, 0)[0]
    zz = analysis.quantities[ZZ]
    assert verdict is Verdict.ACCEPT
    assert zz.stderr is not None and zz.stderr < 500
    assert abs(zz.value - truth) < 4 * zz.stderr
    assert [(change.component, change.parameter) for change in ROW.propose(analysis, {})] == [("q0-q1", "zz")]


def test_pairs_side_by_side_and_from_either_end() -> None:
    """q0 with q1 while q3 is measured with q2: a pair has one name, whichever of its qubits is measured."""
    device = _device(9, 4)
    couplers = {one.qubits: one.zz for one in device.chip.truth.couplers}
    found = _measured(device, 0, 3)
    for qubit, pair in ((0, (0, 1)), (3, (2, 3))):
        _, analysis, _ = found[qubit]
        zz = analysis.quantities[value_name(Pair(*pair), "zz")]
        assert zz.stderr is not None and abs(zz.value - couplers[pair]) < 4 * zz.stderr
    second = _measured(device, 1, neighbour=2)[1][1].quantities
    assert abs(second["q1-q2.zz"].value - couplers[1, 2]) < 4 * (second["q1-q2.zz"].stderr or 0)


def test_pairs_that_cannot_be_are_refused() -> None:
    device = _device(9, 3)
    for qubits, given in (((0, 1), {}), ((0,), {"neighbour": 7}), ((0,), {"neighbour": 0})):
        with pytest.raises(ToolError):
            _measured(device, *qubits, **given)
    alone = replace(BEST, qubits=2).left("tests", 9).device
    with pytest.raises(ToolError, match="no neighbour"):
        _measured(alone, 0)


def _with_gain(device: SimulatedDevice, gains: Mapping[int, float]) -> None:
    transmons = [
        replace(one, gain=one.gain * gains.get(place, 1.0)) for place, one in enumerate(device.chip.truth.transmons)
    ]
    device.chip.truth = replace(device.chip.truth, transmons=tuple(transmons))


def test_a_neighbour_that_does_not_flip_is_never_accepted() -> None:
    """Both fringes are then the same, and a clean fit says that there is no coupling."""
    device = _device(2)
    _with_gain(device, {1: 0.0})
    _, analysis, verdict = _measured(device, 0)[0]
    assert verdict is Verdict.REJECT
    assert abs(analysis.quantities[ZZ].value) < 2e3


def test_a_dead_qubit_keeps_its_data_and_is_rejected() -> None:
    device = _device(2)
    _with_gain(device, {0: 0.0})
    raw, analysis, verdict = _measured(device, 0)[0]
    assert verdict is Verdict.REJECT
    assert len(analysis.series[0].x) == raw.parameters["points"]


@pytest.mark.parametrize("given", [{"max_delay": 1e-6}, {"detuning": 15e3}, {"detuning": 3e6}, {"points": 11}])
def test_bad_sweeps_are_not_accepted_wrongly(given: dict[str, float]) -> None:
    device = _device(9)
    truth = device.chip.truth.couplers[0].zz
    _, analysis, verdict = _measured(device, 0, **given)[0]
    if verdict is Verdict.ACCEPT:
        zz = analysis.quantities[ZZ]
        assert abs(zz.value - truth) < max(5 * (zz.stderr or 0), 2e3)


def test_the_model_is_the_average_over_the_jumps_of_the_neighbour() -> None:
    """Against a Monte Carlo of a neighbour that relaxes at random times within the two halves of the delay."""
    zz, rate, freq = 0.05, 0.02, 0.2  # MHz, 1/us
    rng, x = np.random.default_rng(1), np.array([6.0, 14.0, 30.0])
    parameters = {"amp": 0.5, "tau": 1e9, "freq": freq, "zz": zz, "phase": 0.3, "base": 0.5, "loss": rate, "lag": 0.0}
    given = {name: np.array([[value]]) for name, value in parameters.items()}
    for part in (0, 1):
        for delay in x:
            half, number = delay / 2, 400_000
            excited = np.full(number, part)
            phase = np.zeros(number)
            for sign in (1, -1):
                life = np.where(excited == 1, rng.exponential(1 / rate, number), np.inf)
                phase += sign * zz * np.where(excited == 1, np.minimum(life, half), 0.0)
                excited = 1 - np.where((excited == 1) & (life < half), 0, excited)
            expected = 0.5 - 0.5 * np.cos(2 * np.pi * (freq * delay + phase) + 0.3).mean()
            found = MODEL.function(np.array([[delay]]), np.array([[part]]), given)[0, 0]
            assert found == pytest.approx(expected, abs=4e-3)
