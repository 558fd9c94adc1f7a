"""Truths and judgements that several trials share."""

from __future__ import annotations

import math

from reson.evals.scenario import Setting
from reson.evals.verdicts.pulses import ANGLES, best_amplitude, best_beta
from reson.evals.verdicts.trial import Moment, Need
from reson.tools.devices.simulated.lines import digitised
from reson.tools.devices.simulated.noise import branches
from reson.tools.devices.simulated.ring_up import pointer_states
from reson.tools.devices.simulated.truth import TransmonTruth

TEN_MRAD = "10 mrad of over-rotation cost a tenth of the coherence limit"


def f01(moment: Moment) -> float:
    """Averaged over the shots: a fast defect moves the qubit many times within a measurement."""
    return sum(share * branch.f01 for share, branch in branches(moment.truth))


def amplitude_of(moment: Moment, gate: str) -> float:
    return best_amplitude(moment.truth, gate, moment.raw.controls["drag_beta"], moment.raw.controls["pulse_duration"])


def x_amplitude(moment: Moment) -> float:
    return amplitude_of(moment, "x")


def sx_amplitude(moment: Moment) -> float:
    return amplitude_of(moment, "sx")


def drag_beta(moment: Moment) -> float:
    return best_beta(moment.truth, moment.raw.controls["pulse_duration"])


def t1(moment: Moment) -> float:
    return moment.truth.t1


def t2(moment: Moment) -> float:
    return moment.truth.t2_echo


DECAY = Need(0.15, True, "moves the coherence limit by a tenth at most")


def offset(setting: Setting, truth: TransmonTruth) -> float:
    """f01 minus drive frequency, Hz."""
    return truth.f01 - setting.controls["drive_frequency"]


def over_rotation(setting: Setting, truth: TransmonTruth, gate: str) -> float:
    """Absolute angle in rad by which the loaded pulse turns too far or not far enough."""
    best = best_amplitude(truth, gate, setting.controls["drag_beta"], setting.controls["pulse_duration"])
    return ANGLES[gate] * abs(setting.controls[f"{gate}_amplitude"] / best - 1)


def prepared(setting: Setting, truth: TransmonTruth, most: float) -> bool:
    """Both pulses turn right within ``most`` rad; the threshold lies between the clouds as the digitiser sees them,
    a width off either.
    """
    controls = setting.controls
    centres, sigma = pointer_states(truth, controls["readout_frequency"], controls["readout_amplitude"])
    seen = digitised(centres[None, :2, None], [truth], 0.0, 0.0)[0, :, 0]
    turn = complex(math.cos(controls["readout_angle"]), -math.sin(controls["readout_angle"]))
    ground, excited = ((complex(centre) * turn).real for centre in seen)
    between = ground + sigma < controls["readout_threshold"] < excited - sigma
    return between and all(over_rotation(setting, truth, gate) < most for gate in ("x", "sx"))
