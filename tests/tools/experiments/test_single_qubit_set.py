"""What all of power map, Rabi over time, T2*, fine frequency, CPMG, T1 over time, 1-2 transition and AllXY share."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reson.evals.verdicts.trials.ef import best_ef_amplitude
from reson.records import Verdict

from .trying import Tried, as_noise, attempt

SMALL = {"t1_over_time": {"repeats": 40}, "qubit_power_map": {"points": 31}}
FOUND = {
    "qubit_power_map": ("drive_frequency", lambda truth: truth.f01),
    "rabi_time": ("rabi_rate", lambda truth: truth.gain / (2 * math.pi)),
    "t2_ramsey": ("t2_star", lambda truth: truth.t2_star),
    "fine_frequency": ("drive_frequency", lambda truth: truth.f01),
    "cpmg": ("t2_cpmg", lambda truth: truth.t2),
    "t1_over_time": ("t1", lambda truth: truth.t1),
    "ef_spectroscopy": ("anharmonicity", lambda truth: truth.anharmonicity),
    "ef_rabi": ("ef_amplitude", lambda truth: best_ef_amplitude(truth, 32e-9)),
}


def tried(name: str, seed: int, **changes: object) -> Tried:
    return attempt(name, seed, SMALL.get(name), **changes)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", FOUND)
def test_values_agree_with_the_truth(name: str) -> None:
    quantity, true = FOUND[name]
    for seed in (5, 6, 7):
        done = tried(name, seed)
        assert done.verdict is Verdict.ACCEPT, done.reasons
        assert abs(done.pull(quantity, true(done.truth))) < 4, seed


@pytest.mark.parametrize("name", [*FOUND, "allxy"])
def test_neither_noise_nor_a_dead_drive_is_accepted_and_the_points_stay(name: str) -> None:
    dead = tried(name, 6, faults={"q0": "dead_drive_line"})
    noise = as_noise(dead, np.random.default_rng(1))
    for done in (dead, noise):
        assert done.verdict is Verdict.REJECT
        assert done.analysis.series or done.analysis.maps


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("rabi_time", {"amplitude": 0.02}),
        ("rabi_time", {"max_duration": 4e-6, "points": 21}),
        ("t2_ramsey", {"max_delay": 4e-6, "detuning": 100e3}),
        ("t2_ramsey", {"max_delay": 400e-6, "detuning": 3e6}),
        ("fine_frequency", {"delay": 100e-6}),
        ("cpmg", {"max_delay": 6e-6}),
        ("t1_over_time", {"max_delay": 3e-6, "repeats": 40}),
        ("ef_spectroscopy", {"centre": -200e6}),
        ("ef_spectroscopy", {"span": 4e6}),
        ("ef_rabi", {"max_amplitude": 0.03}),
        ("qubit_power_map", {"max_amplitude": 2e-3, "points": 31}),
        ("qubit_power_map", {"span": 1.5e6, "points": 31}),
    ],
)
def test_a_bad_sweep_is_not_accepted(name: str, given: dict[str, float]) -> None:
    assert attempt(name, 6, given).verdict is not Verdict.ACCEPT
