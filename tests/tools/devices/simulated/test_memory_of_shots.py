"""Shots that follow each other: against the chain of shots played one after another, and against QuTiP's relaxation."""

import math
from dataclasses import replace

import numpy as np
import pytest
import qutip
from qiskit import QuantumCircuit

from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.gates import Idle
from reson.tools.devices.simulated.memory import remembered
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.superoperators import superoperators, thermal_state
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

START = 1.7e9
REST = 251e-6


@pytest.fixture
def device(calibrate) -> SimulatedDevice:
    device = open_chip(ChipDescription(seed=3, qubits=2, realism=("memory",)), START)
    calibrate(device)
    return device


def _circuits() -> list[QuantumCircuit]:
    circuits = []
    for pulses, wait in ((0, 0.0), (1, 0.0), (1, 60.0), (2, 10.0)):
        circuit = QuantumCircuit(2, 2)
        for _ in range(pulses):
            circuit.x([0, 1])
        circuit.delay(wait, [0, 1], unit="us")
        circuit.measure([0, 1], [0, 1])
        circuits.append(circuit)
    return circuits


def _chain(sequence: np.ndarray, transmon: TransmonTruth, frequency: float) -> np.ndarray:
    """Populations of the fiftieth shot: circuit, collapse onto the levels, rest, and again."""
    rest = superoperators([Idle(round(REST * 1e12))], transmon, frequency)[0]
    end = state = thermal_state(transmon)
    for _ in range(50):
        end = sequence @ state
        collapsed = np.zeros_like(end)
        collapsed[:LEVELS] = end[:LEVELS]
        state = rest @ collapsed
    return end[:LEVELS]


def test_populations_are_those_of_a_long_chain_of_shots(device):
    chip, truth = device.chip, device.chip.truth_now()
    still = {"quasi_static": 0.0, "defects": (), "thermal_population": 0.003}
    quiet = replace(truth, transmons=tuple(replace(one, **still) for one in truth.transmons))
    program = read_circuits(_circuits(), chip.controls)
    for outcome in chip.outcomes(program, quiet):
        for row, found in zip(outcome.circuit.rows, outcome.levels, strict=True):
            transmon, frequency = quiet.transmons[row.qubit], chip.controls[row.qubit]["drive_frequency"]
            whole = np.eye(LEVELS**2)
            for code in row.codes:
                whole = superoperators([program.gates[code][1]], transmon, frequency)[0] @ whole
            assert found == pytest.approx(_chain(whole, transmon, frequency), abs=2e-3)


def test_a_pi_pulse_finds_less_the_longer_t1_is(device):
    """After x: P(1) falls from 1 by what the last shot has left, exp(-rest / T1) / (1 + exp(-rest / T1))."""
    one = replace(device.chip.truth.transmons[0], thermal_population=1e-9)
    for t1 in (20e-6, 100e-6, 250e-6):
        rested, excited = np.eye(LEVELS)[[1]], np.eye(LEVELS)[[0]]
        found = remembered(rested, excited, [replace(one, t1=t1)], REST)[0]
        kept = math.exp(-REST / t1)
        assert found[0] == pytest.approx(kept / (1 + kept))


def test_level_two_comes_back_by_steps(device):
    """What is not in 0 after the rest, by QuTiP for a ladder that relaxes at n / T1."""
    t1 = 120e-6
    lowering = qutip.destroy(LEVELS) / math.sqrt(t1)
    one = replace(device.chip.truth.transmons[0], thermal_population=1e-9, t1=t1)
    for level in (1, 2, 3):
        ended = qutip.mesolve(0 * qutip.num(LEVELS), qutip.basis(LEVELS, level), [0, REST], [lowering]).states[-1]
        left = 1 - ended.diag()[0].real
        rested = np.eye(LEVELS)[[level]]
        # a shot that begins in 1 ends there too: what is left over shows as it is
        found = remembered(rested, rested - np.eye(LEVELS)[[level]] + np.eye(LEVELS)[[0]], [one], REST)[0]
        assert found[0] == pytest.approx(left / (1 + left), rel=1e-3)


def test_a_clean_chip_forgets(calibrate):
    clean = open_chip(ChipDescription(seed=3, qubits=2), START)
    calibrate(clean)
    program = read_circuits(_circuits(), clean.chip.controls)
    truth = clean.chip.truth_now()
    both = zip(clean.chip.outcomes(program, truth), clean.chip.populations(program, truth), strict=True)
    assert all(np.array_equal(one.levels, other) for one, (_, other) in both)
