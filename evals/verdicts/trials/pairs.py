"""Trials of the rows about a pair, in the order of its bring-up."""

from __future__ import annotations

from functools import partial

from reson.agent.expert.pair_rule import PairFit, pair_fit
from reson.components import Qubit
from reson.evals.scenario import EDGE, PAIR, Setting, Spoil
from reson.evals.spoils import of_either, off, off_by
from reson.evals.true_pair import best_amplitude, best_frames, lost_by_a_pulse, true_bell, true_cz
from reson.evals.tuned_qubits import known_table
from reson.evals.verdicts.pair_stage import PairStage
from reson.evals.verdicts.stage import FEW_SHOTS, HEALTHY
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.tools.data import Values
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.faults import in_force
from reson.tools.devices.simulated.flux_line import Tail
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.cz_duration import MOST_LOSS, durations, scaled_amplitude
from reson.tools.quantities import PARAMETERS

HARDLY_MORE = 3e-4
"""Loss of one pulse by which two lengths may differ: 1e-4 of error."""


def _one_of(name: str, *choices: float) -> Spoil:
    def spoil(setting: Setting) -> None:
        setting.given[name] = float(setting.rng.choice(choices))

    return spoil


def _noise(setting: Setting) -> bool:
    return setting.noise


def _noise_or_no_flux(setting: Setting) -> bool:
    """Most values mean nothing where no flux arrives."""
    return setting.noise or setting.what == "dead_flux_line"


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    """A pair whose frequencies allow no CZ is never brought up, and so no sound result is expected of it."""
    table = known_table(setting.device)
    return setting.what in (HEALTHY, FEW_SHOTS) and pair_fit(*(table[Qubit(one)] for one in EDGE)) is PairFit.INSIDE


def _idle_bias(moment: Moment) -> float:
    tunable = tunable_of(moment.device.chip.truth_now(), EDGE)
    return tunable.line.bias(tunable.idle)


def _amplitude(moment: Moment) -> float:
    return best_amplitude(moment.device, EDGE)


def _length(moment: Moment) -> float:
    """The length found, if its pulse loses no more than what the row lets pass or hardly more than the best of those
    tried; else that best one.
    """
    found, losses = moment.proposed["cz_duration"], {}
    for one in durations(moment.raw.parameters):
        losses[one] = _loss(moment, one)
    best = min(losses, key=losses.__getitem__)
    mine = losses[min(losses, key=lambda one: abs(one - found))]
    return found if mine <= max(MOST_LOSS, losses[best] + HARDLY_MORE) else best


def _loss(moment: Moment, duration: float) -> float:
    """Of a pulse of a length, the best one where a phase of pi can be reached, else the one that was tried."""
    device, controls = moment.device, moment.raw.controls
    device.load({PAIR: {"cz_duration": duration}})
    amplitude = best_amplitude(device, EDGE)
    if not abs(amplitude) <= PARAMETERS["cz_amplitude"].high:
        amplitude = scaled_amplitude(controls["cz_amplitude"], controls["cz_duration"], duration)
    device.load({PAIR: {"cz_amplitude": amplitude}})
    return lost_by_a_pulse(device, EDGE)


def _tail(moment: Moment) -> Tail:
    """Of the line as it is, without predistortion."""
    chip = moment.device.chip
    (tail,) = tunable_of(in_force(chip.truth, chip.scenario, moment.raw.ended), EDGE).line.tails
    return tail


_BIAS = Need(0.03, False, "coupler_idle looks 0.06 to either side")
_ROUGH = Need(0.15, True, "cz_amplitude sweeps 0.82 to 1.26 times the amplitude")
_ARC = PairStage()
_IDLE = PairStage(bias=0.008, amplitude=0.02)
_AMPLITUDE = PairStage(bias=3e-4, amplitude=0.02)
_LENGTH = PairStage(bias=3e-4, amplitude=1e-3)
_SETTLING = PairStage(bias=3e-4, amplitude=2e-4)
_FRAMES = PairStage(bias=3e-4, amplitude=1e-4, tail=1e-4)
_GATE = PairStage(bias=3e-4, amplitude=1e-4, tail=1e-4, frames=5e-3)

_trial = partial(Trial, adequate=_adequate, meaningless=_noise_or_no_flux)

