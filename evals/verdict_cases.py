"""The measurements of the verdict study: a chip, what is wrong with it or with the sweep, and what was known before.

Each case starts from a qubit that earlier steps have left where they usually leave it, and then spoils one thing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from reson.evals.verdict_truth import best_amplitude, best_beta
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.experiment import Past

CLOCK = 1.8e9

LEFT_BEHIND: dict[str, tuple[float, float, float]] = {
    "qubit_spectroscopy": (3e6, 0.14, 0.265e-9),
    "rabi": (50e3, 0.14, 0.265e-9),
    "readout": (50e3, 0.005, 0.265e-9),
    "ramsey_xy": (50e3, 0.005, 0.265e-9),
    "t1": (3e3, 0.005, 0.265e-9),
    "rough_drag": (3e3, 0.005, 0.265e-9),
    "t2_hahn": (3e3, 0.003, 0.02e-9),
    "fine_sx_amplitude": (3e3, 0.005, 0.01e-9),
    "fine_x_amplitude": (3e3, 0.005, 0.01e-9),
    "fine_drag": (2e3, 0.001, 0.01e-9),
    "standard_rb": (1e3, 0.0007, 0.003e-9),
}
"""What is still wrong with a healthy qubit when its turn comes: standard deviations of the frequency in Hz, of the
amplitudes (relative) and of beta in s. Where beta was not set before, it is zero instead."""

BETA_UNSET = 0.265e-9
KNOWS_T1 = ("rough_drag", "t2_hahn", "fine_sx_amplitude", "fine_x_amplitude", "fine_drag", "standard_rb")


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
        """A magnitude drawn evenly on a logarithmic scale, with a random sign."""
        return float(self.rng.choice([-1, 1]) * self.factor(low, high))

    def factor(self, low: float, high: float) -> float:
        return float(math.exp(self.rng.uniform(math.log(low), math.log(high))))


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


def _bad_sweep(setting: Setting) -> None:
    choices = SWEEPS[setting.experiment]
    choices[int(setting.rng.integers(len(choices)))](setting)


Spoil = Callable[[Setting], None]
SPOILS: dict[str, Spoil] = {
    "healthy": _nothing,
    "bad sweep": _bad_sweep,
    "dead": _nothing,
    "weak_drive": _nothing,
    "short_t1": _nothing,
    "frequency off": _frequency_off,
    "X amplitude off": _x_amplitude_off,
    "beta off": _beta_off,
    "threshold off": _threshold_off,
    "few shots": _few_shots,
    "noise": _noise,
}
CHIP_FAULTS = ("dead", "weak_drive", "short_t1")
FAULTY = tuple(name for name in SPOILS if name not in ("healthy", "bad sweep"))


def condition(number: int) -> str:
    """Two of five measurements are healthy, one has a bad sweep, two have a fault, each kind in turn."""
    place = number % 5
    if place < 2:
        return "healthy"
    return "bad sweep" if place == 2 else FAULTY[(number // 5 * 2 + place - 3) % len(FAULTY)]


def _scale(name: str, *ranges: tuple[float, float]) -> Spoil:
    """Multiply a default argument by a factor out of one of the ranges."""

    def spoil(setting: Setting) -> None:
        low, high = ranges[int(setting.rng.integers(len(ranges)))]
        setting.scaled[name] = setting.factor(low, high)

    return spoil


def _set(name: str, low: float, high: float, whole: bool = False) -> Spoil:
    def spoil(setting: Setting) -> None:
        value = setting.factor(low, high)
        setting.given[name] = int(value) if whole else value

    return spoil


def _coarse(setting: Setting) -> None:
    setting.given["points"] = int(setting.rng.integers(11, 16))


def _long_pulse(setting: Setting) -> None:
    """A long X pulse makes many periods up to full scale."""
    setting.controls["pulse_duration"] = setting.factor(60e-9, 200e-9)
    setting.given |= {"max_amplitude": 1.0, "points": int(setting.rng.integers(11, 52))}


def _shifted(setting: Setting) -> None:
    setting.given["centre"] = 0.265e-9 + setting.either_sign(0.5e-9, 3e-9)


def _detuned(setting: Setting) -> None:
    """An artificial detuning from a standstill to beyond the sampling limit."""
    window = 4e-6
    setting.given |= {"max_delay": window, "detuning": setting.either_sign(0.1, 80.0) / window}


SWEEPS: dict[str, tuple[Spoil, ...]] = {
    "qubit_spectroscopy": (
        _set("span", 1.5e6, 8e6),
        _set("span", 120e6, 600e6),
        _coarse,
        _scale("amplitude", (0.03, 0.4), (2.0, 20.0)),
    ),
    "rabi": (_scale("max_amplitude", (0.05, 0.6)), _coarse, _long_pulse),
    "readout": (_set("shots", 100, 500, whole=True),),
    "ramsey_xy": (_detuned, _scale("max_delay", (0.05, 0.4), (3.0, 20.0)), _coarse),
    "t1": (_scale("max_delay", (0.03, 0.4), (3.0, 15.0)), _coarse),
    "t2_hahn": (_scale("max_delay", (0.03, 0.4), (3.0, 15.0)), _coarse),
    "rough_drag": (_scale("span", (0.05, 0.4), (2.0, 6.0)), _shifted, _coarse),
    "fine_sx_amplitude": (_set("max_repetitions", 5, 9, whole=True), _set("max_repetitions", 40, 101, whole=True)),
    "fine_x_amplitude": (_set("max_repetitions", 5, 9, whole=True), _set("max_repetitions", 40, 101, whole=True)),
    "fine_drag": (_set("max_repetitions", 5, 9, whole=True), _set("max_repetitions", 40, 101, whole=True)),
    "standard_rb": (_scale("max_length", (0.02, 0.4), (2.0, 8.0)), _set("samples", 2, 4, whole=True)),
}


def prepare(experiment: str, seed: int, number: int) -> tuple[str, Setting]:
    """(what is wrong, the measurement) number ``number`` of an experiment, on the chip of this seed."""
    rng = np.random.default_rng([seed, number, *experiment.encode()])
    what = condition(number)
    faults = {"q0": what} if what in CHIP_FAULTS else {}
    device = open_simulated(seed, 1, faults, CLOCK + float(rng.uniform(0, 30 * 86400)))
    healthy = open_simulated(seed, 1, {}, device.now().timestamp()).chip.truth_now().transmons[0]
    setting = Setting(experiment, device, healthy, rng, _usual_controls(experiment, device, healthy, rng), {})
    results = _results(experiment, healthy, rng)
    if rng.random() < 0.5:
        setting.history = {name: Past(value=v, stderr=0.05 * abs(v), age=6 * 3600.0) for name, v in results.items()}
    elif "t1" in results:
        setting.history = {"t1": Past(value=results["t1"], stderr=0.05 * results["t1"], age=600.0)}
    SPOILS[what](setting)
    setting.known = setting.controls | results
    device.load({"q0": setting.controls})
    return what, setting


def _usual_controls(
    experiment: str, device: SimulatedDevice, truth: TransmonTruth, rng: np.random.Generator
) -> dict[str, float]:
    frequency, amplitude, beta = LEFT_BEHIND[experiment]
    controls, duration = device.design_controls()["q0"], 32e-9
    if experiment != "qubit_spectroscopy":  # the first to be measured: there the design's frequency holds
        controls["drive_frequency"] = truth.f01 + rng.normal(0, frequency)
    if beta < BETA_UNSET:
        controls["drag_beta"] = best_beta(truth, duration) + rng.normal(0, beta)
    if experiment not in ("qubit_spectroscopy", "rabi"):
        for gate in ("x", "sx"):
            best = best_amplitude(truth, gate, controls["drag_beta"], duration)
            controls[f"{gate}_amplitude"] = best * (1 + rng.normal(0, amplitude))
        ground, excited = truth.readout.centres[:2]
        angle = float(np.angle(excited - ground) + rng.normal(0, 0.004))
        middle = ((ground + excited) / 2 * np.exp(-1j * angle)).real
        controls |= {"readout_angle": angle, "readout_threshold": float(middle + rng.normal(0, 0.05))}
    return controls


def _results(experiment: str, truth: TransmonTruth, rng: np.random.Generator) -> dict[str, float]:
    """What the table knows besides the controls: decay times once they were measured, some hours ago."""
    if experiment not in KNOWS_T1 and not (experiment in ("t1", "ramsey_xy") and rng.random() < 0.5):
        return {}
    known = {"t1": truth.t1 * math.exp(rng.normal(0, 0.08))}
    if experiment in ("fine_drag", "fine_sx_amplitude", "fine_x_amplitude", "standard_rb") or rng.random() < 0.5:
        known |= {name: truth.t2 * math.exp(rng.normal(0, 0.08)) for name in ("t2_star", "t2_echo")}
    if experiment.endswith("amplitude") and rng.random() < 0.5:
        known[experiment.removeprefix("fine_").replace("amplitude", "angle_error")] = rng.normal(0, 0.01)
    return known
