"""Trials of the readout resonator's experiments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reson.evals.best_readout import best_amplitude, best_frequency
from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial, meaningless_without_drive
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.readout import draw_levels, integrate, readout_of
from reson.tools.devices.simulated.ring_up import Tone, ground_frequency
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.row_dips import row_dips
from reson.tools.experiments.punch_out import ENDS

GRID_POINTS, SHOTS = 73, 300
"""Of the noiseless punch-out; more points for a dip that would fall between them."""


def _resonator(moment: Moment) -> float:
    return ground_frequency(moment.truth)


def _linewidth(moment: Moment) -> float:
    return moment.truth.resonator.kappa


def unreadable(setting: Setting) -> bool:
    """Whatever comes out of noise, or of a line that transmits nothing, is wrong; a dead drive line does no harm."""
    return setting.noise or not setting.device.chip.truth_now().transmons[0].resonator.transmission


def _moved(moment: Moment) -> float:
    """Place of the dip in the weakest tones less that in the strongest ones that show one, from the signals without
    noise and without the feedline's own.
    """
    raw, truth = moment.raw, replace(moment.truth, resonator=replace(moment.truth.resonator, line=None))
    points = max(GRID_POINTS, round(4 * 24e6 / truth.resonator.kappa))
    frequencies = truth.resonator.bare + np.linspace(-12e6, 12e6, points)
    powers = sorted(get("punch_out").analyse(raw).series[0].y)
    ends = [10 ** (power / 20) for power in (*powers[:ENDS], *powers[-ENDS:])]
    size = np.abs([_mean_signal(truth, [Tone(float(f), amplitude) for f in frequencies]) for amplitude in ends])
    rows = size / np.median(size, axis=1, keepdims=True)
    place, *_ = row_dips(frequencies, rows, np.full(rows.shape, 1e-3))
    return float(np.median(place[:ENDS]) - np.median(place[-ENDS:]))


def _mean_signal(truth: TransmonTruth, tones: list[Tone]) -> np.ndarray:
    """Mean signal of a qubit at rest under each tone, shape (tones,), sampled without the amplifier's noise."""
    quiet = replace(truth, resonator=replace(truth.resonator, noise=0.0))
    rng = np.random.default_rng(1)
    weights = truth.boltzmann ** np.arange(LEVELS)
    populations = np.tile(weights / weights.sum(), (len(tones), 1))
    levels = draw_levels(populations, SHOTS, rng)
    return integrate(readout_of([quiet] * len(tones), tones), levels, 1, rng)[..., 0].mean(axis=1)


def _shift(moment: Moment) -> float:
    return ground_frequency(moment.truth, 1) - ground_frequency(moment.truth)


def _best_frequency(moment: Moment) -> float:
    return best_frequency(moment.truth, moment.raw.controls["readout_amplitude"])


def _best_amplitude(moment: Moment) -> float:
    return best_amplitude(moment.truth, moment.raw.controls["readout_frequency"])


def _without_drive_or_line(setting: Setting) -> bool:
    return unreadable(setting) or meaningless_without_drive(setting)


def _detuned(setting: Setting) -> None:
    """A readout frequency one to some linewidths beside the resonator's."""
    setting.controls["readout_frequency"] += setting.either_sign(0.5e6, 6e6)


def _map_wide_enough(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    offset = ground_frequency(truth) - setting.controls["readout_frequency"]
    ends = [offset, offset - (ground_frequency(truth) - truth.resonator.bare)]
    step = arguments["span"] / (arguments["points"] - 1)
    whole = max(map(abs, ends)) + truth.resonator.kappa < arguments["span"] / 2
    return whole and step < 0.6 * truth.resonator.kappa and arguments["min_amplitude"] < 0.03


def _both_dips_inside(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    middle = best_frequency(truth, 0.017) - setting.controls["readout_frequency"]
    step = arguments["span"] / (arguments["points"] - 1)
    kappa = truth.resonator.kappa
    whole = abs(middle) + 2 * kappa < arguments["span"] / 2
    return whole and step < 0.5 * kappa and common.over_rotation(setting, truth, "x") < 0.5


def _maximum_inside(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    best = best_amplitude(truth, setting.controls["readout_frequency"])
    near = abs(setting.controls["readout_frequency"] - best_frequency(truth, best)) < 0.4 * truth.resonator.kappa
    wide = 2 * arguments["min_amplitude"] < best < arguments["max_amplitude"] / 1.6
    fine = (arguments["max_amplitude"] / arguments["min_amplitude"]) ** (1 / (arguments["points"] - 1)) < 1.25
    return near and wide and fine and common.over_rotation(setting, truth, "x") < 0.5


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
    "punch_out": Trial(
        stage=Stage(frequency=None, amplitude=None),
        sweeps=(put("span", 4e6, 9e6), put("min_amplitude", 0.05, 0.3), coarse, _detuned),
        needs={"punch_out_shift": Need(0.25, True, "tells a resonator with a qubit from one without")},
        truth={"punch_out_shift": _moved},
        adequate=_map_wide_enough,
        meaningless=unreadable,
    ),
    "readout_frequency_sweep": Trial(
        stage=Stage(frequency=50e3, amplitude=0.01),
        sweeps=(put("span", 1e6, 4e6), put("span", 20e6, 60e6), coarse, _detuned),
        needs={
            "readout_frequency": Need(150e3, False, "costs 2 % of the separation of the clouds"),
            "dispersive_shift": Need(0.15, True, "a result that is watched, not used"),
        },
        truth={"readout_frequency": _best_frequency, "dispersive_shift": _shift},
        adequate=_both_dips_inside,
        meaningless=_without_drive_or_line,
    ),
    "readout_power": Trial(
        stage=Stage(frequency=50e3, amplitude=0.01),
        sweeps=(
            scale("min_amplitude", (2.0, 8.0)),
            scale("max_amplitude", (0.15, 0.5)),
            coarse,
            _detuned,
        ),
        needs={"readout_amplitude": Need(0.2, True, "costs half a per cent of fidelity")},
        truth={"readout_amplitude": _best_amplitude},
        adequate=_maximum_inside,
        meaningless=_without_drive_or_line,
    ),
}
