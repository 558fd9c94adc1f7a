"""Trials of leakage benchmarking."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import put, scale
from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth


def _leakage(moment: Moment) -> float:
    """Of the 20 Cliffords with a pulse 16 take an SX, 4 an X."""
    errors = true_gate_errors(moment.device, 0, moment.truth)
    return 0.8 * errors.leakage_sx + 0.2 * errors.leakage_x


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    returns = 2 * 5 / 6 * setting.controls["pulse_duration"] / truth.t1 * arguments["max_length"]
    return common.prepared(setting, truth, 0.2) and 0.3 <= returns <= 10 and arguments["samples"] >= 4


TRIALS = {
    "leakage_rb": Trial(
        stage=Stage(
            frequency=1e3,
            amplitude=0.0007,
            beta=0.003e-9,
            t1_known=0.8,
            t2_known=1.0,
            anharmonicity=100e3,
            lift=0.01,
        ),
        sweeps=(scale("max_length", (0.01, 0.2), (2.0, 8.0)), put("samples", 2, 4, whole=True)),
        needs={
            "leakage_per_gate": Need(0.5, True, "tells a pulse that leaks from one that does not"),
        },
        truth={"leakage_per_gate": _leakage},
        adequate=_adequate,
    ),
}
