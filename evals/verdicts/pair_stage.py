"""Where the measurements of a pair start from in the verdict study, and what is wrong with each in turn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from reson.evals.fault_strengths import drawn_strength
from reson.evals.scenario import EDGE, PAIR, Setting, Spoil
from reson.evals.spoils import fewer_shots, noise, nothing, of_either, off, off_by
from reson.evals.true_pair import best_amplitude, best_frames
from reson.evals.tuned_qubits import tuned
from reson.evals.verdicts.stage import BAD_SWEEP, FEW_SHOTS, HEALTHY, start_of
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.tools.devices.simulated.faults import make_fault


def _frames_off(setting: Setting) -> None:
    name = ("cz_z_first", "cz_z_second")[int(setting.rng.integers(2))]
    setting.controls[name] += setting.either_sign(0.05, 3.0)


PAIR_SPOILS: Mapping[str, Spoil] = {
    HEALTHY: nothing,
    BAD_SWEEP: nothing,  # the row's own: Trial.sweeps
    "dead_flux_line": nothing,
    "attenuated_flux_line": nothing,
    "trapped_flux": nothing,
    "flux_line_tail": nothing,
    "lossy_coupler": nothing,
    "coupler_defect": nothing,
    "frequency off": of_either(lambda qubit: off(qubit, "drive_frequency", 10e3, 2e6)),
    "X amplitude off": of_either(lambda qubit: off_by(qubit, "x_amplitude", 0.02, 0.5)),
    "bias off": off(PAIR, "coupler_bias", 1e-3, 0.1),
    "CZ amplitude off": off_by(PAIR, "cz_amplitude", 1e-3, 0.1),
    "frames off": _frames_off,
    "threshold off": of_either(lambda qubit: off(qubit, "readout_threshold", 0.3, 4.0)),
    FEW_SHOTS: fewer_shots(50, 150),
    "noise": noise,
}


Strength = Callable[[str], Mapping[str, float]]
"""Kind of a fault -> its parameters."""


@dataclass(frozen=True)
class PairStage:
    """What is still wrong with a healthy pair when a row's turn comes, as standard deviations."""

    bias: float | None = None
    """Flux quanta; None: the design's."""
    amplitude: float | None = None
    """Relative; None: the design's, and so it is where no amplitude makes a CZ."""
    tail: float | None = None
    """Of the predistortion's amplitude; None: there is none yet."""
    frames: float | None = None
    """rad; None: no virtual Z is known."""
    spoils: ClassVar[Mapping[str, Spoil]] = PAIR_SPOILS

    def left(self, experiment: str, seed: int, number: int, what: str) -> Setting:
        """Measurement ``number`` of a row, on the chip of this seed, with the fault of ``what``."""
        rng, clock = start_of(experiment, seed, number)
        return self.setting(experiment, seed, clock, rng, what, partial(drawn_strength, rng=rng))

    def setting(
        self, experiment: str, seed: int, clock: float, rng: np.random.Generator, what: str, strength: Strength
    ) -> Setting:
        """A pair's controls are those of the healthy chip, as a calibration before the fault has left them; the qubits'
        those of the chip as it is.
        """
        healthy = open_simulated(seed, 2, {}, clock, "line", tunable=True)
        faults = (make_fault(what, [PAIR], 2, strength(what)),) if what in KINDS else ()
        device = open_chip(ChipDescription(seed, 2, scenario=faults, coupling=(EDGE,), tunable=True), clock)
        controls = self._controls(healthy, rng)
        device.load({PAIR: controls})
        return Setting(experiment, device, rng, {**tuned(device), PAIR: controls}, PAIR, what)

    def _controls(self, healthy: SimulatedDevice, rng: np.random.Generator) -> dict[str, float]:
        """Controls of the pair as the steps before usually leave them; loads them into ``healthy`` on the way."""
        controls = dict(healthy.controls()[PAIR])
        tunable = tunable_of(healthy.chip.truth_now(), EDGE)
        if self.bias is not None:
            controls["coupler_bias"] = tunable.line.bias(tunable.idle) + rng.normal(0, self.bias)
        if self.tail is not None:
            (tail,) = tunable_of(healthy.chip.truth, EDGE).line.tails
            controls["flux_tail_amplitude"] = tail.amplitude + rng.normal(0, self.tail)
            controls["flux_tail_time"] = tail.time * math.exp(rng.normal(0, 0.1))
        healthy.load({PAIR: controls})
        if self.amplitude is not None:
            found = best_amplitude(healthy, EDGE)
            best = controls["cz_amplitude"] if math.isnan(found) else found
            controls["cz_amplitude"] = best * (1 + rng.normal(0, self.amplitude))
        healthy.load({PAIR: controls, **tuned(healthy)})
        if self.frames is not None:
            for name, angle in zip(("cz_z_first", "cz_z_second"), best_frames(healthy, EDGE), strict=True):
                controls[name] = angle + rng.normal(0, self.frames)
        return controls
