"""Trials of qubit spectroscopy over drive power."""

from __future__ import annotations

import math

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.qubit_spectroscopy import LENGTH


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    strongest = arguments["max_amplitude"] * truth.gain * area(LENGTH) / math.pi
    weakest = strongest * 10 ** (-arguments["power_range"] / 20)
    step = arguments["span"] / (arguments["points"] - 1)
    inside = abs(common.offset(setting, truth)) < 0.4 * arguments["span"] and arguments["span"] >= 10e6
    return inside and weakest < 0.3 and strongest > 0.8 and step <= 1.3e6


TRIALS = {
    "qubit_power_map": Trial(
        stage=Stage(frequency=None, amplitude=None),
        sweeps=(
            put("span", 1.5e6, 8e6),
            put("span", 120e6, 600e6),
            coarse,
            scale("max_amplitude", (0.01, 0.2), (2.0, 8.0)),
            put("power_range", 6.0, 15.0),
        ),
        needs={"drive_frequency": Need(0.5e6, False, "a tenth of what the coarse Ramsey can resolve")},
        truth={"drive_frequency": common.f01},
        adequate=_adequate,
    ),
}
