"""The witness of the detuning: right where it must be right, never small where the detuning is large."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reson.components import Qubit
from reson.evals.best_readout import best_readout
from reson.records import Verdict
from reson.tools.data import Analysis, Axis, RawData
from reson.tools.devices.envelope import area, envelope
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments import witness
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits.sequences import Waits
from reson.tools.experiments.drag import beta_of_detuning, design_beta
from reson.tools.verdicts.judge import judge

from .right_controls import right_controls

SHOTS, BASE, AMP = 1500, 0.48, 0.9
WAITS = Waits(open_simulated(22, 1, {}, 1.8e9).backend)
IN_PULSE = 0.591 * 32e-9
"""Seconds of one SX pulse in which a detuning turns the qubit."""


def counted(detuning: float, rng: np.random.Generator) -> RawData:
    """Counts of the two sequences at a detuning in Hz, after one circuit of the experiment beside them."""
    metadata = [{"xval": 1, "series": 1}, *(meta for meta, _ in witness.sequences(WAITS))]
    turns = [2 * math.pi * detuning * (wait + 2 * IN_PULSE) for wait in witness.WAITS]
    p1 = [0.5, *(BASE + AMP / 2 * math.sin(turn) for turn in turns)]
    ones = rng.binomial(SHOTS, p1)
    arrays = {"counts": np.stack([SHOTS - ones, ones], axis=1)}
    return RawData("fine_drag", Qubit(0), {}, {}, SHOTS, metadata, arrays, 0.0, 1.0)


def test_small_detunings_with_honest_errors() -> None:
    rng, pulls = np.random.default_rng(1), []
    for true in np.linspace(-100e3, 100e3, 60):
        found = witness.detuning(counted(true, rng), BASE, AMP)["detuning"]
        assert found.stderr is not None
        pulls.append((found.value - true) / found.stderr)
    assert abs(np.mean(pulls)) < 0.5
    assert 0.7 < np.std(pulls) < 1.3


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_large_detuning_is_never_taken_for_a_small_one(sign: int) -> None:
    """Also where the long wait has turned a whole number of half turns and sees nothing."""
    rng = np.random.default_rng(2)
    for true in np.geomspace(250e3, 5e6, 300):
        found = witness.detuning(counted(sign * true, rng), BASE, AMP)["detuning"]
        assert abs(found.value) > 150e3, true
        assert true > 2e6 or found.value == pytest.approx(sign * true, abs=0.2 * true), true


def test_what_a_pulse_adds_to_the_wait() -> None:
    """The mean of sin(theta) over half a rotation, theta being the angle turned so far."""
    time = np.linspace(0.0, 32e-9, 4001)
    rate = math.pi / 2 / area(32e-9) * envelope(time, 32e-9)
    angle = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)]) * (time[1] - time[0])
    assert np.trapezoid(np.sin(angle), time) == pytest.approx(witness.WITHIN_PULSE * 32e-9, rel=1e-3)


@pytest.mark.parametrize("detuning", [0.4e6, -0.9e6, 1.9e6, -2.1e6, 3e6, -4e6])
def test_a_far_detuned_drive_is_seen_on_the_chip(detuning: float) -> None:
    device = open_simulated(22, 1, {}, 1.8e9)
    truth, controls = right_controls(device)
    device.load({"q0": controls | {"drive_frequency": truth.f01 - detuning}})
    row = get("fine_x_amplitude")
    arguments = row.arguments({}, device.controls()["q0"])
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    assert analysis.quantities["detuning"].value == pytest.approx(detuning, rel=0.25)
    assert judge(row.check(analysis, arguments, {})).verdict is not Verdict.ACCEPT


@pytest.mark.parametrize(("fault", "accepted"), [({}, True), ({"q0": "short_t1"}, False)])
def test_an_angle_that_relaxation_hides_is_not_accepted(fault: dict[str, str], accepted: bool) -> None:
    """With a T1 of 2 us the longest sequence lasts 0.4 T1, and the angle comes out a quarter too small."""
    device = open_simulated(23, 1, fault, 1.8e9)
    truth, controls = right_controls(device)
    device.load({"q0": controls | {"x_amplitude": controls["x_amplitude"] * 1.02}})
    row = get("fine_x_amplitude")
    arguments = row.arguments({"max_repetitions": 25}, device.controls()["q0"])
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    lost = analysis.quantities["loss"]
    assert lost.stderr is not None
    assert lost.value == pytest.approx(-math.expm1(-25 * 32e-9 / truth.t1), abs=4 * lost.stderr)
    assert (judge(row.check(analysis, arguments, {})).verdict is Verdict.ACCEPT) is accepted


def test_data_without_a_witness_fails_the_check() -> None:
    rng = np.random.default_rng(3)
    bare = witness.without(counted(0.0, rng))
    assert len(bare.circuits) == len(bare.arrays["counts"]) == 1
    assert witness.detuning(bare, BASE, AMP) == {}
    axis = Axis(label="x", unit="")
    silent = Analysis(experiment="fine_drag", series=(), x_axis=axis, y_axis=axis, quantities={})
    assert not witness.on_resonance(silent, 1e5).passed


@pytest.mark.parametrize(
    ("name", "detuning", "expected"),
    [("fine_drag", 80e3, Verdict.REVIEW), ("rough_drag", -250e3, Verdict.REJECT)],
)
def test_a_detuned_drive_moves_beta_as_predicted_and_is_not_accepted(
    name: str, detuning: float, expected: Verdict
) -> None:
    """So far off that beta is known worse than to 0.05 ns, it is rejected; the detuning is named either way."""
    device = open_simulated(21, 1, {}, 1.8e9)
    truth = device.chip.truth_now().transmons[0]
    amplitude = math.pi / (truth.gain * area(32e-9))
    controls = {
        "x_amplitude": amplitude,
        "sx_amplitude": amplitude / 2,
        "drag_beta": design_beta(truth.anharmonicity),
        **best_readout(truth),
    }
    row, found, verdicts = get(name), [], []
    for off in (0.0, detuning):
        device.load({"q0": controls | {"drive_frequency": truth.f01 - off}})
        arguments = row.arguments({}, device.controls()["q0"])
        analysis = row.analyse(row.acquire(device, {0: arguments})[0])
        seen = analysis.quantities["detuning"]
        assert seen.value == pytest.approx(off, rel=0.15, abs=20e3)
        found.append(analysis.quantities["drag_beta"])
        verdicts.append(judge(row.check(analysis, arguments, {})))
    alone, beside = (beta.stderr or math.inf for beta in found)
    noise = math.sqrt(2) * alone
    moved = found[1].value - found[0].value
    assert moved == pytest.approx(beta_of_detuning(32e-9) * detuning, rel=0.1, abs=3 * noise)
    assert abs(moved) > 5 * noise
    assert abs(moved) < 3 * beside, "the error counts the detuning that was seen"
    assert [one.verdict for one in verdicts] == [Verdict.ACCEPT, expected]
    assert any(reason.startswith("detuning of the drive") for reason in verdicts[1].reasons)
