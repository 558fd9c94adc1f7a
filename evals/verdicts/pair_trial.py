"""What the study has to know of one row about a pair: where the steps before leave it, what is spoilt, what is true."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from reson.components import Pair, Qubit
from reson.evals.fault_strengths import drawn_strength
from reson.evals.true_pair import best_amplitude, best_frames
from reson.evals.tuned_qubits import times, tuned
from reson.evals.verdicts.setting import BAD_SWEEP, HEALTHY, condition_of, either_sign, factor
from reson.evals.verdicts.trial import Need
from reson.tools.data import RawData
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.tools.devices.simulated.faults import make_fault

PAIR = Pair(0, 1)
EDGE = (0, 1)
CLOCK = 1.8e9


@dataclass(frozen=True)
class PairStage:
    """What is still wrong with a healthy pair when a row's turn comes, as standard deviations."""

    bias: float | None = None
    """Flux quanta; None: the design's."""
    amplitude: float | None = None
    """Relative; None: the design's."""
    tail: float | None = None
    """Of the predistortion's amplitude; None: there is none yet."""
    frames: float | None = None
    """rad; None: no virtual Z is known."""


@dataclass
class PairSetting:
    """One measurement of a pair before it is made."""

    device: SimulatedDevice
    rng: np.random.Generator
    controls: dict[str, dict[str, float]]
    given: dict[str, float] = field(default_factory=dict)
    noise: bool = False


PairSpoil = Callable[[PairSetting], None]


@dataclass(frozen=True)
class PairMoment:
    """The chip right after a measurement, with what the measurement would write loaded."""

    device: SimulatedDevice
    raw: RawData
    proposed: Mapping[str, float]


@dataclass(frozen=True)
class PairTrial:
    """One row about a pair in the study; measurements are of q0-q1 of a chip of two qubits."""

    stage: PairStage
    sweeps: tuple[PairSpoil, ...]
    """Bad sweeps, each as likely as the others."""
    needs: Mapping[str, Need]
    """For each parameter that the row may write."""
    truth: Mapping[str, Callable[[PairMoment], float]]
    """For each parameter that the row may write."""
    by_the_line: bool = True
    """Whether its values mean nothing where no flux arrives."""


def _frequency_off(setting: PairSetting) -> None:
    setting.controls[Qubit(int(setting.rng.integers(2)))]["drive_frequency"] += either_sign(setting.rng, 10e3, 2e6)


def _pulse_off(setting: PairSetting) -> None:
    """The X of one qubit is off."""
    setting.controls[Qubit(int(setting.rng.integers(2)))]["x_amplitude"] *= 1 + either_sign(setting.rng, 0.02, 0.5)


def _bias_off(setting: PairSetting) -> None:
    setting.controls[PAIR]["coupler_bias"] += either_sign(setting.rng, 1e-3, 0.1)


def _amplitude_off(setting: PairSetting) -> None:
    setting.controls[PAIR]["cz_amplitude"] *= 1 + either_sign(setting.rng, 1e-3, 0.1)


def _frames_off(setting: PairSetting) -> None:
    name = ("cz_z_first", "cz_z_second")[int(setting.rng.integers(2))]
    setting.controls[PAIR][name] += either_sign(setting.rng, 0.05, 3.0)


def _threshold_off(setting: PairSetting) -> None:
    setting.controls[Qubit(int(setting.rng.integers(2)))]["readout_threshold"] += either_sign(setting.rng, 0.3, 4.0)


def _few_shots(setting: PairSetting) -> None:
    setting.given["shots"] = int(factor(setting.rng, 50, 150))


def _noise(setting: PairSetting) -> None:
    setting.noise = True


def _nothing(setting: PairSetting) -> None:
    pass


FEW_SHOTS = "few shots"
PAIR_SPOILS: dict[str, PairSpoil] = {
    HEALTHY: _nothing,
    BAD_SWEEP: _nothing,  # the row's own: PairTrial.sweeps
    "dead_flux_line": _nothing,
    "attenuated_flux_line": _nothing,
    "trapped_flux": _nothing,
    "flux_line_tail": _nothing,
    "lossy_coupler": _nothing,
    "coupler_defect": _nothing,
    "frequency off": _frequency_off,
    "X amplitude off": _pulse_off,
    "bias off": _bias_off,
    "CZ amplitude off": _amplitude_off,
    "frames off": _frames_off,
    "threshold off": _threshold_off,
    FEW_SHOTS: _few_shots,
    "noise": _noise,
}
FAULTY = tuple(name for name in PAIR_SPOILS if name not in (HEALTHY, BAD_SWEEP))


def pair_condition(number: int) -> str:
    return condition_of(number, FAULTY)


def prepare_pair(experiment: str, trial: PairTrial, seed: int, number: int) -> tuple[str, PairSetting]:
    """(what is wrong, the measurement) number ``number`` of a row, on the chip of this seed.

    A pair's controls are those of the healthy chip, as a calibration before the fault has left them; the qubits' those
    of the chip as it is.
    """
    rng = np.random.default_rng([seed, number, *experiment.encode()])
    what, clock = pair_condition(number), CLOCK + float(rng.uniform(0, 30 * 86400))
    healthy = open_simulated(seed, 2, {}, clock, "line", tunable=True)
    faults = (make_fault(what, [PAIR], 2, drawn_strength(what, rng)),) if what in KINDS else ()
    device = open_chip(ChipDescription(seed, 2, scenario=faults, coupling=(EDGE,), tunable=True), clock)
    controls = left_by(trial.stage, healthy, rng)
    device.load({PAIR: controls})
    setting = PairSetting(device, rng, {**tuned(device), PAIR: controls})
    PAIR_SPOILS[what](setting)
    if what == BAD_SWEEP:
        trial.sweeps[int(rng.integers(len(trial.sweeps)))](setting)
    device.load(setting.controls)
    return what, setting


def known_table(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """Controls, and what the qubits' bring-up has found besides."""
    found = times(device)
    return {name: values | found.get(name, {}) for name, values in device.controls().items()}


def left_by(stage: PairStage, healthy: SimulatedDevice, rng: np.random.Generator) -> dict[str, float]:
    """Controls of the pair as the steps before usually leave them; loads them into ``healthy`` on the way."""
    controls = dict(healthy.controls()[PAIR])
    tunable = tunable_of(healthy.chip.truth_now(), EDGE)
    if stage.bias is not None:
        controls["coupler_bias"] = tunable.line.bias(tunable.idle) + rng.normal(0, stage.bias)
    if stage.tail is not None:
        (tail,) = tunable_of(healthy.chip.truth, EDGE).line.tails
        controls["flux_tail_amplitude"] = tail.amplitude + rng.normal(0, stage.tail)
        controls["flux_tail_time"] = tail.time * math.exp(rng.normal(0, 0.1))
    healthy.load({PAIR: controls})
    if stage.amplitude is not None:
        best = best_amplitude(healthy, EDGE)
        controls["cz_amplitude"] = best * (1 + rng.normal(0, stage.amplitude))
    healthy.load({PAIR: controls, **tuned(healthy)})
    if stage.frames is not None:
        for name, angle in zip(("cz_z_first", "cz_z_second"), best_frames(healthy, EDGE), strict=True):
            controls[name] = angle + rng.normal(0, stage.frames)
    return controls


def noise_of_pairs(raw: RawData, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Counts (circuits, 4) that do not depend on the circuit."""
    counts = raw.arrays["counts"]
    return {**raw.arrays, "counts": rng.multinomial(raw.shots, rng.dirichlet(np.ones(counts.shape[1])), len(counts))}
