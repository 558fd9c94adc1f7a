"""Averaged IQ of a qubit lies on the line between the points of 0 and 1; what leaves it is not accepted unseen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import CheckCode, Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.verdicts.data_checks import data_checks
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

T, PI, NOISE, POINTS = 20e-6, 0.2, 0.01, 41
SWEEPS: dict[str, tuple[np.ndarray, Callable[[np.ndarray], np.ndarray], dict[str, float]]] = {
    "t1": (np.linspace(16e-9, 5 * T, POINTS), lambda t: np.exp(-t / T), {"max_delay": 5 * T}),
    "t2_hahn": (np.linspace(16e-9, 5 * T, POINTS), lambda t: 0.5 - 0.5 * np.exp(-t / T), {"max_delay": 5 * T}),
    "rabi": (
        np.linspace(0, 3 * PI, POINTS),
        lambda a: 0.5 - 0.5 * np.cos(np.pi * a / PI),
        {"max_amplitude": 3 * PI},
    ),
}
Readout = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(share of 1, share of the sweep that is over) -> mean IQ."""
LEADING_AWAY: dict[str, Readout] = {
    "a phase that drifts": lambda p, along: (p + 3) * np.exp(0.25j * along),
    "a phase that jumps": lambda p, along: (p - 2) * np.exp(0.2j * (along > 0.6)),
    "a third state": lambda p, along: p + 1 + 0.6j * along**3,
}


def sweep(name: str, read: Readout, seed: int, unit: complex = 1.0) -> RawData:
    x, curve, parameters = SWEEPS[name]
    noise = NOISE * np.random.default_rng(seed).standard_normal((POINTS, 2)).view(complex)[:, 0]
    plane = (read(curve(x), np.linspace(0, 1, POINTS)) + noise) * unit
    arrays = {"iq_mean": plane, "iq_stderr": np.full((POINTS, 2), NOISE * abs(unit))}
    given = {**parameters, "points": float(POINTS), "shots": 500.0}
    return RawData(name, Qubit(0), given, CONTROLS, 500, [{"xval": float(v)} for v in x], arrays, 0.0, 1.0)


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("readout", LEADING_AWAY)
@pytest.mark.parametrize("unit", [1.0, 1e7j, -1e-9])
def test_what_leaves_the_line_is_looked_at(name: str, readout: str, unit: complex) -> None:
    row = get(name)
    for seed in range(3):
        raw = sweep(name, LEADING_AWAY[readout], seed, unit)
        judgement = judge(row.check(row.analyse(raw), raw.parameters, {}))
        assert judgement.verdict is not Verdict.ACCEPT
        assert CheckCode.UNSTEADY in judgement.failed
        assert any("the signal leaves the line between two states" in reason for reason in judgement.reasons)


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("unit", [1.0, 1e7j, -1e-9])
def test_what_stays_on_it_is_accepted(name: str, unit: complex) -> None:
    row = get(name)
    for seed in range(5):
        raw = sweep(name, lambda p, _: p + 3j, seed, unit)
        judgement = judge(row.check(row.analyse(raw), raw.parameters, {}))
        assert judgement.verdict is Verdict.ACCEPT, judgement.reasons


@pytest.mark.parametrize("name", SWEEPS)
def test_noise_alone_leaves_no_line(name: str) -> None:
    raw = sweep(name, lambda p, _: 0 * p, 0)
    assert all(check.passed for check in data_checks(raw, two_states=True) if check.name == "between two states")


def test_the_rows_of_two_states() -> None:
    two = {name for name, row in CATALOGUE.items() if row.two_states}
    assert two >= {"rabi", "rabi_time", "ramsey_xy", "t2_ramsey"}
    assert two >= {name for name, row in CATALOGUE.items() if row.decay_from is not None}
    others = {"resonator_spectroscopy", "punch_out", "readout_frequency_sweep", "qubit_spectroscopy", "ef_spectroscopy"}
    assert not two & others, "their signal goes along a circle, or to a third state"
