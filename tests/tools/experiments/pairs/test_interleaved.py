"""Interleaved benchmarking of a CZ: decays of known rates give back the gate's error, and the limit is Lindblad's."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Pair
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.experiments.cz_interleaved_rb import EXPERIMENT, _lengths, qubits_limit
from reson.tools.verdicts.judge import judge


def decays(cz_error: float, clifford_error: float, seed: int) -> RawData:
    rng, circuits, counts = np.random.default_rng(seed), [], []
    for sample in range(16):
        for length in _lengths(240.0):
            for series, error in (("standard", 0.0), ("interleaved", cz_error)):
                rate = (1 - 4 / 3 * clifford_error) * (1 - 4 / 3 * error)
                survival, target = 0.25 + 0.7 * rate**length, sample % 2
                shares = np.full(4, (1 - survival) / 3)
                shares[3 * target] = survival
                counts.append(rng.multinomial(400, shares))
                interleaved = series == "interleaved"
                circuits.append({"xval": length, "series": series, "interleaved": interleaved, "target": target})
    parameters = {"max_length": 240.0, "limit": 0.0}
    arrays = {"counts": np.array(counts)}
    return RawData("cz_interleaved_rb", Pair(0, 1), parameters, {}, 400, circuits, arrays, 0.0, 20.0)


@pytest.mark.parametrize("error", [1e-3, 5e-3])
def test_the_error_of_the_gate_comes_back(error: float) -> None:
    pulls = []
    for seed in range(4):
        raw = decays(error, 2.5e-3, seed)
        analysis = EXPERIMENT.analyse(raw)
        assert judge(EXPERIMENT.check(analysis, raw.parameters, {})).verdict is Verdict.ACCEPT
        found = analysis.quantities["cz_error"]
        pulls.append((found.value - error) / (found.stderr or np.nan))
    assert np.abs(pulls).max() < 3.5


def test_the_limit_is_that_of_both_qubits_and_asks_for_their_times() -> None:
    one, other = {"t1": 90e-6, "t2_echo": 80e-6}, {"t1": 60e-6, "t2_echo": 50e-6}
    expected = 60e-9 * (1 / 450e-6 + 2 / 400e-6 + 1 / 300e-6 + 2 / 250e-6)
    assert qubits_limit(60e-9, one, other) == pytest.approx(expected)
    assert qubits_limit(60e-9, one, {"t1": 60e-6}) is None
