"""Correlated readout error: its patterns, its estimator on made-up counts, and the chip's crosstalk."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.errors import ToolError
from reson.evals.true_assignment import largest_crosstalk
from reson.records import Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.correlated_readout_error import design, influence, largest_influence, unexplained
from reson.tools.verdicts.judge import judge

from .tuned import tuned_device

SHOTS = 1000


@pytest.mark.parametrize(("number", "qubits"), [(16, 4), (64, 16), (512, 127)])
def test_any_three_states_meet_equally_often_and_in_each_half(number: int, qubits: int) -> None:
    states, halves = design(number, qubits)
    rng = np.random.default_rng(number)
    for _ in range(200):
        three = rng.choice(qubits, 3, replace=False)
        for columns in (states[:, three], np.column_stack([states[:, three[:2]], halves])):
            _, counts = np.unique(columns, axis=0, return_counts=True)
            assert counts.tolist() == [number // 8] * 8


def shots_of(effects: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """P(1), its error, own state, states of the others, halves; ``effects`` (own state, others)."""
    states, halves = design(64, 1 + effects.shape[1])
    own, others = states[:, 0], states[:, 1:]
    truth = 0.03 + 0.94 * own + np.einsum("po,po->p", effects[own], others - 0.5)
    p1 = np.random.default_rng(seed).binomial(SHOTS, truth) / SHOTS
    return p1, np.sqrt(truth * (1 - truth) / SHOTS), own, others, halves


@pytest.mark.parametrize("size", [0.0, 0.015, 0.03])
def test_the_largest_influence_is_found_without_bias(size: float) -> None:
    """Among 30 possible ones; the largest of 30 noisy zeros would be about 0.006."""
    effects = np.zeros((2, 15))
    effects[1, 6] = -size
    found = [largest_influence(*shots_of(effects, seed)) for seed in range(150)]
    values, errors = np.array([[one.value, one.stderr or 0.0] for one in found]).T
    assert values.mean() == pytest.approx(size, abs=3.5 * errors.mean() / 150**0.5)
    assert np.std((values - size) / errors) == pytest.approx(1.0, abs=0.25)


def test_every_influence_by_itself() -> None:
    effects = np.random.default_rng(5).normal(0, 0.005, (2, 7))
    p1, error, own, others, _ = shots_of(effects, 1)
    found, spread = influence(p1, error, own, others, np.ones(64, dtype=bool))
    assert np.abs((found - effects) / spread).max() < 4


def test_two_qubits_that_act_together_are_not_explained() -> None:
    p1, _, own, others, _ = shots_of(np.zeros((2, 5)), 1)
    assert unexplained(p1, own, others, SHOTS) < 4
    assert unexplained(p1 + 0.02 * (others[:, 1] ^ others[:, 4]), own, others, SHOTS) > 6


def test_crosstalk_of_the_chip() -> None:
    device, row = tuned_device(31, 3), get("correlated_readout_error")
    truth, controls = device.chip.truth_now().transmons, [device.controls()[Qubit(q)] for q in range(3)]
    arguments = {q: row.arguments({"shots": 2000}, {}) for q in range(3)}
    for q, raw in row.acquire(device, arguments).items():
        analysis = row.analyse(raw)
        judgement = judge(row.check(analysis, arguments[q], {}))
        assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
        found = analysis.quantities["readout_crosstalk"]
        assert found.stderr and abs(found.value - largest_crosstalk(truth, controls, q)) < 4.5 * found.stderr


def test_a_qubit_asked_alone_is_read_with_those_beside_it() -> None:
    device, row = tuned_device(31, 3), get("correlated_readout_error")
    raws = row.acquire(device, {1: row.arguments({"patterns": 16, "shots": 100}, {})})
    assert list(raws) == [1]
    assert list(raws[1].circuits[0]["others"]) == ["0", "2"]


def test_one_qubit_alone_and_too_few_patterns() -> None:
    row = get("correlated_readout_error")
    alone = row.analyse(row.acquire(tuned_device(31, 1), {0: row.arguments({"shots": 100}, {})})[0])
    assert alone.error is not None
    assert judge(row.check(alone, {}, {})).verdict is Verdict.REJECT
    device = tuned_device(31, 6)
    with pytest.raises(ToolError, match="patterns = 24"):
        row.acquire(device, {q: row.arguments({"patterns": 16}, {}) for q in range(6)})
