"""Layer fidelity and purity of qubits that misread a quarter to a third of the shots, from known decays."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Pair, Qubit, value_name
from reson.records import GOOD, Verdict
from reson.tools.data import Past, RawData
from reson.tools.experiments import layer_fidelity, purity_rb
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits.layer_circuits import ENDS
from reson.tools.experiments.heights import READOUT_CONTRAST
from reson.tools.verdicts.judge import judge

Readout = tuple[float, float]
READOUTS: list[Readout] = [(0.315, 0.234), (0.352, 0.344), (0.628, 0.031), (0.013, 0.668), (0.25, 0.27), (0.01, 0.02)]
"""(P(1|0), P(0|1)) of working qubits of copies (toronto 15, lagos 6, cusco 83, sherbrooke 92), a symmetric and a good
one."""
PAIRS = [*product(READOUTS[:4], READOUTS[2:4]), (READOUTS[1], READOUTS[5]), (READOUTS[0], READOUTS[4])]
LAYER = 0.012
GATE, COHERENT = 3e-4, 0.3
"""Error per pulse, and the share of it that is coherent."""


def told(*readouts: Readout) -> dict[str, Past]:
    """What is on record of the readouts of q0, q1 ..., as a measurement of q0 is shown it."""
    contrasts = {value_name(Qubit(n), READOUT_CONTRAST): 1 - sum(one) for n, one in enumerate(readouts)}
    contrasts[READOUT_CONTRAST] = 1 - sum(readouts[0])
    return {name: Past(value=value, stderr=None, age=0.0) for name, value in contrasts.items()}


def layers(readouts: tuple[Readout, Readout], seed: int, samples: int = 8) -> RawData:
    """Shots of a pair whose two qubits depolarise by ``LAYER`` in each layer."""
    row, rng = get("layer_fidelity"), np.random.default_rng(seed)
    arguments = row.arguments({"samples": float(samples)}, {})
    shots, lengths = int(arguments["shots"]), [1, 18, 45, 90, 150]
    right = [{0: 1 - wrong[0], 1: 1 - wrong[1]} for wrong in readouts]
    circuits, counts = [], []
    for sample, length in product(range(samples), lengths):
        ends = ENDS[sample % len(ENDS)]
        alive = (1 - 4 / 3 * LAYER) ** length
        clean = right[0][ends[0]] * right[1][ends[1]]
        mixed = np.prod([(one[end] + 1 - one[1 - end]) / 2 for one, end in zip(right, ends, strict=True)])
        found = rng.binomial(shots, alive * clean + (1 - alive) * mixed)
        known = {"xval": length, "series": "with q1", "neighbour": 1, "writes": True}
        circuits.append({**known, "target": sample % len(ENDS)})
        counts.append([shots - found, found])
    return RawData("layer_fidelity", Qubit(0), arguments, {}, shots, circuits, {"counts": np.array(counts)}, 0.0, 1.0)


def purity(readout: Readout, seed: int) -> RawData:
    """Shots of sequences whose Bloch vectors keep a length of u^(n/2), alpha^n of it along the target."""
    row, rng = get("purity_rb"), np.random.default_rng(seed)
    arguments = row.arguments({"samples": 8.0}, {"error_per_gate": GATE})
    shots, circuits, counts = int(arguments["shots"]), [], []
    alpha = 1 - 2 * GATE * 5 / 6
    root = 1 - 2 * GATE * (1 - COHERENT) * 5 / 6
    lengths = purity_rb._lengths(arguments["max_length"])
    for index, length in enumerate(lengths * int(arguments["samples"])):
        along, whole, turn = alpha**length, root**length, rng.uniform(0, 2 * np.pi)
        across = np.sqrt(max(whole**2 - along**2, 0.0))
        for (axis, _), value in zip(
            purity_rb.AXES.items(), (across * np.cos(turn), across * np.sin(turn), along), strict=True
        ):
            for opposite, sign in enumerate((1, -1)):
                p1 = readout[0] + (1 - sum(readout)) * (1 - sign * value) / 2
                ones = rng.binomial(shots, p1)
                known = {"xval": length, "sequence": index, "axis": axis, "opposite": opposite}
                circuits.append({**known, "pulses": round(5 / 6 * (length + 1))})
                counts.append([shots - ones, ones])
    return RawData("purity_rb", Qubit(0), arguments, {}, shots, circuits, {"counts": np.array(counts)}, 0.0, 1.0)


@pytest.mark.parametrize("readouts", PAIRS)
def test_the_error_of_a_layer_is_right_whatever_reads_the_pair(readouts: tuple[Readout, Readout]) -> None:
    row, name = get("layer_fidelity"), value_name(Pair(0, 1), layer_fidelity.ERROR)
    pulls, accepted, alone = [], 0, 0
    for seed, samples in product(range(8), (4, 6, 8)):  # six end in two of the four states twice
        raw = layers(readouts, seed, samples)
        analysis = row.analyse(raw)
        found = analysis.quantities[name]
        verdict = judge(row.check(analysis, raw.parameters, told(*readouts))).verdict
        pulls.append((found.value - LAYER) / (found.stderr or np.nan))
        accepted += verdict is Verdict.ACCEPT
        alone += judge(row.check(analysis, raw.parameters, {})).verdict is Verdict.ACCEPT
        assert verdict is not Verdict.ACCEPT or read_saved_data(analysis).status in GOOD
    assert abs(np.array(pulls)).max() < 4.0 and abs(np.mean(pulls)) < 1.0
    assert accepted > 18 or all(1 - sum(one) < 0.35 for one in readouts)  # the others want more shots, and say so
    assert accepted >= alone


@pytest.mark.parametrize("readout", READOUTS)
def test_purity_is_right_whatever_reads_the_qubit(readout: Readout) -> None:
    row, pulls, accepted = get("purity_rb"), [], 0
    for seed in range(24):
        raw = purity(readout, seed)
        analysis = row.analyse(raw)
        found = [analysis.quantities[name] for name in ("incoherent_error", "coherent_error")]
        expected = GATE * (1 - COHERENT), GATE * COHERENT
        pulls.append([(one.value - truth) / (one.stderr or np.nan) for one, truth in zip(found, expected, strict=True)])
        if judge(row.check(analysis, raw.parameters, told(readout))).verdict is Verdict.ACCEPT:
            accepted += 1
            assert read_saved_data(analysis).status in GOOD
    assert abs(np.array(pulls)).max() < 4.0
    assert abs(np.mean(pulls, axis=0)).max() < 1.0
    assert accepted > 18


@pytest.mark.parametrize("readouts", PAIRS)
def test_a_pair_far_lower_than_its_readouts_leave_is_not_accepted(readouts: tuple[Readout, Readout]) -> None:
    raw = layers(readouts, 0)
    half = 0.45 * (raw.arrays["counts"][:, 1] / raw.shots - 0.25) + 0.25
    ones = np.random.default_rng(1).binomial(raw.shots, half)
    raw.arrays["counts"] = np.stack([raw.shots - ones, ones], axis=1)
    row = get("layer_fidelity")
    assert judge(row.check(row.analyse(raw), raw.parameters, told(*readouts))).verdict is not Verdict.ACCEPT
