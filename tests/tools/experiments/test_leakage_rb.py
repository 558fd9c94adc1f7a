"""Leakage benchmarking: the fit on made-up populations, the populations from shots, and the chip's leakage."""

from __future__ import annotations

import numpy as np
import pytest

from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.stage import Stage
from reson.records import Verdict
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.leakage_fit import fit_leakage
from reson.tools.experiments.leakage_rb import level_two
from reson.tools.verdicts.judge import judge

LENGTHS = np.array([1.0, 250, 600, 1200, 2100, 3000])


def populations(leakage: float, seepage: float, offset: float) -> np.ndarray:
    """By repeating one Clifford after the other: what leaks, and what comes back of it."""
    level, found = 0.0, []
    for n in range(int(LENGTHS[-1]) + 1):
        if n in LENGTHS:
            found.append(offset + level)
        level += leakage * (1 - level) - seepage * level
    return np.array(found)


@pytest.mark.parametrize("leakage", [0.0, 5e-6, 1e-4, 2e-3])
@pytest.mark.parametrize("t1_known", [True, False])
def test_the_fit_is_right_and_its_error_honest(leakage: float, t1_known: bool) -> None:
    """Coherent leakage of this size brings twice as much back; relaxation adds 6e-4."""
    truth, error = populations(leakage, 6e-4 + 2 * leakage, 0.002), np.full(len(LENGTHS), 1e-3)
    pulls = []
    for seed in range(60):
        noisy = truth + np.random.default_rng(seed).normal(0, error)
        # the expectation is itself known to a fifth, or not at all
        expected = 6e-4 * np.exp(np.random.default_rng(900 + seed).normal(0, 0.2))
        found = fit_leakage(LENGTHS, noisy, error, expected, t1_known)
        assert found is not None
        pulls.append((found.leakage[0] - leakage) / found.leakage[1])
    assert abs(np.mean(pulls)) < 0.6
    assert 0.5 < np.std(pulls) < 1.3


def test_assignment_errors_are_taken_out_of_the_populations() -> None:
    centres, shots = np.array([0.0, 3.0 + 1j, 4.0 - 3j]), 200_000
    rng = np.random.default_rng(1)

    def cloud(levels: np.ndarray) -> np.ndarray:
        return centres[levels] + rng.normal(size=len(levels)) + 1j * rng.normal(size=len(levels))

    references = np.array([cloud(np.full(shots, level)) for level in range(3)])
    nearest = np.argmin(np.abs(references[:, :, None] - centres), axis=2)
    assigned = np.array([[np.mean(row == level) for level in range(3)] for row in nearest])
    truth = np.array([0.55, 0.42, 0.03])
    found, error = level_two(cloud(rng.choice(3, shots, p=truth))[None], centres, assigned)
    assert abs(found[0] - 0.03) < 4 * np.hypot(error[0], 1e-3)
    few = np.array([cloud(rng.choice(3, 500, p=truth)) for _ in range(300)])
    found, error = level_two(few, centres, assigned)
    assert np.std(found) == pytest.approx(error.mean(), rel=0.12)


def three_state_device(seed: int) -> SimulatedDevice:
    return Stage(0.0, 0.0, 0.0, anharmonicity=0.0, lift=0.0).left("tests", seed).device


@pytest.mark.parametrize("stronger", [1.0, 2.4])
def test_leakage_against_the_truth(stronger: float) -> None:
    """Pulses of 13 ns leak far more than those of 32 ns."""
    device = three_state_device(7)
    controls = device.controls()["q0"]
    scaled = {name: stronger * controls[name] for name in ("x_amplitude", "sx_amplitude", "ef_amplitude")}
    device.load({"q0": scaled | {"pulse_duration": controls["pulse_duration"] / stronger}})
    row = get("leakage_rb")
    known = device.controls()["q0"] | {"t1": device.chip.truth_now().transmons[0].t1}
    arguments = row.arguments({}, known)
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    judgement = judge(row.check(analysis, arguments, {}))
    errors = true_gate_errors(device, 0)
    truth = 0.8 * errors.leakage_sx + 0.2 * errors.leakage_x
    found = analysis.quantities["leakage_per_gate"]
    assert found.stderr and abs(found.value - truth) < 4.5 * found.stderr
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert (truth > 1.5e-5) == (stronger > 1)


def test_without_a_drive_nothing_is_accepted() -> None:
    device, row = three_state_device(7), get("leakage_rb")
    device.load({"q0": {"x_amplitude": 0.0, "sx_amplitude": 0.0, "ef_amplitude": 0.0}})
    arguments = row.arguments({"max_length": 200, "shots": 500}, device.controls()["q0"])
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    assert analysis.series[0].x
    assert judge(row.check(analysis, arguments, {})).verdict is Verdict.REJECT
