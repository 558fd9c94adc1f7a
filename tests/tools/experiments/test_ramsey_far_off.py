"""A drive that is off by far more than a long Ramsey window can sample is not taken for one that is nearly right."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading.reader import READERS
from reson.components import Qubit
from reson.evals.benches.parallel import tuned_device
from reson.records import Status, Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.sweep import uneven_delays
from reson.tools.verdicts.judge import judge

QUBITS = 40


def test_a_fringe_that_folds_back_is_rejected_and_asks_for_a_shorter_window() -> None:
    device, known = tuned_device(QUBITS)
    rng, row, controls = np.random.default_rng(3), get("ramsey_xy"), device.controls()
    offsets = rng.choice([-1, 1], QUBITS) * np.geomspace(0.6e6, 6e6, QUBITS)
    for qubit, truth in enumerate(device.chip.truth_now().transmons):
        controls[Qubit(qubit)]["drive_frequency"] = truth.f01 - offsets[qubit]
    device.load(controls)
    arguments = {qubit: row.arguments({}, values) for qubit, values in known.items()}
    assert all(wanted["points"] / wanted["max_delay"] / 2 < 0.6e6 for wanted in arguments.values())
    read = []
    data = row.acquire(device, arguments)
    for qubit, analysis in zip(data, row.analyses(list(data.values())), strict=True):
        found = judge(row.check(analysis, arguments[qubit], {}))
        assert found.verdict is not Verdict.ACCEPT, f"{offsets[qubit] / 1e6:.2f} MHz off"
        read.append(READERS["ramsey_xy"](analysis))
    asked = [one for one in read if one.status is Status.SAMPLING_TOO_COARSE]
    assert len(asked) >= 0.85 * QUBITS
    assert all(one.suggested_range is not None for one in asked)


@pytest.mark.parametrize("folds", [1, 2, 3, 8, 20])
def test_no_other_frequency_looks_like_a_fringe_beyond_the_sampling_limit(folds: int) -> None:
    """On an even grid any number of turns per step more makes no difference at all."""
    delays = uneven_delays(80e-6, 41)
    turns = folds * 40 / (delays[-1] - delays[0])
    places = np.linspace(-20, 20, 1601) / (delays[-1] - delays[0])
    overlap = np.exp(2j * np.pi * np.outer(turns - places, delays)).mean(axis=1)
    assert np.abs(overlap).max() < (0.7 if folds == 1 else 0.5)
