"""Trials of DRAG, rough and fine."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.pulses import best_beta
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.drag import phase_rate

USUAL_BETA = 0.265e-9


def _shifted(setting: Setting) -> None:
    setting.given["centre"] = USUAL_BETA + setting.either_sign(0.5e-9, 3e-9)


def _rough(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    place = abs(best_beta(truth, setting.controls["pulse_duration"]) - arguments["centre"]) / arguments["span"]
    span = 0.4e-9 <= arguments["span"] <= 2.5e-9
    near = abs(common.offset(setting, truth)) < 100e3
    return common.prepared(setting, truth, 0.2) and place <= 0.35 and span and near


def _fine(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    duration = setting.controls["pulse_duration"]
    error = abs(setting.controls["drag_beta"] - best_beta(truth, duration)) * 2 * phase_rate(duration)
    near = abs(common.offset(setting, truth)) < 50e3
    return common.prepared(setting, truth, 0.1) and error * arguments["max_repetitions"] < 1.4 and near


TRIALS = {
    "rough_drag": Trial(
        stage=Stage(frequency=3e3, amplitude=0.005, t1_known=1.0, t2_known=0.5),
        sweeps=(scale("span", (0.05, 0.4), (2.0, 6.0)), _shifted, coarse),
        needs={"drag_beta": Need(0.1e-9, False, "within the range of fine DRAG")},
        truth={"drag_beta": common.drag_beta},
        adequate=_rough,
    ),
    "fine_drag": Trial(
        stage=Stage(frequency=2e3, amplitude=0.001, beta=0.01e-9, t1_known=1.0, t2_known=1.0),
        sweeps=(put("max_repetitions", 5, 9, whole=True), put("max_repetitions", 40, 101, whole=True)),
        needs={"drag_beta": Need(0.03e-9, False, "10 mrad a pulse: a tenth of the coherence limit")},
        truth={"drag_beta": common.drag_beta},
        adequate=_fine,
    ),
}
