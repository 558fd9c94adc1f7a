"""Trials of Ramsey fringes."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth


def _detuned(setting: Setting) -> None:
    """An artificial detuning from a standstill to beyond the sampling limit."""
    window = 4e-6
    setting.given |= {"max_delay": window, "detuning": setting.either_sign(0.1, 80.0) / window}


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    turns = abs(arguments["detuning"] - common.offset(setting, truth)) * arguments["max_delay"]
    # so near the sampling limit that nobody could tell a detuned qubit from an oscillation that folds back
    told = abs(arguments["detuning"]) * arguments["max_delay"] <= 0.35 * arguments["points"]
    seen = told and 1 <= turns <= 0.3 * arguments["points"] and arguments["max_delay"] <= 2.5 * truth.t2_star
    return common.prepared(setting, truth, 0.3) and seen


TRIALS = {
    "ramsey_xy": Trial(
        stage=Stage(frequency=50e3, amplitude=0.005, t1_known=0.5, t2_known=0.5),
        sweeps=(_detuned, scale("max_delay", (0.05, 0.4), (3.0, 20.0)), coarse),
        needs={
            "drive_frequency": Need(30e3, False, "3 mrad a pulse; moves the DRAG optimum by 0.01 ns"),
            "t2_star": Need(0.2, True, "sets the window of the next Ramsey"),
        },
        truth={"drive_frequency": common.f01, "t2_star": lambda moment: moment.truth.t2_star},
        adequate=_adequate,
    ),
}
