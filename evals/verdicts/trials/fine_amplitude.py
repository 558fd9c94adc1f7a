"""Trials of fine amplitude."""

from __future__ import annotations

import math

from reson.evals.scenario import Setting
from reson.evals.spoils import put
from reson.evals.verdicts.pulses import ANGLES
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth


def _trial(gate: str) -> Trial:
    amplitude, angle_error = f"{gate}_amplitude", f"{gate}_angle_error"

    def error(moment: Moment) -> float:
        best = common.amplitude_of(moment, gate)
        loaded = moment.raw.controls[amplitude]
        return ANGLES[gate] * (loaded / best - 1) if best < math.inf else -ANGLES[gate]

    def adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
        turn = common.over_rotation(setting, truth, gate) * arguments["max_repetitions"]
        near = abs(common.offset(setting, truth)) < 100e3
        return common.prepared(setting, truth, 0.4) and turn < 1.4 and near

    return Trial(
        stage=Stage(frequency=3e3, amplitude=0.005, beta=0.01e-9, t1_known=1.0, t2_known=1.0, angle_error=angle_error),
        sweeps=(put("max_repetitions", 5, 9, whole=True), put("max_repetitions", 40, 101, whole=True)),
        needs={
            amplitude: Need(0.0032 * math.pi / ANGLES[gate], True, common.TEN_MRAD),
            angle_error: Need(0.01, False, common.TEN_MRAD),
        },
        truth={amplitude: lambda moment: common.amplitude_of(moment, gate), angle_error: error},
        adequate=adequate,
    )


TRIALS = {"fine_x_amplitude": _trial("x"), "fine_sx_amplitude": _trial("sx")}
