"""Trials of Rabi oscillations."""

from __future__ import annotations

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, scale
from reson.evals.verdicts.pulses import best_amplitude
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth


def _long_pulse(setting: Setting) -> None:
    """A long X pulse makes many periods up to full scale."""
    setting.controls["pulse_duration"] = setting.factor(60e-9, 200e-9)
    setting.given |= {"max_amplitude": 1.0, "points": int(setting.rng.integers(11, 52))}


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    pi = best_amplitude(truth, "x", 0.0, setting.controls["pulse_duration"])
    periods = arguments["max_amplitude"] / 2 / pi
    near = abs(common.offset(setting, truth)) < 3e6
    return 0.75 <= periods <= 6 and arguments["points"] >= 6 * periods and near


TRIALS = {
    "rabi": Trial(
        stage=Stage(frequency=50e3, amplitude=None),
        sweeps=(scale("max_amplitude", (0.05, 0.6)), coarse, _long_pulse),
        needs={
            "x_amplitude": Need(0.03, True, "fine amplitude starts within 5 %; readout loses 0.2 % of fidelity"),
            "sx_amplitude": Need(0.03, True, "as the X pulse"),
        },
        truth={"x_amplitude": common.x_amplitude, "sx_amplitude": common.sx_amplitude},
        adequate=_adequate,
    ),
}
