"""Trials of the readout resonator's experiments."""

from __future__ import annotations

from reson.evals.verdicts.setting import Setting, Stage, coarse, put
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.experiment import Values


def _resonator(moment: Moment) -> float:
    return ground_frequency(moment.truth)


def _linewidth(moment: Moment) -> float:
    return moment.truth.resonator.kappa


def unreadable(setting: Setting) -> bool:
    """Whatever comes out of noise, or of a line that transmits nothing, is wrong; a dead drive line does no harm."""
    return setting.noise or not setting.device.chip.truth_now().transmons[0].resonator.transmission


def _dip_inside(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    offset = abs(ground_frequency(truth) - setting.controls["readout_frequency"])
    step = arguments["span"] / (arguments["points"] - 1)
    kappa = truth.resonator.kappa
    whole = offset + 1.5 * kappa < arguments["span"] / 2
    return whole and step < 0.8 * kappa and 0.004 < arguments["amplitude"] < 0.06


TRIALS = {
    "resonator_spectroscopy": Trial(
        stage=Stage(frequency=None, amplitude=None, resonator=None),
        sweeps=(
            put("span", 2e6, 9e6),
            put("span", 40e6, 60e6),
            put("amplitude", 0.0005, 0.004),
            put("amplitude", 0.06, 1.0),
            coarse,
        ),
        needs={
            "readout_frequency": Need(150e3, False, "a tenth of the separation of the clouds"),
            "resonator_frequency": Need(150e3, False, "as the readout frequency"),
            "resonator_linewidth": Need(0.3, True, "sets the width of later sweeps"),
        },
        truth={
            "readout_frequency": _resonator,
            "resonator_frequency": _resonator,
            "resonator_linewidth": _linewidth,
        },
        adequate=_dip_inside,
        meaningless=unreadable,
    ),
}
