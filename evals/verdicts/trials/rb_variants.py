"""Trials of interleaved and purity benchmarking."""

from __future__ import annotations

from functools import partial

from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.setting import Setting, Stage, put, scale
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.evals.verdicts.trials.benchmarking import error_per_pulse
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.experiment import Values

STAGE = Stage(frequency=1e3, amplitude=0.0007, beta=0.003e-9, t1_known=1.0, t2_known=1.0)
SWEEPS = (scale("max_length", (0.02, 0.4), (2.0, 8.0)), put("samples", 2, 4, whole=True))


def _error_of(gate: str, moment: Moment) -> float:
    return getattr(true_gate_errors(moment.device, 0), gate)


def _adequate(gate: str, setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    errors = true_gate_errors(setting.device, 0)
    plain = 5 / 3 * error_per_pulse(setting.device) * arguments["max_length"]
    both = plain + 2 * getattr(errors, gate) * arguments["max_length"]
    window = plain >= 0.6 and both <= 8 and both >= 1.4 * plain
    return common.prepared(setting, truth, 0.1) and window and arguments["samples"] >= 4


def _interleaved(gate: str) -> Trial:
    return Trial(
        stage=STAGE,
        sweeps=SWEEPS,
        needs={f"{gate}_error": Need(0.3, True, "tells which of the two pulses wants calibrating")},
        truth={f"{gate}_error": partial(_error_of, gate)},
        adequate=partial(_adequate, gate),
    )


TRIALS = {f"interleaved_rb_{gate}": _interleaved(gate) for gate in ("x", "sx")}
