"""Trials of randomised benchmarking."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import put, scale
from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.truth import TransmonTruth


def error_per_pulse(device: SimulatedDevice, truth: TransmonTruth | None = None) -> float:
    """As benchmarking defines it: (1 - decay) / 2, which counts half of the leakage (Wood and Gambetta, PRA 97, 032306
    (2018)). Of the 20 Cliffords with a pulse 16 take an SX, 4 an X.
    """
    errors = true_gate_errors(device, 0, truth)
    return 0.8 * (errors.sx - errors.leakage_sx / 2) + 0.2 * (errors.x - errors.leakage_x / 2)


def _error(moment: Moment) -> float:
    return error_per_pulse(moment.device, moment.truth)


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    decays = 2 * 5 / 6 * error_per_pulse(setting.device) * arguments["max_length"]
    return common.prepared(setting, truth, 0.1) and 0.7 <= decays <= 8 and arguments["samples"] >= 4


TRIALS = {
    "standard_rb": Trial(
        stage=Stage(frequency=1e3, amplitude=0.0007, beta=0.003e-9, t1_known=1.0, t2_known=1.0),
        sweeps=(scale("max_length", (0.02, 0.4), (2.0, 8.0)), put("samples", 2, 4, whole=True)),
        needs={"error_per_gate": Need(0.2, True, "tells 1.2 from 1.5 times the coherence limit")},
        truth={"error_per_gate": _error},
        adequate=_adequate,
    ),
}
