"""Where the rest between shots is short against T1, a shot begins with what the last one left. What that does to a
curve is no error of the value that is read from it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reson.components import Qubit
from reson.evals.verdicts.trials import TRIALS
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.memory import remembered as settled
from reson.tools.devices.simulated.truth import LEVELS
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.memory import relaxed, remembered
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

REST = 251e-6
PI = 0.2


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return analysis, judge(row.check(analysis, raw.parameters, {})).verdict


def test_shots_that_follow_each_other_settle_there() -> None:
    """One after the other, by their populations."""
    for excited in (0.0, 0.2, 0.5, 1.0):
        measured, kept = 0.0, 0.3
        for _ in range(100):
            left = kept * measured
            measured = excited * (1 - left) + (1 - excited) * left
        assert measured == pytest.approx(float(remembered(np.array(excited), kept)))


def test_what_was_flipped_to_0_stays_there_while_it_waits() -> None:
    """A simulated qubit whose shots remember, by its populations, against the formula that T1 is fitted with."""
    for seed in (0, 1, 2):
        setting = TRIALS["t1"].scenario("t1", seed, 0, "fridge").ready()
        chip = setting.device.chip
        truth = replace(chip.truth_now().transmons[0], t1=150e-6, thermal_population=0.0, defects=())
        for wait in (0.0, 0.3, 1.0, 2.5):
            decayed = np.exp(-wait)
            populations = np.zeros((2, LEVELS))
            populations[0, :2], populations[1, 0] = (1 - decayed, decayed), 1.0
            levels = settled(populations[:1], populations[1:], [truth], REST)
            expected = relaxed(np.array(decayed), np.exp(-REST / truth.t1))
            assert levels[0, 1] == pytest.approx(float(expected), abs=1e-6)


def relaxation(t1: float, seed: int, *, remembers: bool, told: bool = True) -> RawData:
    rng, x = np.random.default_rng(seed), np.linspace(16e-9, 4 * t1, 31)
    p1 = 0.02 + 0.94 * relaxed(np.exp(-x / t1), np.exp(-REST / t1) if remembers else 0.0)
    ones = rng.binomial(1000, p1)
    circuits = [{"xval": float(delay)} | ({"rest": REST} if told else {}) for delay in x]
    given = {"max_delay": 4 * t1, "points": 31.0, "shots": 1000.0}
    counts = np.stack([1000 - ones, ones], axis=1)
    return RawData("t1", Qubit(0), given, CONTROLS, 1000, circuits, {"counts": counts}, 0.0, 1.0)


@pytest.mark.parametrize("t1", [40e-6, 90e-6, 125e-6, 190e-6])
@pytest.mark.parametrize("remembers", [False, True])
def test_t1_is_known_within_its_tolerance_and_about_its_error(t1: float, remembers: bool) -> None:
    found = [judged(relaxation(t1, seed, remembers=remembers))[0].quantities["t1"] for seed in range(20)]
    off = np.array([one.value for one in found]) / t1 - 1
    pulls = off * t1 / np.array([one.stderr for one in found], dtype=float)
    assert abs(np.median(off)) < 0.08
    assert np.sqrt(np.mean(pulls**2)) < 2.2


def test_without_that_it_was_far_off() -> None:
    """Of data that do not tell the rest, of which there are many, nothing else can be said."""
    found = judged(relaxation(190e-6, 1, remembers=True, told=False))[0].quantities["t1"]
    assert found.value > 1.12 * 190e-6


def test_a_night_tells_the_rest() -> None:
    trial = TRIALS["t1"]
    setting, row = trial.scenario("t1", 0, 0).ready(), get("t1")
    raw = row.acquire(setting.device, {0: row.arguments(setting.given, setting.known)})[0]
    limits = setting.device.limits
    assert raw.circuits[0]["rest"] == limits.reset_time + limits.readout_time


@pytest.mark.parametrize("memory", [0.1, 0.2, 0.3])
def test_a_rabi_curve_that_is_flattened_is_accepted_at_its_amplitude(memory: float) -> None:
    x = np.linspace(0, 2.8 * PI, 51)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        noise = 0.02 * rng.standard_normal((51, 2)).view(complex)[:, 0]
        signal = remembered((1 - np.cos(np.pi * x / PI)) / 2, memory)
        arrays = {"iq_mean": signal + noise, "iq_stderr": np.full((51, 2), 0.02)}
        given = {"max_amplitude": 2.8 * PI, "points": 51.0, "shots": 500.0}
        raw = RawData("rabi", Qubit(0), given, CONTROLS, 500, [{"xval": float(a)} for a in x], arrays, 0.0, 1.0)
        analysis, verdict = judged(raw)
        assert verdict is Verdict.ACCEPT
        for name, true in (("x_amplitude", PI), ("sx_amplitude", PI / 2)):
            value = analysis.quantities[name]
            assert value.stderr
            assert abs(value.value - true) < 4 * value.stderr


def played(name: str, seed: int) -> RawData:
    """A healthy measurement of the verdict study."""
    setting, row = TRIALS[name].scenario(name, seed, 0).ready(), get(name)
    return row.acquire(setting.device, {0: row.arguments(setting.given, setting.known)})[0]


@pytest.mark.parametrize("memory", [0.1, 0.2, 0.3])
def test_rough_drag_is_accepted_where_it_was(memory: float) -> None:
    for seed in range(3):
        raw = played("rough_drag", seed)
        total = raw.arrays["counts"].sum(axis=1)
        share = remembered(raw.arrays["counts"][:, 1] / total, memory)
        ones = np.random.default_rng(seed).binomial(total, share)
        analysis, verdict = judged(replace(raw, arrays={"counts": np.stack([total - ones, ones], axis=1)}))
        plain, _ = judged(raw)
        assert verdict is Verdict.ACCEPT
        found, before = analysis.quantities["drag_beta"], plain.quantities["drag_beta"]
        assert abs(found.value - before.value) < 4 * np.hypot(found.stderr or 0.0, before.stderr or 0.0)


FINE = {"fine_x_amplitude": "x_angle_error", "fine_sx_amplitude": "sx_angle_error", "fine_drag": "phase_error"}


def flattened(raw: RawData, memory: float, seed: int) -> RawData:
    """Counts as of shots that remember a share ``memory``, of a qubit whose readout errs by 2 and 5 %."""
    total = raw.arrays["counts"].sum(axis=1)
    share = remembered(raw.arrays["counts"][:, 1] / total, memory)
    ones = np.random.default_rng(seed).binomial(total, 0.02 + 0.93 * share)
    return replace(raw, arrays={"counts": np.stack([total - ones, ones], axis=1)})


@pytest.mark.parametrize("memory", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("name", sorted(FINE))
def test_repeated_gates_are_accepted_and_err_by_what_they_erred(name: str, memory: float) -> None:
    pulls = []
    for seed in range(4):
        raw = played(name, seed)
        analysis, verdict = judged(flattened(raw, memory, seed))
        plain, before = judged(flattened(raw, 0.0, seed + 100))
        assert verdict is before
        found, was = analysis.quantities[FINE[name]], plain.quantities[FINE[name]]
        pulls.append((found.value - was.value) / np.hypot(found.stderr or 0.0, was.stderr or 0.0))
        seen, clear = analysis.quantities["detuning"], plain.quantities["detuning"]
        assert abs(seen.value - clear.value) < 4 * np.hypot(seen.stderr or 0.0, clear.stderr or 0.0)
    assert np.abs(pulls).max() < 4


WAITING = {  # experiment -> (what it tells, Bloch vector after a wait of so many decay times, of each series)
    "t2_hahn": ("t2_echo", {"": lambda lives, fade: -fade}),
    "cpmg": ("t2_cpmg", {"": lambda lives, fade: fade}),
    "spin_locking": ("t1_rho", {"": lambda lives, fade: fade}),
    "t2_ramsey": ("t2_star", {"": lambda lives, fade: fade * np.cos(20 * lives)}),
    "ramsey_xy": (
        "t2_star",
        {"X": lambda lives, fade: fade * np.cos(12 * lives), "Y": lambda lives, fade: fade * np.sin(12 * lives)},
    ),
}


def superposition(name: str, t1: float, t2: float, seed: int, *, gaussian: bool, told: bool) -> RawData:
    """1,000 shots of each wait; T1 is known as it was some hours before, 15 % off."""
    rng, lives = np.random.default_rng(seed), np.linspace(1e-3, 2.5, 61)
    now = t1 * np.exp(rng.normal(0, 0.15))
    circuits, excited = [], []
    for series, vector in WAITING[name][1].items():
        excited.append((1 + vector(lives, np.exp(-(lives**2) if gaussian else -lives))) / 2)
        circuits += [{"xval": float(one * t2)} | ({"series": series} if series else {}) for one in lives]
    if told:
        circuits = [one | {"rest": REST, "passive_reset": True} for one in circuits]
    ones = rng.binomial(1000, 0.02 + 0.94 * remembered(np.concatenate(excited), np.exp(-REST / now)))
    given = {"max_delay": 2.5 * t2, "points": 61.0, "shots": 1000.0, "detuning": 12 / (2 * np.pi * t2), "t1": t1}
    counts = np.stack([1000 - ones, ones], axis=1)
    return RawData(name, Qubit(0), given, CONTROLS, 1000, circuits, {"counts": counts}, 0.0, 1.0)


@pytest.mark.parametrize("gaussian", [False, True])
@pytest.mark.parametrize("t1", [90e-6, 150e-6, 200e-6])
@pytest.mark.parametrize("name", sorted(WAITING))
def test_the_decay_of_a_superposition_is_known_within_its_error(name: str, t1: float, gaussian: bool) -> None:
    if name == "spin_locking" and gaussian:
        return  # what a drive holds decays exponentially
    t2 = 0.8 * t1
    raws = [superposition(name, t1, t2, seed, gaussian=gaussian, told=True) for seed in range(8)]
    found = [one.quantities[WAITING[name][0]] for one in get(name).analyses(raws)]
    off = np.array([one.value for one in found]) / t2 - 1
    pulls = off * t2 / np.array([one.stderr for one in found], dtype=float)
    assert abs(np.mean(off)) < 0.06
    assert np.sqrt(np.mean(pulls**2)) < 1.7


def test_an_echo_whose_device_tells_nothing_was_far_too_short() -> None:
    raws = [superposition("t2_hahn", 200e-6, 160e-6, seed, gaussian=False, told=False) for seed in range(8)]
    found = [one.quantities["t2_echo"].value for one in get("t2_hahn").analyses(raws)]
    assert np.mean(found) < 0.9 * 160e-6


@pytest.mark.parametrize("t1", [90e-6, 150e-6, 200e-6])
def test_t1_of_a_device_that_only_waits_is_right(t1: float) -> None:
    raws = [relaxation(t1, seed, remembers=True) for seed in range(20)]
    told = [replace(raw, circuits=[one | {"passive_reset": True} for one in raw.circuits]) for raw in raws]
    found = [one.quantities["t1"] for one in get("t1").analyses(told)]
    off = np.array([one.value for one in found]) / t1 - 1
    assert abs(np.mean(off)) < 0.03
    assert 0.6 < np.std(off * t1 / np.array([one.stderr for one in found], dtype=float)) < 1.5


@pytest.mark.parametrize("memory", [0.1, 0.2, 0.3])
def test_fine_frequency_is_accepted_where_it_was(memory: float) -> None:
    for seed in range(3):
        raw = played("fine_frequency", seed)
        analysis, verdict = judged(flattened(raw, memory, seed))
        plain, before = judged(flattened(raw, 0.0, seed + 100))
        assert verdict is before
        found, was = analysis.quantities["offset"], plain.quantities["offset"]
        assert abs(found.value - was.value) < 4 * np.hypot(found.stderr or 0.0, was.stderr or 0.0)


def test_a_device_that_only_waits_says_so() -> None:
    for realism, passive in (("fridge", True), ("clean", None)):
        setting = TRIALS["t2_hahn"].scenario("t2_hahn", 0, 0, realism).ready()
        row = get("t2_hahn")
        raw = row.acquire(setting.device, {0: row.arguments({"points": 11}, setting.known)})[0]
        assert setting.device.limits.passive_reset is passive
        assert raw.circuits[0].get("passive_reset") is passive
        assert raw.parameters["t1"] == setting.known["t1"]
