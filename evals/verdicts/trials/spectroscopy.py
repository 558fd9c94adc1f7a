"""Trials of qubit spectroscopy."""

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
    turn = arguments["amplitude"] * truth.gain * area(LENGTH) / math.pi
    step = arguments["span"] / (arguments["points"] - 1)
    inside = abs(common.offset(setting, truth)) < 0.4 * arguments["span"] and arguments["span"] >= 8e6
    return inside and 0.4 <= turn <= 2 and step <= 1.4e6


TRIALS = {
    "qubit_spectroscopy": Trial(
        stage=Stage(frequency=None, amplitude=None),
        sweeps=(
            put("span", 1.5e6, 8e6),
            put("span", 120e6, 600e6),
            coarse,
            scale("amplitude", (0.03, 0.4), (2.0, 20.0)),
        ),
        needs={"drive_frequency": Need(0.5e6, False, "a tenth of what the coarse Ramsey can resolve")},
        truth={"drive_frequency": common.f01},
        adequate=_adequate,
    ),
    "drive_line_map": Trial(
        stage=Stage(frequency=None, amplitude=None, qubits=4),
        sweeps=(scale("amplitude", (0.03, 0.2)),),
        needs={},  # it writes nothing: cables are changed by people
        truth={},
        adequate=lambda setting, arguments, truth: arguments["amplitude"] * truth.gain * area(32e-9) > math.pi / 2,
    ),
}
