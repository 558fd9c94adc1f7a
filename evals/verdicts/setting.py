"""The measurements of the verdict study: a chip, what is wrong with it or with the sweep, and what was known before.

Each case starts from a qubit that earlier steps have left where they usually leave it, and then spoils one thing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from reson.components import Qubit
from reson.evals.best_readout import best_amplitude as best_readout_amplitude
from reson.evals.best_readout import best_frequency, readout_controls
from reson.evals.true_assignment import read_as_one
from reson.evals.verdicts.pulses import best_amplitude, best_beta, best_ef_amplitude
from reson.tools.data import Past
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.truth import TransmonTruth

CLOCK = 1.8e9
PULSE = 32e-9
ASSIGNMENT_SHOTS = 5000


@dataclass(frozen=True)
class Stage:
    """What is still wrong with a healthy qubit when an experiment's turn comes, as standard deviations."""

    frequency: float | None
    """Hz; None: nothing but the design's frequency is known."""
    amplitude: float | None
    """Of X and SX, relative; None: nothing but the design's is known, and no readout is calibrated either."""
    resonator: float | None = 30e3
    """Of the readout frequency, Hz; None: nothing but the design's is known. Where X is known, so is the best
    amplitude, and the frequency is about the best one; before, it is about the resonator's with the qubit in 0."""
    beta: float | None = None
    """Seconds; None: DRAG was not set yet."""
    anharmonicity: float | None = None
    """Hz; None: the design's."""
    lift: float | None = None
    """Of the pi pulse from 1 to 2, relative; None: the design's."""
    t1_known: float = 0.0
    """Probability that T1 was measured before."""
    t2_known: float = 0.0
    """Probability that T2 was measured too, where T1 was."""
    angle_error: str | None = None
    """A result of an earlier night that is known in half of the cases, "x_angle_error" say."""
    assignment_known: bool = False
    """Whether the assignment errors were measured before."""


@dataclass
class Setting:
    """One measurement before it is made."""

    experiment: str
    device: SimulatedDevice
    healthy: TransmonTruth
    """The qubit without its fault."""
    rng: np.random.Generator
    controls: dict[str, float]
    known: dict[str, float]
    given: dict[str, float] = field(default_factory=dict)
    """Arguments in place of the defaults."""
    scaled: dict[str, float] = field(default_factory=dict)
    """Factors on default arguments."""
    history: dict[str, Past] = field(default_factory=dict)
    noise: bool = False

    def either_sign(self, low: float, high: float) -> float:
        return either_sign(self.rng, low, high)

    def factor(self, low: float, high: float) -> float:
        return factor(self.rng, low, high)


def factor(rng: np.random.Generator, low: float, high: float) -> float:
    """Drawn evenly on a logarithmic scale."""
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def either_sign(rng: np.random.Generator, low: float, high: float) -> float:
    """A magnitude drawn evenly on a logarithmic scale, with a random sign."""
    return float(rng.choice([-1, 1]) * factor(rng, low, high))


Spoil = Callable[[Setting], None]


def _frequency_off(setting: Setting) -> None:
    setting.controls["drive_frequency"] += setting.either_sign(10e3, 2e6)


def _x_amplitude_off(setting: Setting) -> None:
    wrong = 1 + setting.either_sign(0.01, 0.3)
    setting.controls["x_amplitude"] *= wrong
    if setting.rng.random() < 0.5:  # the drive's gain has moved, not the calibration of one gate
        setting.controls["sx_amplitude"] *= wrong


def _beta_off(setting: Setting) -> None:
    setting.controls["drag_beta"] += setting.either_sign(0.02e-9, 0.8e-9)


def _threshold_off(setting: Setting) -> None:
    setting.controls["readout_threshold"] += setting.either_sign(0.3, 4.0)


def _few_shots(setting: Setting) -> None:
    setting.given["shots"] = int(setting.factor(100, 300))


def _noise(setting: Setting) -> None:
    setting.noise = True


def _nothing(setting: Setting) -> None:
    pass


HEALTHY, BAD_SWEEP = "healthy", "bad sweep"
SPOILS: dict[str, Spoil] = {
    HEALTHY: _nothing,
    BAD_SWEEP: _nothing,  # an experiment's own: Trial.sweeps
    "dead_drive_line": _nothing,
    "attenuator": _nothing,
    "short_t1": _nothing,
    "frequency off": _frequency_off,
    "X amplitude off": _x_amplitude_off,
    "beta off": _beta_off,
    "threshold off": _threshold_off,
    "few shots": _few_shots,
    "noise": _noise,
}
CHIP_FAULTS = ("dead_drive_line", "attenuator", "short_t1")
FAULTY = tuple(name for name in SPOILS if name not in (HEALTHY, BAD_SWEEP))


def condition(number: int) -> str:
    return condition_of(number, FAULTY)


