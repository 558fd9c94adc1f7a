"""Trials of T2* over a long window, trains of echoes, T1 over time and the fine frequency."""

from __future__ import annotations

import numpy as np

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth

TIMES = 40
"""Times within one measurement at which the hidden T1 is looked up."""


def _fringes(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    window = arguments["max_delay"]
    turns = abs(arguments["detuning"] - common.offset(setting, truth)) * window
    seen = 4 <= turns <= 0.3 * arguments["points"] and 1.2 <= window / truth.t2_star <= 5
    return common.prepared(setting, truth, 0.3) and seen and not _split(truth)


def _split(truth: TransmonTruth) -> bool:
    """Whether a defect gives the qubit two frequencies within one measurement: then it has no one value."""
    return any(defect.is_fast and defect.pull for defect in truth.defects)


def _train(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    long_enough = arguments["max_delay"] / arguments["points"] > 40e-9 * arguments["echoes"]
    near = abs(common.offset(setting, truth)) < 1e6
    window = 1.5 <= arguments["max_delay"] / truth.t2 <= 7
    return common.prepared(setting, truth, 0.2) and window and near and long_enough


def _locked(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    """The noise of these chips is white, so that T1rho is T2; a lock holds what is detuned by little of its rate."""
    held = abs(common.offset(setting, truth)) < 0.15 * arguments["rate"]
    window = 1.5 <= arguments["max_delay"] / truth.t2 <= 7
    return common.prepared(setting, truth, 0.2) and window and held


def _history(moment: Moment) -> np.ndarray:
    times = np.linspace(moment.raw.started, moment.raw.ended, TIMES)
    return np.array([moment.device.chip.truth_at(float(time)).transmons[0].t1 for time in times])


def _median(moment: Moment) -> float:
    return float(np.median(_history(moment)))


def _fluctuation(moment: Moment) -> float:
    values = _history(moment)
    return float(values.std() / np.median(values))


def _steady(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.prepared(setting, truth, 0.6) and 1.2 <= arguments["max_delay"] / truth.t1 <= 6


def _turns(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    turn = 2 * np.pi * abs(common.offset(setting, truth)) * arguments["delay"]
    window = arguments["delay"] * arguments["max_repetitions"]
    seen = 0.3 <= window / truth.t2_star <= 3 and arguments["max_repetitions"] >= 16
    return common.prepared(setting, truth, 0.3) and bool(turn < 0.6) and seen and not _split(truth)


CALIBRATED = Stage(frequency=3e3, amplitude=0.003, beta=0.02e-9, t1_known=1.0, t2_known=0.5)
TRIALS = {
    "t2_ramsey": Trial(
        stage=Stage(frequency=3e3, amplitude=0.005, t1_known=1.0, t2_known=0.5),
        sweeps=(scale("max_delay", (0.03, 0.3), (3.0, 15.0)), scale("detuning", (0.03, 0.2), (2.0, 8.0)), coarse),
        needs={"t2_star": Need(0.2, True, "sets the window of the next Ramsey")},
        truth={"t2_star": lambda moment: moment.truth.t2_star},
        adequate=_fringes,
    ),
    "cpmg": Trial(
        stage=CALIBRATED,
        sweeps=(scale("max_delay", (0.03, 0.4), (3.0, 15.0)), coarse, put("echoes", 16, 64, whole=True)),
        needs={"t2_cpmg": common.DECAY},
        truth={"t2_cpmg": lambda moment: moment.truth.t2_train(int(moment.raw.parameters["echoes"]))},
        adequate=_train,
    ),
    "spin_locking": Trial(
        stage=CALIBRATED,
        sweeps=(scale("max_delay", (0.03, 0.4), (3.0, 15.0)), coarse, put("rate", 2e5, 4e5)),
        needs={"t1_rho": common.DECAY},
        truth={"t1_rho": lambda moment: moment.truth.t2},  # 1/f noise acts in waits, and a lock has none
        adequate=_locked,
    ),
    "t1_over_time": Trial(
        stage=CALIBRATED,
        sweeps=(scale("max_delay", (0.03, 0.4), (3.0, 15.0)), put("repeats", 20, 30, whole=True)),
        needs={
            "t1": common.DECAY,
            "t1_fluctuation": Need(0.05, False, "a tenth of what a defect in resonance does"),
        },
        truth={"t1": _median, "t1_fluctuation": _fluctuation},
        adequate=_steady,
    ),
    "fine_frequency": Trial(
        stage=CALIBRATED,
        sweeps=(scale("delay", (0.03, 0.3), (3.0, 10.0)), put("max_repetitions", 8, 14, whole=True)),
        needs={"drive_frequency": Need(2e3, False, "a fifth of what the qubit wanders in hours")},
        truth={"drive_frequency": common.f01},
        adequate=_turns,
    ),
}
