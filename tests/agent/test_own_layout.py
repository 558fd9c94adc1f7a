"""A chip whose provider publishes nothing: a circuit is placed by what was measured, and the chip keeps the promise."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest

from reson.agent.measured_device import known_of
from reson.components import Pair, Qubit
from reson.errors import OperatorError
from reson.evals.benches.layout import mirror
from reson.evals.pair_nights import CLOCK
from reson.evals.true_assignment import read_as_one
from reson.evals.true_pair import load_best_cz, true_cz
from reson.evals.truth import true_gate_errors
from reson.evals.tuned_qubits import times, tuned
from reson.tools.devices.placing import best
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated

QUBITS, SHOTS = 4, 4000
BROKEN = Pair(1, 2)


@pytest.fixture(scope="module")
def chip() -> SimulatedDevice:
    device = open_simulated(7, QUBITS, {}, CLOCK, "line", tunable=True)
    device.load(tuned(device))
    for pair in pairwise(range(QUBITS)):
        load_best_cz(device, pair)
    device.load(tuned(device))
    return device


@pytest.fixture(scope="module")
def measured(chip: SimulatedDevice) -> dict[str, dict[str, float]]:
    """As a night finds it, with one pair set aside."""
    transmons, controls = chip.chip.truth_now().transmons, chip.chip.controls
    zero, one = (read_as_one(transmons, controls, [state] * QUBITS) for state in (0, 1))
    found = times(chip)
    for qubit in range(QUBITS):
        pulses = true_gate_errors(chip, qubit)
        found[Qubit(qubit)] |= {
            "error_per_gate": (pulses.x + pulses.sx) / 2,
            "assignment_fidelity": 1 - (zero[qubit] + 1 - one[qubit]) / 2,
        }
    pairs = {Pair(*edge): true_cz(chip, edge) for edge in pairwise(range(QUBITS))}
    return found | {pair: {"cz_error": one.error} for pair, one in pairs.items() if pair != BROKEN}


def test_the_expectation_is_what_the_chip_does(chip: SimulatedDevice, measured: dict[str, dict[str, float]]) -> None:
    told = known_of(chip, measured)
    (placed,) = best(mirror(2), cast("Any", chip.backend.target), told, 1)
    assert sorted(placed.layout) in ([0, 1], [2, 3])
    data: Any = chip.sampler().run([placed.circuit], shots=SHOTS).result()[0].data
    assert data["c"].get_counts()["00"] / SHOTS == pytest.approx(placed.rating.success, abs=0.03)


def test_a_pair_or_a_qubit_that_was_not_measured_is_not_used(
    chip: SimulatedDevice, measured: dict[str, dict[str, float]]
) -> None:
    target: Any = chip.backend.target
    with pytest.raises(OperatorError, match="does not fit"):
        best(mirror(3), target, known_of(chip, measured))
    dead = {name: values for name, values in measured.items() if name != Qubit(0)}
    (placed,) = best(mirror(2), target, known_of(chip, dead), 1)
    assert sorted(placed.layout) == [2, 3]


def test_a_cold_chip_says_so(chip: SimulatedDevice) -> None:
    with pytest.raises(OperatorError, match="publishes nothing"):
        known_of(chip, {})
