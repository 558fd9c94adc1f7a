"""What the experiments find on a cold chip, against the chip's hidden truth at the time of each measurement."""

from __future__ import annotations

import numpy as np
import pytest

from reson.evals.best_readout import readout_controls, separations
from reson.evals.truth import true_gate_errors
from reson.records import Quantity, Verdict
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.ring_up import Tone

from .conftest import DEAD, HEALTHY, ORDER, Bench

pytestmark = pytest.mark.parametrize("qubit", HEALTHY)


def near(quantity: Quantity, truth: float, systematic: float = 0.0, sigmas: float = 4.5) -> bool:
    assert quantity.stderr is not None
    return abs(quantity.value - truth) <= sigmas * float(np.hypot(quantity.stderr, systematic))


def test_every_step_is_accepted(bench: Bench, qubit: int) -> None:
    verdicts = [(name, measured[qubit].judgement) for name, measured in bench.steps]
    assert [name for name, _ in verdicts] == list(ORDER)
    assert [(name, judgement.reasons) for name, judgement in verdicts if judgement.verdict is not Verdict.ACCEPT] == []


def test_spectroscopy_finds_the_frequency(bench: Bench, qubit: int) -> None:
    found = bench.last("qubit_spectroscopy", qubit)
    assert near(found.analysis.quantities["drive_frequency"], found.truth.f01, systematic=20e3)


def test_rabi_finds_the_pi_amplitude(bench: Bench, qubit: int) -> None:
    found = bench.last("rabi", qubit)
    truth = np.pi / (found.truth.gain * area(32e-9))
    # at full scale the third level pulls the oscillation by some per cent
    assert found.analysis.quantities["x_amplitude"].value == pytest.approx(truth, rel=0.03)
    assert found.analysis.quantities["sx_amplitude"].value == pytest.approx(truth / 2, rel=0.03)


def test_ramsey_finds_the_frequency_with_its_sign(bench: Bench, qubit: int) -> None:
    coarse, fine = (measured[qubit] for name, measured in bench.steps if name == "ramsey_xy")
    assert near(coarse.analysis.quantities["drive_frequency"], coarse.truth.f01, systematic=500.0)
    # the frequency moves by some 300 Hz while the measurement runs
    assert near(fine.analysis.quantities["drive_frequency"], fine.truth.f01, systematic=400.0)
    # within so short a window a slow beat looks like decay, and then no T2* is told at all
    star = fine.analysis.quantities.get("t2_star")
    assert star is None or near(star, fine.truth.t2_star, systematic=0.04 * fine.truth.t2)


def test_decay_times(bench: Bench, qubit: int) -> None:
    t1, t2 = bench.last("t1", qubit), bench.last("t2_hahn", qubit)
    assert near(t1.analysis.quantities["t1"], t1.truth.t1, systematic=0.02 * t1.truth.t1)
    assert near(t2.analysis.quantities["t2_echo"], t2.truth.t2, systematic=0.02 * t2.truth.t2)


def test_readout_angle_and_separation(bench: Bench, qubit: int) -> None:
    found = bench.last("readout", qubit)
    controls = found.raw.controls
    tone = Tone(controls["readout_frequency"], controls["readout_amplitude"])
    angle = found.analysis.quantities["readout_angle"]
    assert near(angle, readout_controls(found.truth, *tone)["readout_angle"], systematic=0.01)
    # decay during the readout pulls the excited cloud a little towards the ground state's
    (separation,) = separations(found.truth, [tone])
    assert found.analysis.quantities["separation"].value == pytest.approx(separation, rel=0.05)


def test_calibrated_pulses_are_near_the_coherence_limit(bench: Bench, qubit: int) -> None:
    errors = true_gate_errors(bench.device, qubit)
    assert errors.x <= 1.15 * errors.coherence_limit
    assert errors.sx <= 1.15 * errors.coherence_limit


def test_benchmarking_measures_the_true_error(bench: Bench, qubit: int) -> None:
    error = bench.last("standard_rb", qubit).analysis.quantities["error_per_gate"]
    truth = true_gate_errors(bench.device, qubit)
    # of 24 Cliffords 16 take an SX, 4 an X
    assert near(error, 0.8 * truth.sx + 0.2 * truth.x, systematic=0.01 * truth.sx)
    assert error.stderr is not None and error.stderr < 0.05 * error.value


@pytest.mark.parametrize("name", ["fine_x_amplitude", "fine_sx_amplitude", "fine_drag"])
def test_a_correction_leaves_nothing_to_correct(bench: Bench, qubit: int, name: str) -> None:
    quantity = {"fine_drag": "phase_error"}.get(name, f"{name.split('_')[1]}_angle_error")
    error = bench.measure(name)[qubit].analysis.quantities[quantity]
    assert near(error, 0.0, systematic=0.7e-3)


def test_clock_advances_as_predicted(bench: Bench, qubit: int) -> None:
    for name, measured in bench.steps:
        elapsed = measured[qubit].raw.ended - measured[qubit].raw.started
        # the job lasts as long as its slowest qubit asks
        predicted = max(one.predicted_seconds for one in measured.values())
        assert elapsed == pytest.approx(predicted, rel=0.1), name


def test_nothing_on_a_dead_qubit_is_accepted(bench: Bench, qubit: int) -> None:
    verdicts = [(name, measured[DEAD].judgement.verdict) for name, measured in bench.steps]
    assert verdicts[0] == ("resonator_spectroscopy", Verdict.ACCEPT), "its resonator is sound"
    assert {verdict for _, verdict in verdicts[1:]} == {Verdict.REJECT}
