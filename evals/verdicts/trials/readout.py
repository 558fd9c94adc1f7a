"""Trials of readout."""

from __future__ import annotations

import math

import numpy as np

from reson.evals.best_readout import readout_controls
from reson.evals.scenario import Setting
from reson.evals.spoils import put
from reson.evals.true_assignment import PERIOD
from reson.evals.verdicts.pulses import best_ef_amplitude
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.lines import digitised
from reson.tools.devices.simulated.readout import integrate, readout_of
from reson.tools.devices.simulated.resonators import READOUT_TIME
from reson.tools.devices.simulated.ring_up import Tone, pointer_states
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

SHOTS = 60_000
"""By which the true fidelity is sampled."""
CLIPPED = 0.003
"""Share of shots at the digitiser's largest value from which the pointer states do not tell the best cut."""
COSTS, CUTS = 0.005, 61
"""Fidelity that a cut may lack of the best straight one, and the angles and thresholds among which that is sought."""


def _right(moment: Moment) -> dict[str, float]:
    """What joins and parts the pointer states. Behind a digitiser that clips, many cuts are as good as each other: the
    one that was found is right if it costs no more fidelity than ``COSTS``, else the best one is.
    """
    clouds, most = _clouds(moment), moment.truth.resonator.digitiser
    if np.mean(np.maximum(np.abs(np.real(clouds)), np.abs(np.imag(clouds))) >= most) < CLIPPED:
        return readout_controls(moment.truth, *_tone(moment))
    found = moment.proposed["readout_angle"], moment.proposed["readout_threshold"]
    some = clouds[:, ::8]
    best = max(
        (_best_cut(some, float(angle)) for angle in np.linspace(-math.pi, math.pi, CUTS)), key=lambda cut: cut[2]
    )
    angle, threshold = found if _told(clouds, *found) > best[2] - COSTS else best[:2]
    return {"readout_angle": angle, "readout_threshold": threshold}


def _clouds(moment: Moment) -> np.ndarray:
    """Shots (2, SHOTS) of a qubit that is prepared perfectly, thermal population, decay, hum and clipping included."""
    truth, rng = moment.truth, np.random.default_rng(1)
    excited = (rng.random((2, SHOTS)) < truth.thermal_population).astype(int)
    excited[1] = 1 - excited[1]
    signal = integrate(readout_of([truth, truth], [_tone(moment)] * 2), excited, 1, rng)
    return digitised(signal, [truth, truth], 0.0, PERIOD)[..., 0]


def _told(clouds: np.ndarray, angle: float, threshold: float) -> float:
    """Share of shots that a cut assigns rightly."""
    above = ((clouds * np.exp(-1j * angle)).real > threshold).mean(axis=1)
    return float(1 - (above[0] + 1 - above[1]) / 2)


def _best_cut(clouds: np.ndarray, angle: float) -> tuple[float, float, float]:
    """(angle, threshold, fidelity) of the best cut at an angle."""
    along = (clouds * np.exp(-1j * angle)).real
    cuts = np.quantile(along, np.linspace(0, 1, CUTS))
    told = [_told(clouds, angle, float(cut)) for cut in cuts]
    return angle, float(cuts[int(np.argmax(told))]), max(told)


def _tone(moment: Moment) -> Tone:
    return Tone(moment.raw.controls["readout_frequency"], moment.raw.controls["readout_amplitude"])


def _angle(moment: Moment) -> float:
    """Of the turns by which it is the same, the one nearest to what was found."""
    found = moment.proposed["readout_angle"]
    return found + math.remainder(_right(moment)["readout_angle"] - found, math.tau)


def _threshold(moment: Moment) -> float:
    return _right(moment)["readout_threshold"]


def _fidelity(moment: Moment) -> float:
    """1 - (P(1|0) + P(0|1)) / 2 after a perfect X pulse; sampled."""
    return _told(_clouds(moment), moment.proposed["readout_angle"], moment.proposed["readout_threshold"])


def _three_fidelity(moment: Moment) -> float:
    """Mean share of shots that lie nearest to the pointer state that was prepared perfectly; sampled."""
    truth, rng = moment.truth, np.random.default_rng(1)
    weights = truth.boltzmann ** np.arange(LEVELS)
    hot = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random((3, SHOTS)))
    # pi pulses on 0-1 and then 1-2 carry the levels of a qubit at rest along
    carried = np.array([[0, 1, 2, 3], [1, 0, 2, 3], [2, 0, 1, 3]])
    levels = np.stack([carried[prepared][hot[prepared]] for prepared in range(3)])
    readout = readout_of([truth] * 3, [_tone(moment)] * 3)
    centres, _ = pointer_states(truth, *_tone(moment))
    points = integrate(readout, levels, 1, rng)[..., 0]
    nearest = np.argmin(np.abs(points[..., None] - centres[:3]), axis=-1)
    return float(np.mean(nearest == np.arange(3)[:, None]))


def _lift_off(setting: Setting) -> None:
    setting.controls["ef_amplitude"] *= 1 + setting.either_sign(0.2, 0.9)


def _three_adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    best = best_ef_amplitude(truth, setting.controls["pulse_duration"])
    lifted = abs(setting.controls["ef_amplitude"] / best - 1) < 0.06
    # a qubit that lives but twenty readouts loses 2 to 1 before it is read
    return lifted and truth.t1 > 20 * READOUT_TIME and _adequate(setting, arguments, truth)


def _sampling(parameter: str, value: float) -> float:
    return math.sqrt(value * (1 - value) / SHOTS / 2) if parameter.endswith("fidelity") else 0.0


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
    "three_state_readout": Trial(
        stage=Stage(frequency=10e3, amplitude=0.005, anharmonicity=50e3, lift=0.01, t1_known=0.5),
        sweeps=(put("shots", 100, 500, whole=True), _lift_off),
        needs={"three_state_fidelity": Need(0.03, False, "leakage is read to a few per cent of itself")},
        truth={"three_state_fidelity": _three_fidelity},
        adequate=_three_adequate,
        sampling=_sampling,
    ),
}
