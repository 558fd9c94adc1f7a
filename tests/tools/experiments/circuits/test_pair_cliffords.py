"""Two-qubit Cliffords in native gates are those of Qiskit Experiments."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector
from qiskit_experiments.library.randomized_benchmarking.clifford_utils import CliffordUtils

from reson.tools.experiments.circuits.pair_cliffords import CLIFFORDS, CliffordRun, cz_number, recovery, turns


def played(cliffords: list[int]) -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    first, second = circuit.qubits
    CliffordRun().sequence({}, cliffords).write(circuit, (first, second))
    return circuit


@pytest.mark.parametrize("number", [0, 1, 17, 368, 2336, 5761, 8999, CLIFFORDS - 1])
def test_a_clifford_is_the_one_of_its_number(number: int) -> None:
    wanted = Operator(CliffordUtils.clifford_2_qubit_circuit(number))
    assert Operator(played([number])).equiv(wanted)


def test_it_takes_one_and_a_half_cz_on_average() -> None:
    drawn = np.random.default_rng(1).integers(CLIFFORDS, size=2000)
    assert np.mean([len(turns(int(number))) - 1 for number in drawn]) == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("target", [0, 1])
def test_a_sequence_ends_where_it_should(target: int) -> None:
    cliffords = np.random.default_rng(2).integers(CLIFFORDS, size=12).tolist()
    whole = [number for one in cliffords for number in (one, cz_number())]
    state = Statevector(played([*whole, recovery(whole, target)]))
    assert state.probabilities()[3 * target] == pytest.approx(1.0)
