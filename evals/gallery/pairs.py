"""Reference plots of the rows about pairs: a chip of two qubits, tuned from the truth, and one thing spoilt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from reson.evals.tuned_qubits import tuned
from reson.evals.verdicts.pair_trial import CLOCK, EDGE, PAIR, known_table, left_by
from reson.evals.verdicts.trials.pairs import PAIR_TRIALS
from reson.records import Status
from reson.tools.data import Analysis
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip, open_simulated
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.pair_catalogue import PAIR_ROWS

SEED = 419
"""A chip of its own, on which nothing was tuned and nothing is evaluated."""

Controls = dict[str, dict[str, float]]


@dataclass(frozen=True)
class PairRecipe:
    """How to make one plot of a row about a pair, which the steps before have left as they usually do."""

    experiment: str
    status: Status
    made: str
    arguments: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""
    """Of the coupler of the pair."""
    strength: Mapping[str, float] = field(default_factory=dict)
    spoilt: Callable[[Controls], None] = lambda controls: None
    by_eye: bool = False
    """Plain to the eye, though the offline reader takes it for something else."""


def _no_drive(controls: Controls) -> None:
    for name in ("q0", "q1"):
        controls[name] |= {"x_amplitude": 0.0, "sx_amplitude": 0.0}


def _moved(name: str, by: float) -> Callable[[Controls], None]:
    def spoil(controls: Controls) -> None:
        controls[PAIR][name] += by

    return spoil


def _times(name: str, factor: float) -> Callable[[Controls], None]:
    def spoil(controls: Controls) -> None:
        controls[PAIR][name] *= factor

    return spoil


OFF = "the drives of both qubits were off"
PAIR_RECIPES = (
    PairRecipe("coupler_arc", Status.SUCCESS, "calm in the middle, walls on both sides"),
    PairRecipe("coupler_arc", Status.NO_SIGNAL, "the flux line is dead", fault="dead_flux_line"),
    PairRecipe("coupler_arc", Status.RANGE_TOO_NARROW, "flux is trapped: one wall lies outside", fault="trapped_flux",
               strength={"flux": 0.3}),
    PairRecipe("coupler_idle", Status.SUCCESS, "the ZZ crosses zero inside the sweep"),
    PairRecipe("coupler_idle", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
    PairRecipe(
        "coupler_idle", Status.RANGE_TOO_NARROW, "the zero lies beside a narrow sweep",
        {"span": 0.01}, spoilt=_moved("coupler_bias", -0.04),
    ),
    PairRecipe("cz_amplitude", Status.SUCCESS, "the conditional phase rises from nothing through pi"),
    PairRecipe("cz_amplitude", Status.NO_SIGNAL, "the flux line is dead", fault="dead_flux_line"),
    PairRecipe("cz_amplitude", Status.RANGE_TOO_NARROW, "the pulses are too weak", spoilt=_times("cz_amplitude", 0.75)),
    PairRecipe("cz_duration", Status.SUCCESS, "the best lengths swap and leak little"),
    PairRecipe("cz_duration", Status.LARGE_ERROR, "the coupler relaxes within microseconds", fault="lossy_coupler"),
    PairRecipe("cz_duration", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
    PairRecipe("cz_phase", Status.SUCCESS, "the phases of many pulses lie on straight lines"),
    PairRecipe("cz_phase", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
    PairRecipe("cz_settling", Status.SUCCESS, "what an earlier pulse leaves dies away", fault="flux_line_tail"),
    PairRecipe("cz_settling", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
    PairRecipe("cz_frames", Status.SUCCESS, "the phases of both qubits grow straight with the number of gates"),
    PairRecipe("cz_frames", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
    PairRecipe("cz_interleaved_rb", Status.SUCCESS, "both decay to a quarter, the interleaved one faster"),
    PairRecipe("cz_interleaved_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", {"max_length": 20}),
    PairRecipe("cz_interleaved_rb", Status.NO_SIGNAL, OFF, spoilt=_no_drive),
)  # fmt: skip


def make_pair(recipe: PairRecipe) -> Analysis:
    """Measure and analyse as the recipe says."""
    rng = np.random.default_rng([SEED, *recipe.made.encode()])
    row, stage = PAIR_ROWS[recipe.experiment], PAIR_TRIALS[recipe.experiment].stage
    controls = left_by(stage, open_simulated(SEED, 2, {}, CLOCK, "line", tunable=True), rng)
    faults = (make_fault(recipe.fault, [PAIR], 2, recipe.strength),) if recipe.fault else ()
    device = open_chip(ChipDescription(SEED, 2, scenario=faults, coupling=(EDGE,), tunable=True), CLOCK)
    device.load({PAIR: controls})
    whole = {**tuned(device), PAIR: controls}
    recipe.spoilt(whole)
    device.load(whole)
    asked = row.arguments(recipe.arguments, known_of(PAIR, known_table(device)))
    return row.analyse(row.measure(device, {PAIR: asked})[PAIR])