def condition_of(number: int, faulty: Sequence[str]) -> str:
    """Two of five measurements are healthy, one has a bad sweep, two have a fault, each kind in turn."""
    place = number % 5
    if place < 2:
        return HEALTHY
    return BAD_SWEEP if place == 2 else faulty[(number // 5 * 2 + place - 3) % len(faulty)]


def scale(name: str, *ranges: tuple[float, float]) -> Spoil:
    """Multiply a default argument by a factor out of one of the ranges."""

    def spoil(setting: Setting) -> None:
        low, high = ranges[int(setting.rng.integers(len(ranges)))]
        setting.scaled[name] = setting.factor(low, high)

    return spoil


def put(name: str, low: float, high: float, whole: bool = False) -> Spoil:
    """Put a value between two limits in place of a default argument."""

    def spoil(setting: Setting) -> None:
        value = setting.factor(low, high)
        setting.given[name] = int(value) if whole else value

    return spoil


def coarse(setting: Setting) -> None:
    """A sweep of 11 to 15 points."""
    setting.given["points"] = int(setting.rng.integers(11, 16))


def prepare(
    experiment: str,
    stage: Stage,
    sweeps: tuple[Spoil, ...],
    qubits: int,
    seed: int,
    number: int,
    coupling: str = "none",
) -> tuple[str, Setting]:
    """(what is wrong, the measurement) number ``number`` of an experiment, on the chip of this seed."""
    rng = np.random.default_rng([seed, number, *experiment.encode()])
    what = condition(number)
    faults = {"q0": what} if what in CHIP_FAULTS else {}
    device = open_simulated(seed, qubits, faults, CLOCK + float(rng.uniform(0, 30 * 86400)), coupling)
    healthy = open_simulated(seed, qubits, {}, device.now().timestamp()).chip.truth_now().transmons
    controls: dict[str, dict[str, float]] = {
        Qubit(index): _usual_controls(stage, device, index, truth, rng) for index, truth in enumerate(healthy)
    }
    setting = Setting(experiment, device, healthy[0], rng, controls["q0"], {})
    results = _results(stage, healthy[0], rng)
    if stage.assignment_known:
        results |= _assignment_errors(healthy[0], controls["q0"], rng)
    if rng.random() < 0.5:
        setting.history = {name: Past(value=v, stderr=0.05 * abs(v), age=6 * 3600.0) for name, v in results.items()}
    elif "t1" in results:
        setting.history = {"t1": Past(value=results["t1"], stderr=0.05 * results["t1"], age=600.0)}
    SPOILS[what](setting)
    if what == BAD_SWEEP:
        sweeps[int(rng.integers(len(sweeps)))](setting)
    setting.known = setting.controls | results
    device.load(controls)
    return what, setting


def _assignment_errors(truth: TransmonTruth, controls: dict[str, float], rng: np.random.Generator) -> dict[str, float]:
    """P(1|0) and P(0|1) by as many shots as they are usually measured with."""
    p1 = [float(read_as_one([truth], [controls], [state])[0]) for state in (0, 1)]
    found = rng.binomial(ASSIGNMENT_SHOTS, [p1[0], 1 - p1[1]]) / ASSIGNMENT_SHOTS
    return {"p1_given_0": float(found[0]), "p0_given_1": float(found[1])}


def _usual_controls(
    stage: Stage, device: SimulatedDevice, qubit: int, truth: TransmonTruth, rng: np.random.Generator
) -> dict[str, float]:
    controls = device.design_controls()[Qubit(qubit)]
    if stage.frequency is not None:
        controls["drive_frequency"] = truth.f01 + rng.normal(0, stage.frequency)
    if stage.anharmonicity is not None:
        controls["anharmonicity"] = truth.anharmonicity + rng.normal(0, stage.anharmonicity)
    if stage.beta is not None:
        controls["drag_beta"] = best_beta(truth, PULSE) + rng.normal(0, stage.beta)
    if stage.lift is not None:
        controls["ef_amplitude"] = best_ef_amplitude(truth, PULSE) * (1 + rng.normal(0, stage.lift))
    if stage.amplitude is not None:
        for gate in ("x", "sx"):
            best = best_amplitude(truth, gate, controls["drag_beta"], PULSE)
            controls[f"{gate}_amplitude"] = best * (1 + rng.normal(0, stage.amplitude))
    return controls | _usual_readout(stage, truth, controls["readout_amplitude"], rng)


def _usual_readout(
    stage: Stage, truth: TransmonTruth, design_amplitude: float, rng: np.random.Generator
) -> dict[str, float]:
    if stage.resonator is None:
        return {}
    if stage.amplitude is None:
        return {"readout_frequency": ground_frequency(truth) + rng.normal(0, stage.resonator)}
    frequency = best_frequency(truth, design_amplitude) + rng.normal(0, stage.resonator)
    amplitude = best_readout_amplitude(truth, frequency) * math.exp(rng.normal(0, 0.05))
    controls = readout_controls(truth, frequency, amplitude)
    controls["readout_angle"] = math.remainder(controls["readout_angle"] + rng.normal(0, 0.004), math.tau)
    controls["readout_threshold"] += rng.normal(0, 0.05)
    return controls


def _results(stage: Stage, truth: TransmonTruth, rng: np.random.Generator) -> dict[str, float]:
    """What the table knows besides the controls: decay times once they were measured, some hours ago."""
    if rng.random() >= stage.t1_known:
        return {}
    known = {"t1": truth.t1 * math.exp(rng.normal(0, 0.08))}
    if rng.random() < stage.t2_known:
        times = {"t2_star": truth.t2_star, "t2_echo": truth.t2_echo}
        known |= {name: time * math.exp(rng.normal(0, 0.08)) for name, time in times.items()}
    if stage.angle_error is not None and rng.random() < 0.5:
        known[stage.angle_error] = rng.normal(0, 0.01)
    return known
