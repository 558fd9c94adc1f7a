"""Trials of Rabi oscillations over time."""

from __future__ import annotations

import math

import numpy as np

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.envelope import envelope
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.rabi_time import SHAPE


def _rate(moment: Moment) -> float:
    """At full scale, as far as the line lets pass pulses of the amplitude that was played."""
    truth, played = moment.truth, envelope(np.linspace(0.0, 1.0, 1001), 1.0)
    passed = np.sqrt(1 + (moment.raw.parameters["amplitude"] * played / truth.compression) ** 2)
    return truth.gain / (2 * math.pi) * float(np.sum(played / passed) / np.sum(played))


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
        truth={"rabi_rate": _rate},
        adequate=_adequate,
    ),
}
