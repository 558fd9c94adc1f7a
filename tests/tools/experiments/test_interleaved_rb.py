"""Interleaved benchmarking: the circuits, the bound, the fit, and the error of one gate against the hidden truth."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from reson.components import Qubit
from reson.evals.truth import true_gate_errors
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits import clifford_sequences as cliffords
from reson.tools.experiments.interleaved_rb import systematic_bound
from reson.tools.verdicts.judge import judge

from .tuned import tuned_device


@pytest.mark.parametrize("name", ["x", "sx"])
@pytest.mark.parametrize("target", [0, 1])
def test_sequences_hold_the_gate_and_end_in_their_target(name: str, target: int) -> None:
    gate = cliffords.number_of(name)
    for plain in cliffords.draw(np.random.default_rng(3), [1, 7, 20], 2):
        whole = cliffords.interleaved(plain, gate)
        ended = [*whole, cliffords.recovery(whole, target)]
        circuit = cliffords.CliffordSequences(0, [({}, ended)]).circuits()[0]
        names = [instruction.operation.name for instruction in circuit.data]
        assert circuit.metadata["pulses"] == sum(one in ("x", "sx") for one in names)
        assert names.count(name) >= len(plain)
        circuit.remove_final_measurements()
        assert abs(np.asarray(Operator(circuit).data)[target, 0]) == pytest.approx(1.0)


def test_the_bound_is_that_of_the_paper() -> None:
    """Magesan et al.: with p = p_gate the first expression is (1 - p) / 2."""
    assert systematic_bound(0.999, 0.999) == pytest.approx(0.0005)
    # far apart, the second one is smaller: 3/2 (1-p)/p + 4 sqrt(3 (1-p)) / p
    p = 1 - 1e-4
    assert systematic_bound(p, 0.8) == pytest.approx(1.5 * 1e-4 / p + 4 * np.sqrt(3e-4) / p)


@pytest.fixture(scope="module")
def device() -> SimulatedDevice:
    return tuned_device(11, 2)


@pytest.mark.parametrize("gate", ["x", "sx"])
def test_the_error_of_a_gate(device: SimulatedDevice, gate: str) -> None:
    """On the second qubit X turns 30 mrad too far, which costs X 1.5e-4 and scatters the sequences."""
    row, good = get(f"interleaved_rb_{gate}"), device.controls()
    device.load({"q1": {"x_amplitude": good["q1"]["x_amplitude"] * (1 + 0.03 / np.pi)}})
    arguments = {q: row.arguments({"shots": 1000}, values) for q, values in enumerate(device.controls().values())}
    for q, raw in row.acquire(device, arguments).items():
        analysis = row.analyse(raw)
        judgement = judge(row.check(analysis, arguments[q], {}))
        assert judgement.verdict is not Verdict.REJECT, judgement.reasons
        found, truth = analysis.quantities[f"{gate}_error"], getattr(true_gate_errors(device, q), gate)
        assert found.stderr is not None and found.stderr < (0.06, 0.25)[q] * truth
        assert abs(found.value - truth) < 4 * found.stderr
        assert found.value < truth + analysis.quantities["systematic_bound"].value
    device.load(good)


def test_a_fit_of_noise_keeps_its_points_and_is_rejected() -> None:
    metadata = [
        {"xval": n, "series": name, "interleaved": name == "interleaved", "target": target}
        for target in (0, 1)
        for n in (1, 100, 300)
        for name in ("standard", "interleaved")
    ]
    ones = np.random.default_rng(1).binomial(500, 0.5, len(metadata))
    counts = np.stack([500 - ones, ones], axis=1)
    raw = RawData("interleaved_rb_x", Qubit(0), {}, {}, 500, metadata, {"counts": counts}, 0.0, 1.0)
    row = get("interleaved_rb_x")
    analysis = row.analyse(raw)
    assert [len(part.x) for part in analysis.series] == [3, 3]
    assert judge(row.check(analysis, {"max_length": 300}, {})).verdict is Verdict.REJECT
