"""Trials of readout."""

from __future__ import annotations

import math

import numpy as np

from reson.evals.best_readout import readout_controls
from reson.evals.verdicts.setting import Setting, Stage, put
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.devices.simulated.readout import integrate, readout_of
from reson.tools.devices.simulated.ring_up import Tone
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.experiment import Values

SHOTS = 60_000
"""By which the true fidelity is sampled."""


def _right(moment: Moment) -> dict[str, float]:
    return readout_controls(moment.truth, *_tone(moment))


def _tone(moment: Moment) -> Tone:
    return Tone(moment.raw.controls["readout_frequency"], moment.raw.controls["readout_amplitude"])


def _angle(moment: Moment) -> float:
    return _right(moment)["readout_angle"]


def _threshold(moment: Moment) -> float:
    return _right(moment)["readout_threshold"]


def _fidelity(moment: Moment) -> float:
    """1 - (P(1|0) + P(0|1)) / 2 after a perfect X pulse, thermal population and decay included; sampled."""
    truth, rng = moment.truth, np.random.default_rng(1)
    excited = (rng.random((2, SHOTS)) < truth.thermal_population).astype(int)
    excited[1] = 1 - excited[1]
    readout = readout_of([truth, truth], [_tone(moment)] * 2)
    along = integrate(readout, excited, 1, rng)[..., 0] * np.exp(-1j * moment.proposed["readout_angle"])
    above = (along.real > moment.proposed["readout_threshold"]).mean(axis=1)
    return float(1 - (above[0] + 1 - above[1]) / 2)


def _sampling(parameter: str, value: float) -> float:
    return math.sqrt(value * (1 - value) / SHOTS / 2) if parameter == "assignment_fidelity" else 0.0


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.over_rotation(setting, truth, "x") < 0.2


TRIALS = {
    "readout": Trial(
        stage=Stage(frequency=50e3, amplitude=0.005),
        sweeps=(put("shots", 100, 500, whole=True),),
        needs={
            "readout_angle": Need(0.05, False, "0.1 % of the separation"),
            "readout_threshold": Need(0.3, False, "widths of a cloud: about 0.2 % of fidelity"),
            "assignment_fidelity": Need(0.02, False, "a specification is set in steps of some per cent"),
        },
        truth={"readout_angle": _angle, "readout_threshold": _threshold, "assignment_fidelity": _fidelity},
        adequate=_adequate,
        sampling=_sampling,
    ),
}
