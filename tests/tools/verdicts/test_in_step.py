"""What changes in the course of a sweep is not accepted silently, wherever its points follow one another in time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import CheckCode, Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

T, POINTS, SHOTS = 40e-6, 41, 1000
WINDOW = {"ramsey_xy": 1.2, "t2_ramsey": 2.5}
"""In units of the decay time, 4 else."""
NAME = "one curve all along"


def measured(name: str, seed: int, change: float, since: float) -> RawData:
    """Counts of a sweep in which the decay time, the detuning or the gain becomes ``change`` from ``since`` on."""
    rng, late = np.random.default_rng(seed), np.arange(POINTS) >= since * POINTS
    factor = np.where(late, change, 1.0)
    x = np.linspace(16e-9, WINDOW.get(name, 4.0) * T, POINTS)
    parameters = {"max_delay": float(x.max()), "points": POINTS, "shots": SHOTS, "detuning": 5 / T, "echoes": 2}
    curves: dict[str, Callable[[], list[np.ndarray]]] = {
        "t1": lambda: [0.03 + 0.93 * np.exp(-x / T / factor)],
        "t2_hahn": lambda: [0.5 - 0.46 * np.exp(-x / T / factor)],
        "cpmg": lambda: [0.5 + 0.46 * np.exp(-x / T / factor)],
        "ramsey_xy": lambda: [
            0.5 + 0.46 * np.exp(-x / T) * f(10 * np.pi * x / x.max() * factor) for f in (np.cos, np.sin)
        ],
        "t2_ramsey": lambda: [0.5 + 0.46 * np.exp(-x / T) * np.cos(16 * np.pi * x / x.max() * factor)],
        "rabi": lambda: [0.5 - 0.47 * np.cos(np.pi * x / 0.2 * factor)],
    }
    if name == "rabi":
        x = np.linspace(0.0, 0.56, POINTS)
        parameters |= {"max_amplitude": 0.56}
    if name == "ramsey_xy":
        parameters |= {"detuning": 5 / x.max()}
    p1 = np.stack(curves[name](), axis=1)
    ones = rng.binomial(SHOTS, p1)
    series = [{}] if p1.shape[1] == 1 else [{"series": "X"}, {"series": "Y"}]
    circuits = [{"xval": float(one)} | which for one in x for which in series]
    controls = {"anharmonicity": -2.1e8, "pulse_duration": 32e-9, "drive_frequency": 5e9}
    arrays = {"counts": np.stack([SHOTS - ones.ravel(), ones.ravel()], axis=1)}
    return RawData(name, Qubit(0), parameters, controls, SHOTS, circuits, arrays, 0.0, 1.0)


CHANGES = {
    "t1": ((0.6, 0.3), (1.5, 0.3)),
    "t2_hahn": ((0.4, 0.3),),
    "cpmg": ((0.4, 0.3),),
    "ramsey_xy": ((1.05, 0.5),),
    "t2_ramsey": ((1.05, 0.4),),
    "rabi": ((1.15, 0.5),),
}
"""By how much what is measured changes, and after which share of the sweep."""


@pytest.mark.parametrize(
    ("name", "change", "since"), [(name, *one) for name, found in CHANGES.items() for one in found]
)
def test_a_jump_in_the_middle_of_a_sweep_is_not_accepted(name: str, change: float, since: float) -> None:
    row, named = get(name), 0
    raws = [measured(name, seed, change, since) for seed in range(8)]
    for raw, analysis in zip(raws, row.analyses(raws), strict=True):
        judgement = judge(row.check(analysis, raw.parameters, {}))
        assert judgement.verdict is not Verdict.ACCEPT
        named += CheckCode.UNSTEADY in judgement.failed
    assert named >= 6 or name == "t2_ramsey", "there two lines explain it as well, and are named"


@pytest.mark.parametrize("name", CHANGES)
def test_a_sweep_in_which_nothing_changes_passes(name: str) -> None:
    row = get(name)
    raws = [measured(name, 100 + seed, 1.0, 0.0) for seed in range(40)]
    for raw, analysis in zip(raws, row.analyses(raws), strict=True):
        (check,) = [one for one in row.check(analysis, raw.parameters, {}) if one.name == NAME]
        assert check.passed, check.message
