"""Trials of T1 and the Hahn echo."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth

SWEEPS = (scale("max_delay", (0.03, 0.4), (3.0, 15.0)), coarse)


def _t1(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.prepared(setting, truth, 0.6) and 1.5 <= arguments["max_delay"] / truth.t1 <= 7


def _echo(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.prepared(setting, truth, 0.3) and 1.5 <= arguments["max_delay"] / truth.t2 <= 7


def _share(moment: Moment) -> float:
    """Of what brings an echo to 1/e, the part that grows as the time; the rest is what it leaves of 1/f noise."""
    return moment.truth.t2_echo / moment.truth.t2


TRIALS = {
    "t1": Trial(
        stage=Stage(frequency=3e3, amplitude=0.005, t1_known=0.5, t2_known=0.5),
        sweeps=SWEEPS,
        needs={"t1": common.DECAY},
        truth={"t1": common.t1},
        adequate=_t1,
    ),
    "t2_hahn": Trial(
        stage=Stage(frequency=3e3, amplitude=0.003, beta=0.02e-9, t1_known=1.0, t2_known=0.5),
        sweeps=SWEEPS,
        needs={
            "t2_echo": common.DECAY,
            "echo_exponential_share": Need(0.5, False, "tells fast noise from slow"),
        },
        truth={"t2_echo": common.t2, "echo_exponential_share": _share},
        adequate=_echo,
    ),
}
