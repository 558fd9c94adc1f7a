"""Punch-out, readout frequency, readout power and three-state readout on the simulated chip, against its truth."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.evals.best_readout import best_amplitude, best_frequency, best_readout
from reson.evals.verdicts.pulses import best_ef_amplitude
from reson.records import CheckCode, Judgement, Status, Verdict
from reson.tools.data import Analysis, Past, RawData
from reson.tools.devices.simulated.chip_file import ChipDescription, QubitValues, ResonatorValues
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.three_clouds import discriminate_three
from reson.tools.verdicts.judge import judge

from .right_controls import find_resonators, right_controls

CLOCK = 1.8e9
TUNING = ("punch_out", "readout_frequency_sweep", "readout_power", "three_state_readout")


def ready(seed: int, **changed: float) -> SimulatedDevice:
    """One qubit with good pulses, whose resonator was found and whose readout was not tuned."""
    device = with_good_pulses(open_simulated(seed, 1, {}, CLOCK))
    device.load({"q0": changed})
    return device


def with_good_pulses(device: SimulatedDevice) -> SimulatedDevice:
    truth, controls = right_controls(device)
    untuned = {name: value for name, value in controls.items() if not name.startswith("readout")}
    lift = {"ef_amplitude": best_ef_amplitude(truth, 32e-9)}
    device.load({"q0": untuned | lift})
    find_resonators(device)
    return device


def measured(name: str, device: SimulatedDevice, **given: float) -> tuple[Analysis, Judgement]:
    row = get(name)
    arguments = row.arguments(given, device.controls()["q0"])
    analysis = row.analyse(row.acquire(device, {0: arguments})[0])
    return analysis, judge(row.check(analysis, arguments, {}))


def near(analysis: Analysis, name: str, truth: float, sigmas: float = 4.0) -> bool:
    found = analysis.quantities[name]
    assert found.stderr is not None
    return abs(found.value - truth) <= sigmas * found.stderr


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_dip_moves_towards_the_bare_resonator(seed: int) -> None:
    device = ready(seed)
    truth = device.chip.truth_now().transmons[0]
    analysis, judgement = measured("punch_out", device)
    whole = ground_frequency(truth) - truth.resonator.bare
    # at full scale a part of the pull is left
    assert 0.6 * whole < analysis.quantities["punch_out_shift"].value < whole
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize(("level", "low", "high"), [(1.0, 0.97, 1.03), (0.1, 0.5, 0.84), (0.02, 0.0, 0.4)])
def test_the_signal_grows_with_the_tone_unless_the_amplifier_saturates(level: float, low: float, high: float) -> None:
    fault = make_fault("readout_saturated", ["q0"], 1, {"level": level})
    device = open_chip(ChipDescription(3, 1, scenario=(fault,)), CLOCK)
    find_resonators(device)
    analysis, _ = measured("punch_out", device)
    growth = analysis.quantities["growth"]
    assert low < growth.value < high
    assert growth.stderr is not None and growth.stderr < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_frequency_and_shift_of_the_readout(seed: int) -> None:
    device = ready(seed)
    truth = device.chip.truth_now().transmons[0]
    analysis, judgement = measured("readout_frequency_sweep", device)
    assert near(analysis, "readout_frequency", best_frequency(truth, 0.017))
    assert near(analysis, "dispersive_shift", ground_frequency(truth, 1) - ground_frequency(truth))
    assert analysis.quantities["dispersive_shift"].value < 0, "a transmon below its resonator pulls less when excited"
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize(("kappa", "seed"), [(0.2e6, 1), (0.25e6, 2), (6e6, 3), (8e6, 4), (9.5e6, 5)])
def test_a_resonator_of_any_width_is_read_where_0_and_1_lie_apart(kappa: float, seed: int) -> None:
    """A narrow one is met by too few points of the usual sweep, and is then looked at in finer steps; of a broad one
    the shift stays uncertain with the share of 1, which costs the readout nothing."""
    designed = {} if kappa < 1e6 else {"coupling": 160e6}
    chip = ChipDescription(seed, 1, {0: QubitValues(resonator=ResonatorValues(kappa=kappa, **designed))})
    device = with_good_pulses(open_chip(chip, CLOCK))
    span = 6e6 if kappa < 1e6 else min(60e6, 6 * kappa)
    analysis, judgement = measured("readout_frequency_sweep", device, span=span)
    if kappa < 1e6:
        assert CheckCode.TOO_COARSE in {check.code for check in judgement.checks if not check.passed}
        analysis, judgement = measured("readout_frequency_sweep", device, span=span / 2.5, shots=1000.0)
    truth = device.chip.truth_now().transmons[0]
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert abs(analysis.quantities["readout_frequency"].value - best_frequency(truth, 0.017)) < 0.15 * kappa
    assert near(analysis, "dispersive_shift", ground_frequency(truth, 1) - ground_frequency(truth), 5.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_amplitude_of_the_readout(seed: int) -> None:
    device = ready(seed)
    truth = device.chip.truth_now().transmons[0]
    frequency = best_frequency(truth, 0.017)
    device.load({"q0": {"readout_frequency": frequency}})
    analysis, judgement = measured("readout_power", device)
    assert near(analysis, "readout_amplitude", best_amplitude(truth, frequency))
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize("seed", [1, 2])
def test_three_states_are_told_apart(seed: int) -> None:
    device = ready(seed)
    device.load({"q0": best_readout(device.chip.truth_now().transmons[0])})
    analysis, judgement = measured("three_state_readout", device)
    assert 0.88 < analysis.quantities["three_state_fidelity"].value < 0.98
    for prepared in range(3):
        shares = [analysis.quantities[f"p{assigned}_given_{prepared}"].value for assigned in range(3)]
        assert sum(shares) == pytest.approx(1.0)
        assert np.argmax(shares) == prepared
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize("name", TUNING)
def test_nothing_is_accepted_over_a_broken_line(name: str) -> None:
    device = open_simulated(4, 1, {"q0": "dead_readout_line"}, CLOCK)
    analysis, judgement = measured(name, device)
    assert judgement.verdict is Verdict.REJECT
    assert read_saved_data(analysis).status in (Status.NO_SIGNAL, Status.NO_RES_RESPONSE)
    assert analysis.series or analysis.maps, "the data is kept"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("readout_frequency_sweep", Status.NO_EXCITATION),
        ("readout_power", Status.NO_SIGNAL),
        ("three_state_readout", Status.NO_EXCITATION),
    ],
)
def test_a_qubit_that_is_not_excited_tunes_no_readout(name: str, status: Status) -> None:
    analysis, judgement = measured(name, ready(2, x_amplitude=0.0, ef_amplitude=0.0))
    assert judgement.verdict is Verdict.REJECT
    assert read_saved_data(analysis).status is status


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("punch_out", {"min_amplitude": 0.1}, Status.SUCCESS),  # one cannot see that the weakest tone was strong
        ("readout_frequency_sweep", {"span": 1.5e6}, Status.RANGE_TOO_NARROW),
        ("readout_power", {"max_amplitude": 0.012}, Status.RANGE_TOO_NARROW),
        ("readout_power", {"min_amplitude": 0.05, "max_amplitude": 0.3}, Status.HIGH_POWER),
    ],
)
def test_a_bad_sweep_is_not_accepted(name: str, given: dict[str, float], status: Status) -> None:
    analysis, judgement = measured(name, ready(3), **given)
    assert judgement.verdict is not Verdict.ACCEPT
    assert read_saved_data(analysis).status is status


def test_a_readout_that_stirs_the_qubit_is_seen() -> None:
    device = ready(3)
    best = best_readout(device.chip.truth_now().transmons[0])
    device.load({"q0": best | {"readout_amplitude": 2.2 * best["readout_amplitude"]}})
    analysis, _ = measured("readout", device)
    assert read_saved_data(analysis).status is Status.HIGH_POWER


def test_three_clouds_are_decomposed_into_what_made_them() -> None:
    rng = np.random.default_rng(2)
    centres, sigma, shots = np.array([1 + 2j, 4 + 1j, 5 - 2.5j]), 0.9, 4000
    shares = np.array([[0.97, 0.03, 0.0], [0.05, 0.94, 0.01], [0.02, 0.08, 0.9]])
    level = np.array([rng.choice(3, shots, p=share) for share in shares])
    iq = centres[level] + sigma * rng.standard_normal((3, shots, 2)).view(complex)[..., 0]
    found = discriminate_three(iq)
    assert np.abs(found.centres - centres).max() < 0.08
    assert found.sigma == pytest.approx(sigma, rel=0.02)
    assert found.shares == pytest.approx(shares, abs=0.02)
    nearest = np.argmin(np.abs(iq[:, :, None] - centres), axis=2)
    assert found.fidelity == pytest.approx(np.mean(nearest == np.arange(3)[:, None]), abs=0.005)


@pytest.mark.parametrize("name", TUNING)
def test_noise_is_never_accepted(name: str) -> None:
    row, rng = get(name), np.random.default_rng(5)
    device = ready(1)
    arguments = row.arguments({}, device.controls()["q0"])
    raw = row.acquire(device, {0: arguments})[0]
    for _ in range(5):
        analysis = row.analyse(noise_like(raw, rng))
        assert judge(row.check(analysis, arguments, {})).verdict is not Verdict.ACCEPT


def noise_like(raw: RawData, rng: np.random.Generator) -> RawData:
    from reson.evals.scenario import replaced_by_noise

    return replaced_by_noise(raw, rng)


@pytest.mark.parametrize(
    ("pulse", "doubted", "verdict"), [(10.0, 100.0, Verdict.ACCEPT), (100.0, 10.0, Verdict.REVIEW)]
)
def test_a_one_that_a_new_pulse_prepares_no_better_is_not_for_the_pulse_to_mend(
    pulse: float, doubted: float, verdict: Verdict
) -> None:
    """Ages in s, of the pulse's calibration and of the readout that doubted it: a short rest takes 1 to 0 as well."""
    device, row = ready(3), get("readout")
    device.load({"q0": {"x_amplitude": 0.8 * device.controls()["q0"]["x_amplitude"]}})
    analysis, judgement = measured("readout", device)
    assert [check.code for check in judgement.checks if not check.passed] == [CheckCode.NOT_PREPARED]
    assert judgement.verdict is Verdict.REVIEW
    missed = analysis.quantities["preparation_error"]
    history = {
        "x_amplitude": Past(value=0.3, stderr=0.001, age=pulse),
        "preparation_error": Past(value=missed.value, stderr=missed.stderr, age=doubted),
    }
    again = judge(row.check(analysis, {"shots": 5000.0}, history))
    assert again.verdict is verdict
    assert [check.code for check in again.checks if not check.passed] == [CheckCode.NOT_PREPARED]
