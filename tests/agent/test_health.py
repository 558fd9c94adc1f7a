"""Health of a component against histories whose truth the test has put there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reson.agent.config import Goals
from reson.agent.health import WATCHED, over_limits, shortfalls
from reson.tools.experiments.standard_rb import coherence_limit
from reson.tools.store.table import Version

PULSE = 32e-9
NIGHT = 86_400.0
SOUND = {
    "t1": (80e-6, 2e-6, "s"),
    "t2_echo": (90e-6, 3e-6, "s"),
    "assignment_fidelity": (0.985, 1e-3, ""),
    "error_per_gate": (2.2e-4, 1e-5, ""),
    "cz_error": (1.2e-3, 1e-4, ""),
}
ILL = {"t1": 4e-6, "t2_echo": 7e-6, "assignment_fidelity": 0.90, "error_per_gate": 4e-3, "cz_error": 8e-3}
"""A value of each kind that is far worse than ``SOUND``."""


def history(*nights: dict[str, float]) -> dict[str, list[Version]]:
    """A measured version of each value in each night, with the errors and units of ``SOUND``."""
    found: dict[str, list[Version]] = {}
    for index, night in enumerate(nights):
        for name, value in night.items():
            _, stderr, unit = SOUND[name]
            at = index * NIGHT + (10.0 if name == "error_per_gate" else 0.0)  # a night benchmarks last
            found.setdefault(name, []).append(Version(at, value, stderr, unit, f"n{index}-{name}"))
    return found


def sound(**instead: float) -> dict[str, float]:
    return {name: value for name, (value, _, _) in SOUND.items()} | instead


def judged(*nights: dict[str, float], goals: Goals | None = None):
    return {one.parameter: one for one in shortfalls(history(*nights), PULSE, goals or Goals())}


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("nights", [1, 2, 5, 19])
def test_each_value_that_collapses_is_told_with_its_night_and_by_how_much(name, nights):
    found = judged(*[sound()] * nights, sound(**{name: ILL[name]}), sound(**{name: ILL[name]}))[name]
    assert found.fell and found.since == pytest.approx(nights * NIGHT, abs=20)
    assert found.usual == pytest.approx(SOUND[name][0])
    assert found.times > 4 and found.measurement_id == f"n{nights + 1}-{name}"
    assert found.text.startswith(WATCHED[name].name) and "→" in found.text


def test_a_sound_chip_is_never_ill_however_long_and_however_it_wanders():
    """100 qubits of 30 nights: lognormal by a fifth in T1 and T2, the error following the limit."""
    rng, ill = np.random.default_rng(20), 0
    for _ in range(100):
        nights = []
        for _ in range(30):
            t1, t2 = 80e-6 * math.exp(0.2 * rng.normal()), 90e-6 * math.exp(0.2 * rng.normal())
            error = 1.1 * coherence_limit(t1, t2, PULSE) * math.exp(0.05 * rng.normal())
            fidelity = 1 - 0.015 * math.exp(0.15 * rng.normal())
            nights.append(sound(t1=t1, t2_echo=t2, error_per_gate=error, assignment_fidelity=fidelity))
        ill += sum(bool(judged(*nights[:last])) for last in (2, 3, 5, 10, 30))
    assert ill <= 1, "of 500 mornings"


@pytest.mark.parametrize(
    ("name", "value", "missed"),
    [
        ("t1", 14e-6, True),
        ("t1", 16e-6, False),
        ("assignment_fidelity", 0.94, True),
        ("assignment_fidelity", 0.96, False),
        ("error_per_gate", 4e-4, True),
        ("error_per_gate", 2.5e-4, False),
    ],
)
def test_a_goal_is_missed_from_the_first_night_on_and_nothing_got_worse(name, value, missed):
    found = judged(sound(**{name: value}))
    assert bool(found) is missed
    assert all(one.goal is not None and not one.fell and one.usual is None for one in found.values())


def test_what_nobody_can_tune_here_is_not_held_to_a_calibrations_goal():
    known = history(sound(error_per_gate=4e-4, t1=14e-6))
    assert {one.parameter for one in shortfalls(known, PULSE, Goals(), tunable=False)} == {"t1"}


def test_the_goals_are_those_of_the_lab():
    assert not judged(sound())
    assert set(judged(sound(), goals=Goals(t1=100e-6, assignment_fidelity=0.99))) == {"t1", "assignment_fidelity"}


def test_what_recovered_is_sound_again():
    assert not judged(sound(), sound(), sound(t1=4e-6), sound())


def test_an_error_is_compared_with_the_limit_of_its_own_night():
    """T1 collapsed after the benchmark: the error is not suddenly far below its limit."""
    nights = history(sound())
    nights["t1"].append(Version(5 * NIGHT, 4e-6, 1e-7, "s", "later"))
    (ratio,) = over_limits(nights, PULSE)
    assert ratio.value == pytest.approx(2.2e-4 / coherence_limit(80e-6, 90e-6, PULSE))
    assert ratio.stderr == pytest.approx(ratio.value * (nights["error_per_gate"][0].stderr or 0.0) / 2.2e-4)
    assert not over_limits(nights, None) and not over_limits({"error_per_gate": nights["error_per_gate"]}, PULSE)


def test_the_worst_comes_first():
    found = shortfalls(history(sound(), sound(t1=30e-6, assignment_fidelity=0.8)), PULSE, Goals())
    assert found[0].parameter == "assignment_fidelity"
    assert [one.times for one in found] == sorted((one.times for one in found), reverse=True)
