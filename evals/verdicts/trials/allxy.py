"""Trials of AllXY."""

from __future__ import annotations

import math

import numpy as np

from reson.evals.scenario import Setting
from reson.evals.spoils import put
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.allxy_pairs import IDEAL, PAIRS
from reson.tools.data import Values
from reson.tools.devices.simulated.propagation import NUMBER, Pulse, magnus_steps, unitary_paths
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth


def _deviation(moment: Moment) -> float:
    """Of populations without noise, decay or readout error, against the staircase that comes nearest to them."""
    controls, truth = moment.raw.controls, moment.truth
    gates = _gates(controls, truth)
    excited = np.array([1 - abs((gates[second] @ gates[first])[0, 0]) ** 2 for first, second in PAIRS])
    return float(np.sqrt(np.mean((excited - IDEAL) ** 2)))


def _gates(controls: Values, truth: TransmonTruth) -> dict[str, np.ndarray]:
    length, detuning = controls["pulse_duration"], truth.f01 - controls["drive_frequency"]
    levels = 2 * math.pi * (detuning * NUMBER + truth.anharmonicity / 2 * NUMBER * (NUMBER - 1))
    turn = np.diag(np.exp(1j * math.pi / 2 * NUMBER))
    gates = {"I": np.diag(np.exp(-1j * levels * length))}
    for name, control in (("X", "x_amplitude"), ("x", "sx_amplitude")):
        pulse = Pulse(controls[control], controls["drag_beta"], 0.0, length)
        steps = magnus_steps(pulse, truth.gain)
        path = unitary_paths(
            [pulse], steps, 1, detuning, truth.anharmonicity, truth.gain, compression=truth.compression
        )
        along = path[0, 0, -1].reshape(LEVELS, LEVELS)
        gates[name] = along
        gates[{"X": "Y", "x": "y"}[name]] = turn @ along @ turn.conj()
    return gates


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    wrong = max(common.over_rotation(setting, truth, gate) for gate in ("x", "sx"))
    return common.prepared(setting, truth, 0.1) and wrong < 0.1 and abs(common.offset(setting, truth)) < 1e6


TRIALS = {
    "allxy": Trial(
        stage=Stage(frequency=3e3, amplitude=0.003, beta=0.02e-9, t1_known=1.0),
        sweeps=(put("shots", 100, 500, whole=True),),
        needs={"allxy_deviation": Need(0.02, False, "tells a good pulse from one wrong by some per cent")},
        truth={"allxy_deviation": _deviation},
        adequate=_adequate,
    ),
}
