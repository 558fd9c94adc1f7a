"""What the study has to know of one experiment: how it is spoilt, what is true, and what the next step bears."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from reson.evals.scenario import PAIR, Scenario, Setting, Spoil
from reson.evals.verdicts.pair_stage import PairStage
from reson.evals.verdicts.stage import BAD_SWEEP, Stage, condition
from reson.tools.data import RawData, Values
from reson.tools.devices.simulated.chip import SLICE
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.realism import CLEAN
from reson.tools.devices.simulated.truth import TransmonTruth


@dataclass(frozen=True)
class Need:
    """Deviation from the truth that the next step bears: absolute in SI units, or relative to the true value."""

    tolerance: float
    relative: bool
    reason: str

    def allows(self, deviation: float, truth: float) -> bool:
        return abs(deviation) <= self.tolerance * (abs(truth) if self.relative else 1.0)


@dataclass(frozen=True)
class Moment:
    """The hidden truth of qubit 0 at one time of a measurement, and what the measurement would write.

    Of a pair: the chip right after it, with the other values that it would write loaded.
    """

    device: SimulatedDevice
    truth: TransmonTruth
    raw: RawData
    proposed: Mapping[str, float]
    """Matters where truth depends on it: the assignment fidelity is that of the proposed discrimination."""


Truth = Callable[[Moment], float]


def meaningless_without_drive(setting: Setting) -> bool:
    """Whatever comes out of noise, or of a qubit that no drive reaches, is wrong."""
    return setting.noise or not setting.device.chip.truth_now().transmons[0].gain


@dataclass(frozen=True)
class Trial:
    """One experiment in the study; measurements are of qubit 0, or of the pair q0-q1."""

    stage: Stage | PairStage
    """Where the steps before have left the chip."""
    sweeps: tuple[Spoil, ...]
    """Bad sweeps, each as likely as the others."""
    needs: Mapping[str, Need]
    """For each parameter that the experiment may write."""
    truth: Mapping[str, Truth]
    """For each parameter that the experiment may write."""
    adequate: Callable[[Setting, Values, TransmonTruth], bool]
    """(setting, arguments, truth now) -> whether an experienced person would expect a sound result.
    The number of shots is left out: noise alone makes no sweep inadequate, only its errors larger.
    """
    sampling: Callable[[str, float], float] = field(default=lambda parameter, value: 0.0)
    """(parameter, value) -> standard error of the truth itself, where it is found by sampling."""
    costly: bool = False
    """Whether the truth takes seconds to find: it is looked up once, in the middle of the measurement."""
    meaningless: Callable[[Setting], bool] = meaningless_without_drive

    def scenario(self, experiment: str, seed: int, number: int, realism: str = CLEAN) -> Scenario:
        """Measurement ``number`` of the experiment, on the chip of this seed; pairs on clean chips alone."""
        what = condition(number, self.stage.spoils)
        spoil = self._bad_sweep if what == BAD_SWEEP else self.stage.spoils[what]
        stage = self.stage
        left = partial(stage.left, experiment, seed, number, what)
        if realism != CLEAN and isinstance(stage, Stage):
            left = partial(stage.left, experiment, seed, number, what, realism)
        return Scenario(experiment, left, (spoil,), truth=self)

    def _bad_sweep(self, setting: Setting) -> None:
        self.sweeps[int(setting.rng.integers(len(self.sweeps)))](setting)


@dataclass(frozen=True)
class TrueValue:
    value: float
    stderr: float = 0.0
    """How far the truth itself moved during the measurement, or its own sampling error."""


def true_values(
    trial: Trial, device: SimulatedDevice, raw: RawData, proposed: Mapping[str, float]
) -> dict[str, TrueValue]:
    """The truth of each ``proposed`` parameter: of qubit 0 in the middle of the measurement ``raw``, of a pair now."""
    if isinstance(trial.stage, PairStage):
        return _true_of_pair(trial, Moment(device, device.chip.truth_now().transmons[0], raw, proposed))
    middle = _played((raw.started + raw.ended) / 2, raw)
    times = (middle,) if trial.costly else (raw.started, middle, _played(raw.ended, raw))
    return true_at(trial, [Moment(device, device.chip.truth_at(time).transmons[0], raw, proposed) for time in times])


def _played(time: float, raw: RawData) -> float:
    """When the hidden values were taken that the device had at a ``time`` of a measurement: they stand still in slices
    of its job, and a qubit that walks in truth does not walk within one.
    """
    return raw.started + (time - raw.started) // SLICE * SLICE


def true_at(trial: Trial, moments: list[Moment]) -> dict[str, TrueValue]:
    """The truth in the middle one of these moments, and how far it moved between the first and the last."""
    found = {}
    for name in moments[0].proposed:
        values = [trial.truth[name](moment) for moment in moments]
        value, moved = values[len(values) // 2], (values[-1] - values[0]) / 2
        found[name] = TrueValue(value, float(np.hypot(moved, trial.sampling(name, value))))
    return found


def _true_of_pair(trial: Trial, moment: Moment) -> dict[str, TrueValue]:
    """Of each parameter with the others as they would be written; what a drift of the line moves meanwhile is small."""
    controls = moment.device.controls()[PAIR]
    found = {}
    for name in moment.proposed:
        others = {other: value for other, value in moment.proposed.items() if other != name and other in controls}
        moment.device.load({PAIR: {**controls, **others}})
        found[name] = TrueValue(trial.truth[name](moment))
    return found
