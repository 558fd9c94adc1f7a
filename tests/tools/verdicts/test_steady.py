"""A readout whose phase jumps while it is measured is not accepted silently; noise is."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import CheckCode
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.data_checks import data_checks
from reson.tools.verdicts.judge import judge


def readout(seed: int, shots: int = 3000) -> RawData:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(2, shots)) + 1j * rng.normal(size=(2, shots))
    iq = (noise + np.array([[3.0], [9.0]])).astype(np.complex64)
    circuits = [{"xval": n, "series": f"prepared {n}"} for n in (0, 1)]
    return RawData("readout", Qubit(0), {"shots": shots}, {}, shots, circuits, {"iq": iq}, 0.0, 1.0)


def test_healthy_clouds_are_steady() -> None:
    assert all(check.passed for seed in range(1000) for check in data_checks(readout(seed, 500)))


@pytest.mark.parametrize("since", [0.15, 0.5, 0.85])
def test_a_phase_that_jumps_is_seen(since: float) -> None:
    raw = readout(0)
    raw.arrays["iq"][:, int(since * 3000) :] *= np.exp(0.4j)
    row = get("readout")
    analysis = row.analyse(raw)
    assert CheckCode.UNSTEADY in judge(row.check(analysis, raw.parameters, {})).failed
    cloud = np.array(analysis.points["prepared 1"])
    assert cloud[-1, 1] > 0.5, "the figure shows the end of the measurement too"
