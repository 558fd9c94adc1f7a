"""Where the measurements of the verdict study start from, and what is wrong with each in turn.

Each starts from a qubit, or a pair, that earlier steps have left where they usually leave it; then one thing is spoilt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from reson.components import Qubit
from reson.evals.best_readout import best_amplitude as best_readout_amplitude
from reson.evals.best_readout import best_frequency, readout_controls
from reson.evals.scenario import CLOCK, Setting, Spoil
from reson.evals.spoils import fewer_shots, noise, nothing, off
from reson.evals.true_assignment import read_as_one
from reson.evals.verdicts.pulses import best_amplitude, best_beta, best_ef_amplitude
from reson.tools.data import Past
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.faults import named
from reson.tools.devices.simulated.layouts import checked_edges
from reson.tools.devices.simulated.realism import CLEAN, parts_of
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.truth import TransmonTruth

PULSE = 32e-9
ASSIGNMENT_SHOTS = 5000
MONTH = 30 * 86400.0
"""Seconds of the chip's drift from which the moment of a measurement is drawn."""


def _x_amplitude_off(setting: Setting) -> None:
    wrong = 1 + setting.either_sign(0.01, 0.3)
    setting.controls["x_amplitude"] *= wrong
    if setting.rng.random() < 0.5:  # the drive's gain has moved, not the calibration of one gate
        setting.controls["sx_amplitude"] *= wrong


HEALTHY, BAD_SWEEP, FEW_SHOTS = "healthy", "bad sweep", "few shots"
SPOILS: Mapping[str, Spoil] = {
    HEALTHY: nothing,
    BAD_SWEEP: nothing,  # an experiment's own: Trial.sweeps
    "dead_drive_line": nothing,
    "attenuator": nothing,
    "short_t1": nothing,
    "frequency off": off("q0", "drive_frequency", 10e3, 2e6),
    "X amplitude off": _x_amplitude_off,
    "beta off": off("q0", "drag_beta", 0.02e-9, 0.8e-9),
    "threshold off": off("q0", "readout_threshold", 0.3, 4.0),
    FEW_SHOTS: fewer_shots(100, 300),
    "noise": noise,
}
CHIP_FAULTS = ("dead_drive_line", "attenuator", "short_t1")


def faulty(spoils: Mapping[str, Spoil]) -> tuple[str, ...]:
    return tuple(name for name in spoils if name not in (HEALTHY, BAD_SWEEP))


def condition(number: int, spoils: Mapping[str, Spoil] = SPOILS) -> str:
    """Two of five measurements are healthy, one has a bad sweep, two have a fault, each kind in turn."""
    place, faults = number % 5, faulty(spoils)
    if place < 2:
        return HEALTHY
    return BAD_SWEEP if place == 2 else faults[(number // 5 * 2 + place - 3) % len(faults)]


def start_of(experiment: str, seed: int, number: int) -> tuple[np.random.Generator, float]:
    """The random stream of a measurement of the study, and when it is made, in epoch seconds."""
    rng = np.random.default_rng([seed, number, *experiment.encode()])
    return rng, CLOCK + float(rng.uniform(0, MONTH))


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
    qubits: int = 1
    """Of the chip; the first is measured."""
    coupling: str = "none"
    """Which of them are neighbours, as in a chip file."""
    spoils: ClassVar[Mapping[str, Spoil]] = SPOILS

    def left(self, experiment: str, seed: int, number: int = 0, what: str = HEALTHY, realism: str = CLEAN) -> Setting:
        """Measurement ``number`` of an experiment, on the chip of this seed, with the fault of ``what``, loaded."""
        rng, clock = start_of(experiment, seed, number)
        faults = {"q0": what} if what in CHIP_FAULTS else {}
        chip = ChipDescription(seed, self.qubits, realism=parts_of(realism))
        edges = checked_edges(self.coupling, self.qubits)
        device = open_chip(replace(chip, scenario=named(faults, self.qubits), coupling=edges), clock)
        healthy = open_chip(chip, device.now().timestamp()).chip.truth_now().transmons
        table: dict[str, dict[str, float]] = {
            Qubit(index): _usual_controls(self, device, index, truth, rng) for index, truth in enumerate(healthy)
        }
        results = _results(self, healthy[0], rng)
        if self.assignment_known:
            results |= _assignment_errors(healthy[0], table["q0"], rng)
        history = {}
        if rng.random() < 0.5:
            history = {name: Past(value=v, stderr=0.05 * abs(v), age=6 * 3600.0) for name, v in results.items()}
        elif "t1" in results:
            history = {"t1": Past(value=results["t1"], stderr=0.05 * results["t1"], age=600.0)}
        if self.resonator is not None and self.amplitude is not None:
            results["resonator_linewidth"] = healthy[0].resonator.kappa
        device.load(table)
        return Setting(experiment, device, rng, table, what=what, healthy=healthy[0], results=results, history=history)


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
