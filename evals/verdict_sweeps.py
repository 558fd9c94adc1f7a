"""Could this sweep on this qubit carry its result? Judged by the hidden truth, as an experienced person would."""

from __future__ import annotations

import math

from reson.evals.truth import true_gate_errors
from reson.evals.verdict_cases import Setting
from reson.evals.verdict_truth import ANGLES, best_amplitude, best_beta
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.drag import phase_rate
from reson.tools.experiments.experiment import Values
from reson.tools.experiments.qubit_spectroscopy import LENGTH


def adequate(setting: Setting, arguments: Values) -> bool:
    """A qubit that answers, prepared and read well enough, and a sweep that shows the feature whole and resolved.

    The number of shots is left out: noise alone makes no sweep inadequate, only its errors larger.
    """
    truth = setting.device.chip.truth_now().transmons[0]
    if setting.noise or not truth.gain:
        return False
    controls, experiment = setting.controls, setting.experiment
    offset = truth.f01 - controls["drive_frequency"]
    match experiment:
        case "qubit_spectroscopy":
            turn = arguments["amplitude"] * truth.gain * area(LENGTH) / math.pi
            step = arguments["span"] / (arguments["points"] - 1)
            seen = abs(offset) < 0.4 * arguments["span"] and arguments["span"] >= 8e6
            return seen and 0.4 <= turn <= 2 and step <= 1.4e6
        case "rabi":
            periods = arguments["max_amplitude"] / 2 / best_amplitude(truth, "x", 0.0, controls["pulse_duration"])
            return 0.75 <= periods <= 6 and arguments["points"] >= 6 * periods and abs(offset) < 3e6
        case "ramsey_xy":
            turns = abs(arguments["detuning"] - offset) * arguments["max_delay"]
            window = arguments["max_delay"] / truth.t2
            return _prepared(setting, truth, 0.3) and 1 <= turns <= 0.3 * arguments["points"] and window <= 2.5
        case "t1":
            return _prepared(setting, truth, 0.6) and 1.5 <= arguments["max_delay"] / truth.t1 <= 7
        case "t2_hahn":
            return _prepared(setting, truth, 0.3) and 1.5 <= arguments["max_delay"] / truth.t2 <= 7
        case "rough_drag":
            place = abs(best_beta(truth, controls["pulse_duration"]) - arguments["centre"]) / arguments["span"]
            span = 0.4e-9 <= arguments["span"] <= 2.5e-9
            return _prepared(setting, truth, 0.2) and place <= 0.35 and span and abs(offset) < 100e3
    return _repeated_gates(setting, arguments, truth, offset)


def _repeated_gates(setting: Setting, arguments: Values, truth: TransmonTruth, offset: float) -> bool:
    match setting.experiment:
        case "readout":
            return _over_rotation(setting, truth, "x") < 0.2
        case "fine_x_amplitude" | "fine_sx_amplitude":
            gate = setting.experiment.split("_")[1]
            turn = _over_rotation(setting, truth, gate) * arguments["max_repetitions"]
            return _prepared(setting, truth, 0.4) and turn < 1.4 and abs(offset) < 100e3
        case "fine_drag":
            duration = setting.controls["pulse_duration"]
            error = abs(setting.controls["drag_beta"] - best_beta(truth, duration)) * 2 * phase_rate(duration)
            turn = error * arguments["max_repetitions"]
            return _prepared(setting, truth, 0.1) and turn < 1.4 and abs(offset) < 50e3
        case _:
            errors = true_gate_errors(setting.device, 0)
            decays = 2 * 5 / 6 * (0.8 * errors.sx + 0.2 * errors.x) * arguments["max_length"]
            return _prepared(setting, truth, 0.1) and 0.7 <= decays <= 8 and arguments["samples"] >= 4


def _over_rotation(setting: Setting, truth: TransmonTruth, gate: str) -> float:
    """Absolute angle in rad by which the loaded pulse turns too far or not far enough."""
    best = best_amplitude(truth, gate, setting.controls["drag_beta"], setting.controls["pulse_duration"])
    return ANGLES[gate] * abs(setting.controls[f"{gate}_amplitude"] / best - 1)


def _prepared(setting: Setting, truth: TransmonTruth, most: float) -> bool:
    """Both pulses turn right within ``most`` rad, and the threshold lies between the clouds, a width off either."""
    readout = truth.readout
    ground, excited = (centre * complex(math.cos(a), -math.sin(a)) for centre, a in _axis(setting, readout.centres))
    threshold = setting.controls["readout_threshold"]
    between = ground.real + readout.sigma < threshold < excited.real - readout.sigma
    return between and all(_over_rotation(setting, truth, gate) < most for gate in ("x", "sx"))


def _axis(setting: Setting, centres: tuple[complex, ...]) -> list[tuple[complex, float]]:
    return [(centre, setting.controls["readout_angle"]) for centre in centres[:2]]
