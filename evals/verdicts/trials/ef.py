"""Trials of the 1-2 transition."""

from __future__ import annotations

import math

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.pulses import best_ef_amplitude
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.qubit_spectroscopy import LENGTH


def _amplitude(moment: Moment) -> float:
    return best_ef_amplitude(moment.truth, moment.raw.controls["pulse_duration"])


def _shifted(setting: Setting) -> None:
    setting.given["centre"] = setting.controls["anharmonicity"] + setting.either_sign(20e6, 150e6)


def _line(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    turn = math.sqrt(2) * arguments["amplitude"] * truth.gain * area(LENGTH) / math.pi
    step = arguments["span"] / (arguments["points"] - 1)
    inside = abs(truth.anharmonicity - arguments["centre"]) < 0.4 * arguments["span"] and arguments["span"] >= 10e6
    near = abs(common.offset(setting, truth)) < 1e6 and common.over_rotation(setting, truth, "x") < 0.6
    return inside and near and 0.4 <= turn <= 2 and step <= 1.5e6


def _anharmonicity_off(setting: Setting) -> None:
    setting.controls["anharmonicity"] += setting.either_sign(0.2e6, 30e6)


def _oscillation(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    periods = arguments["max_amplitude"] / 2 / best_ef_amplitude(truth, setting.controls["pulse_duration"])
    miss = abs(common.offset(setting, truth) + truth.anharmonicity - setting.controls["anharmonicity"])
    prepared = common.over_rotation(setting, truth, "x") < 0.6
    return 0.75 <= periods <= 6 and arguments["points"] >= 6 * periods and miss < 1.5e6 and prepared


TRIALS = {
    "ef_spectroscopy": Trial(
        stage=Stage(frequency=3e3, amplitude=0.01),
        sweeps=(put("span", 4e6, 12e6), put("span", 150e6, 500e6), coarse, _shifted, scale("amplitude", (0.03, 0.4))),
        needs={"anharmonicity": Need(1e6, False, "a sixteenth of the Rabi rate of the 1-2 pulse")},
        truth={"anharmonicity": lambda moment: moment.truth.anharmonicity},
        adequate=_line,
    ),
    "ef_rabi": Trial(
        stage=Stage(frequency=3e3, amplitude=0.01, anharmonicity=50e3),
        sweeps=(scale("max_amplitude", (0.05, 0.6)), coarse, _anharmonicity_off),
        needs={"ef_amplitude": Need(0.05, True, "leaves half a per cent in level 1")},
        truth={"ef_amplitude": _amplitude},
        adequate=_oscillation,
    ),
}
