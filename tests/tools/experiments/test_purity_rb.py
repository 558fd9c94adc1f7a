"""Purity benchmarking: its estimators on made-up shots, and its shares of the error against the hidden truth."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Statevector

from reson.components import Qubit
from reson.evals.truth import true_gate_errors
from reson.evals.unitarity import true_unitarities, unitarity
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.devices.simulated.superoperators import from_unitaries
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.purity_rb import AXES, bloch_vectors, purities
from reson.tools.verdicts.judge import judge

from .tuned import tuned_device

STATES = {"x": ("h",), "y": ("h", "s"), "z": ()}


@pytest.mark.parametrize("axis", AXES)
def test_each_axis_and_its_opposite_end_where_they_are_measured(axis: str) -> None:
    for opposite, turn in enumerate(AXES[axis]):
        circuit = QuantumCircuit(1)
        for gate in (*STATES[axis], *turn):
            getattr(circuit, gate)(0)
        assert Statevector(circuit).probabilities()[opposite] == pytest.approx(1.0)


def shots_of(vectors: np.ndarray, contrast: float, offset: float, shots: int, seed: int) -> RawData:
    """Binomial counts of all six directions of Bloch vectors (sequences, 3), seen through a bad readout."""
    rng, metadata, counts = np.random.default_rng(seed), [], []
    for index, vector in enumerate(vectors):
        for axis, value in zip("xyz", vector, strict=True):
            for opposite in (0, 1):
                ones = rng.binomial(shots, 0.5 + offset - (1 - 2 * opposite) * contrast * value / 2)
                metadata.append({"xval": 5, "sequence": index, "axis": axis, "opposite": opposite})
                counts.append([shots - ones, ones])
    return RawData("purity_rb", Qubit(0), {}, {}, shots, metadata, {"counts": np.array(counts)}, 0.0, 1.0)


def test_purity_is_unbiased_and_its_error_honest() -> None:
    """200 shots make a component's square wrong by 0.005: three of them would hide a purity of 0.51."""
    vectors = np.tile([0.1, -0.05, 0.3], (4000, 1))
    found = bloch_vectors(shots_of(vectors, 0.8, 0.03, 200, 1))
    assert found[0].mean(axis=0) == pytest.approx(0.8 * vectors[0], abs=0.004)
    purity, error = purities(*found[:2])
    truth = 0.5 + 0.32 * float(np.sum(vectors[0] ** 2))
    assert purity.mean() == pytest.approx(truth, abs=4 * purity.std() / 4000**0.5)
    assert error.mean() == pytest.approx(purity.std(), rel=0.06)


def test_unitarity_of_unitaries_and_of_a_lossy_channel() -> None:
    turn = np.eye(4, dtype=complex)
    turn[:2, :2] = np.array([[0.6, 0.8], [-0.8, 0.6]])
    rotation = from_unitaries(turn)
    assert unitarity(rotation) == pytest.approx(1.0)
    flip = np.diag([1.0, -1.0, 1.0, 1.0]).astype(complex)
    # dephasing with probability p leaves 1 - 2p of x and y
    dephasing = 0.9 * from_unitaries(np.eye(4, dtype=complex)) + 0.1 * from_unitaries(flip)
    assert unitarity(rotation @ dephasing) == pytest.approx((1 + 2 * 0.8**2) / 3)


def test_the_shares_of_the_error_against_the_truth() -> None:
    """The second qubit's pulses turn too far: a coherent error beside the same decoherence as before."""
    device, row = tuned_device(12, 2), get("purity_rb")
    off = {name: value * 1.012 for name, value in device.controls()["q1"].items() if name.endswith("x_amplitude")}
    device.load({"q1": off})
    arguments = {q: row.arguments({}, values) for q, values in enumerate(device.controls().values())}
    for q, raw in row.acquire(device, arguments).items():
        analysis = row.analyse(raw)
        judgement = judge(row.check(analysis, arguments[q], {}))
        assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
        errors, lengths = true_gate_errors(device, q), true_unitarities(device, q)
        whole = lengths["sx"] ** 0.8 * lengths["x"] ** 0.2
        incoherent = (1 - whole**0.5) / 2
        leakage = 0.8 * errors.leakage_sx + 0.2 * errors.leakage_x
        coherent = 0.8 * errors.sx + 0.2 * errors.x - leakage / 2 - incoherent
        for name, truth in (("unitarity", whole), ("incoherent_error", incoherent), ("coherent_error", coherent)):
            found = analysis.quantities[name]
            assert found.stderr and abs(found.value - truth) < 4.5 * found.stderr, name
        assert analysis.quantities["incoherent_error"].stderr < 0.06 * incoherent
        assert (coherent > 5e-5) == (q == 1)
