"""A pair brought from design values to a CZ, step by step, with the truth beside every step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from reson.components import Pair
from reson.evals.true_pair import CzErrors, true_cz
from reson.evals.tuned_qubits import tuned
from reson.records import Judgement, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.verdicts.judge import judge

PAIR = Pair(0, 1)
CHAIN = (
    "coupler_arc",
    "coupler_idle",
    "cz_amplitude",
    "cz_duration",
    "cz_phase",
    "cz_settling",
    "cz_phase",
    "cz_frames",
)


@dataclass(frozen=True)
class Step:
    raw: RawData
    analysis: Analysis
    judgement: Judgement
    controls: dict[str, float]
    """Of the pair, after what was found is loaded."""
    true: CzErrors


@dataclass
class Bench:
    device: SimulatedDevice
    steps: list[tuple[str, Step]] = field(default_factory=list)

    def last(self, name: str) -> Step:
        return [step for done, step in self.steps if done == name][-1]

    def measure(self, name: str, **given: float) -> Step:
        """One step; what is not rejected is loaded, and the qubits are tuned to where the bias has moved them."""
        row = PAIR_ROWS[name]
        arguments = row.arguments(given, self.device.controls()[PAIR])
        raw = row.acquire(self.device, {PAIR: arguments})[PAIR]  # pyright: ignore[reportArgumentType]
        analysis = row.analyse(raw)
        judgement = judge(row.check(analysis, arguments, {}))
        if judgement.verdict is not Verdict.REJECT:
            found = {change.parameter: change.new for change in row.propose(analysis, raw.controls)}
            self.device.load({PAIR: found})
            if "coupler_bias" in found:
                tune(self.device)
        step = Step(raw, analysis, judgement, dict(self.device.controls()[PAIR]), true_cz(self.device, (0, 1)))
        self.steps.append((name, step))
        return step


def opened_with(seed: int, kind: str, **strength: float) -> Bench:
    """A chip of one pair with a fault that was always there, of any strength; its qubits calibrated where they are."""
    fault = make_fault(kind, (PAIR,), 2, strength, -math.inf, math.inf)
    device = open_chip(ChipDescription(seed, 2, scenario=(fault,), coupling=((0, 1),), tunable=True), 1.8e9)
    tune(device)
    return Bench(device)


def opened(seed: int, faults: dict[str, str] | None = None) -> Bench:
    """A chip of one pair, its qubits calibrated at the design's bias."""
    device = open_simulated(seed, 2, faults or {}, 1.8e9, "line", tunable=True)
    tune(device)
    return Bench(device)


def tune(device: SimulatedDevice) -> None:
    """Load what a bring-up of both qubits finds."""
    device.load(tuned(device))