PAIR_TRIALS: dict[str, Trial] = {
    "coupler_arc": _trial(
        stage=_ARC,
        sweeps=(_one_of("points", 41.0), _one_of("shots", 20.0, 50.0)),
        needs={"coupler_bias": _BIAS, "cz_amplitude": _ROUGH},
        truth={"coupler_bias": _idle_bias, "cz_amplitude": _amplitude},
    ),
    "coupler_idle": _trial(
        stage=_IDLE,
        sweeps=(_one_of("span", 0.002, 0.005, 0.1), _one_of("hold", 1e-6, 3e-6), off(PAIR, "coupler_bias", 0.05, 0.2)),
        needs={"coupler_bias": Need(1.5e-3, False, "a ZZ of some kilohertz"), "cz_amplitude": _ROUGH},
        truth={"coupler_bias": _idle_bias, "cz_amplitude": _amplitude},
    ),
    "cz_amplitude": _trial(
        stage=_AMPLITUDE,
        sweeps=(
            _one_of("lowest", 0.97, 0.98),
            _one_of("highest", 1.02, 1.03),
            _one_of("points", 9.0, 13.0),
            off_by(PAIR, "cz_amplitude", 0.1, 0.4),
        ),
        needs={"cz_amplitude": Need(4e-3, True, "as far as cz_phase follows")},
        truth={"cz_amplitude": _amplitude},
    ),
    "cz_duration": _trial(
        stage=_LENGTH,
        sweeps=(_one_of("middle", 40e-9, 48e-9, 80e-9, 110e-9), off_by(PAIR, "cz_amplitude", 0.01, 0.1)),
        needs={
            "cz_duration": Need(0.6e-9, False, "whole nanoseconds"),
            "cz_amplitude": _ROUGH,
        },
        truth={"cz_duration": _length, "cz_amplitude": _amplitude},
        meaningless=_noise,
    ),
    "cz_phase": _trial(
        stage=_LENGTH,
        sweeps=(_one_of("step", 2e-4, 5e-3), off_by(PAIR, "cz_amplitude", 3e-3, 0.1)),
        needs={"cz_amplitude": Need(6e-4, True, "0.04 rad: 2e-4 of error")},
        truth={"cz_amplitude": _amplitude},
    ),
    "cz_settling": _trial(
        stage=_SETTLING,
        sweeps=(off_by(PAIR, "cz_amplitude", 3e-3, 0.1),),
        needs={
            "flux_tail_amplitude": Need(6e-4, False, "0.04 rad: 2e-4 of error"),
            "flux_tail_time": Need(0.5, True, "most of the tail is gone"),
        },
        truth={
            "flux_tail_amplitude": lambda moment: _tail(moment).amplitude,
            "flux_tail_time": lambda moment: _tail(moment).time,
        },
    ),
    "cz_frames": _trial(
        stage=_FRAMES,
        sweeps=(off_by(PAIR, "cz_amplitude", 1e-3, 0.1),),
        needs={name: Need(0.03, False, "2e-4 of error") for name in ("cz_z_first", "cz_z_second")},
        truth={
            "cz_z_first": lambda moment: best_frames(moment.device, EDGE)[0],
            "cz_z_second": lambda moment: best_frames(moment.device, EDGE)[1],
        },
        meaningless=_noise,
    ),
    "cz_interleaved_rb": _trial(
        stage=_GATE,
        sweeps=(_one_of("max_length", 20.0, 30.0, 1000.0), _one_of("samples", 4.0)),
        needs={"cz_error": Need(0.25, True, "a third of what lies between the limit and the goal")},
        truth={"cz_error": lambda moment: true_cz(moment.device, EDGE).error},
        meaningless=_noise,
    ),
    "bell_state": _trial(
        stage=_GATE,
        sweeps=(
            _one_of("shots", 200.0, 500.0),
            off_by(PAIR, "cz_amplitude", 1e-3, 0.1),
            of_either(lambda qubit: off_by(qubit, "sx_amplitude", 0.01, 0.5)),
        ),
        needs={"bell_fidelity": Need(0.02, False, "tells a sound pair from one that loses some per cent")},
        truth={"bell_fidelity": lambda moment: true_bell(moment.device, EDGE)},
        meaningless=_noise,
    ),
}
