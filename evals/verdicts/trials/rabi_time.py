"""Trials of Rabi oscillations over time."""

from __future__ import annotations

import math

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.rabi_time import SHAPE


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    rate = truth.gain / (2 * math.pi) * arguments["amplitude"] * SHAPE
    periods, near = rate * arguments["max_duration"], abs(common.offset(setting, truth)) < 0.2 * rate
    seen = arguments["max_duration"] < min(truth.t1, truth.t2) and rate < 0.2 * abs(truth.anharmonicity)
    return 0.75 <= periods <= 6 and arguments["points"] >= 6 * periods and near and seen


TRIALS = {
    "rabi_time": Trial(
        stage=Stage(frequency=50e3, amplitude=None),
        sweeps=(
            scale("amplitude", (0.05, 0.5), (1.5, 4.0)),
            scale("max_duration", (0.2, 0.5), (1.5, 4.0)),
            coarse,
            put("max_duration", 1e-6, 4e-6),
        ),
        needs={"rabi_rate": Need(0.03, True, "fine amplitude starts within 5 %")},
        truth={"rabi_rate": lambda moment: moment.truth.gain / (2 * math.pi)},
        adequate=_adequate,
    ),
}
