"""Trials of interleaved and purity benchmarking."""

from __future__ import annotations

import math
from functools import partial

from reson.evals.scenario import Setting
from reson.evals.spoils import put, scale
from reson.evals.truth import true_gate_errors
from reson.evals.unitarity import true_unitarities
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.evals.verdicts.trials.benchmarking import error_per_pulse
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth

STAGE = Stage(frequency=1e3, amplitude=0.0007, beta=0.003e-9, t1_known=1.0, t2_known=1.0)
SWEEPS = (scale("max_length", (0.02, 0.4), (2.0, 8.0)), put("samples", 2, 4, whole=True))


def _error_of(gate: str, moment: Moment) -> float:
    return getattr(true_gate_errors(moment.device, 0, moment.truth), gate)


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


def _unitarity(moment: Moment) -> float:
    """Of the average pulse: of the 20 Cliffords with a pulse 16 take an SX, 4 an X."""
    found = true_unitarities(moment.device, 0, moment.truth)
    return found["sx"] ** 0.8 * found["x"] ** 0.2


def _incoherent(moment: Moment) -> float:
    return (1 - math.sqrt(_unitarity(moment))) / 2


def _coherent(moment: Moment) -> float:
    """What is left of the error without decoherence."""
    return error_per_pulse(moment.device, moment.truth) - _incoherent(moment)


def _adequate_purity(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    decays = 5 / 3 * error_per_pulse(setting.device) * arguments["max_length"]
    return common.prepared(setting, truth, 0.1) and 0.6 <= decays <= 5 and arguments["samples"] >= 4


PURITY = Trial(
    stage=STAGE,
    sweeps=SWEEPS,
    needs={
        "incoherent_error": Need(0.25, True, "tells decoherence from what a calibration can win"),
        "coherent_error": Need(3e-5, False, "a tenth of the usual error per pulse"),
        "unitarity": Need(1e-4, False, "as the incoherent error"),
    },
    truth={"incoherent_error": _incoherent, "coherent_error": _coherent, "unitarity": _unitarity},
    adequate=_adequate_purity,
)
TRIALS = {"purity_rb": PURITY} | {f"interleaved_rb_{gate}": _interleaved(gate) for gate in ("x", "sx")}
