"""One measurement of a simulated chip whose truth is known: where the steps before left the chip, what is spoilt, what
should come of it. The gallery's plots, the verdict study and the test set of plots are all made of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Component, Pair, Qubit
from reson.evals.tuned_qubits import known_table
from reson.records import Change, Status
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.cz_interleaved_rb import known_of

if TYPE_CHECKING:
    from reson.evals.verdicts.trial import Trial
    from reson.tools.devices.simulated.device import SimulatedDevice
    from reson.tools.devices.simulated.truth import TransmonTruth

PAIR, EDGE = Pair(0, 1), (0, 1)
"""Whatever is about a pair is about the only one of a chip of two qubits."""
FIRST = Qubit(0)
CLOCK = 1.8e9


@dataclass
class Setting:
    """One measurement before it is made: of qubit 0, or of the pair."""

    experiment: str
    device: SimulatedDevice
    rng: np.random.Generator
    table: dict[str, dict[str, float]]
    """Controls of each component, as they will be loaded."""
    component: Component = FIRST
    what: str = ""
    """Name of what is wrong."""
    healthy: TransmonTruth | None = None
    """The qubit without its fault."""
    results: dict[str, float] = field(default_factory=dict)
    """What is known of a qubit besides its controls; of a pair the truth of its qubits stands for it."""
    given: dict[str, float] = field(default_factory=dict)
    """Arguments in place of the defaults."""
    scaled: dict[str, float] = field(default_factory=dict)
    """Factors on default arguments."""
    history: dict[str, Past] = field(default_factory=dict)
    noise: bool = False
    """Every shot is replaced by one that knows nothing of the sweep."""
    gains: tuple[float, ...] = ()
    """Factors on the gain of the drive, one for each repetition of a sweep whose repetitions are averaged."""
    stretched: float = 1.0
    """The fitted curve is drawn out by this factor along the sweep, as a fit with a bad start would be."""

    @property
    def controls(self) -> dict[str, float]:
        """Of what is measured."""
        return self.table[self.component]

    @property
    def known(self) -> dict[str, float]:
        """What the table tells of it."""
        pair = isinstance(self.component, Pair)
        return known_of(PAIR, known_table(self.device)) if pair else self.controls | self.results

    def change_truth(self, change: Callable[[TransmonTruth], TransmonTruth], qubit: int = 0) -> None:
        """Another hidden truth of a qubit."""
        chip = self.device.chip
        transmons = list(chip.truth.transmons)
        transmons[qubit] = change(transmons[qubit])
        chip.truth = replace(chip.truth, transmons=tuple(transmons))

    def either_sign(self, low: float, high: float) -> float:
        """A magnitude drawn evenly on a logarithmic scale, with a random sign."""
        return float(self.rng.choice([-1, 1]) * self.factor(low, high))

    def factor(self, low: float, high: float) -> float:
        """Drawn evenly on a logarithmic scale."""
        return float(math.exp(self.rng.uniform(math.log(low), math.log(high))))

    def arguments(self) -> dict[str, float]:
        """Complete, and kept within the limits of the catalogue."""
        row, known = get(self.experiment), self.known
        usual = row.arguments({}, known)
        wanted = {**self.given, **{name: factor * usual[name] for name, factor in self.scaled.items()}}
        specs = {spec.name: spec for spec in row.parameters}
        within = {name: float(np.clip(value, specs[name].low, specs[name].high)) for name, value in wanted.items()}
        return row.arguments({k: round(v) if specs[k].integer else v for k, v in within.items()}, known)


Spoil = Callable[[Setting], None]


@dataclass(frozen=True)
class Scenario:
    experiment: str
    stage: Callable[[], Setting]
    """The chip as the steps before have left it."""
    spoil: tuple[Spoil, ...] = ()
    """What is then wrong, one after the other."""
    expected: Status | None = None
    """What its plot should read as; None: left to the truth."""
    truth: Trial | None = None
    """What is true of what it would write, and whether a sound result is to be expected."""
    made: str = ""
    """What makes its plot what it is, in words."""
    by_eye: bool = False
    """Made so by construction and plain to the eye, though the offline reader takes it for something else."""

    def ready(self) -> Setting:
        """The measurement on a chip of its own, which is loaded."""
        setting = self.stage()
        for spoil in self.spoil:
            spoil(setting)
        setting.device.load(setting.table)
        return setting


@dataclass(frozen=True)
class Played:
    """A measurement that was made."""

    raw: RawData
    analysis: Analysis
    changes: list[Change]
    """What it would write."""


def play(setting: Setting, arguments: Values) -> Played:
    """Measure and analyse. Raises ``ToolError`` where the device refuses it."""
    row = get(setting.experiment)
    asked: dict[str, Values] = {setting.component: arguments}
    raw = _averaged([row.measure(setting.device, asked)[setting.component] for _ in _repetitions(setting)])
    if setting.noise:
        raw = replaced_by_noise(raw, setting.rng)
    analysis = row.analyse(raw)
    if setting.stretched != 1.0:
        analysis = _with_stretched_curve(analysis, setting.stretched)
    return Played(raw, analysis, row.propose(analysis, raw.controls))


def _repetitions(setting: Setting) -> Iterator[None]:
    """One, or as many as the drive has gains meanwhile."""
    if not setting.gains:
        yield
        return
    usual = setting.device.chip.truth.transmons[0].gain
    for factor in setting.gains:
        setting.change_truth(lambda truth, factor=factor: replace(truth, gain=usual * factor))
        yield


def _averaged(repetitions: list[RawData]) -> RawData:
    """As a lab averages the repetitions of a sweep; a single one is left as it is."""
    if len(repetitions) == 1:
        return repetitions[0]
    mean = np.mean([raw.arrays["iq_mean"] for raw in repetitions], axis=0)
    stderr = np.linalg.norm([raw.arrays["iq_stderr"] for raw in repetitions], axis=0) / len(repetitions)
    return replace(repetitions[-1], arrays={"iq_mean": mean, "iq_stderr": stderr})


def replaced_by_noise(raw: RawData, rng: np.random.Generator) -> RawData:
    """The same measurement with every shot drawn from one distribution: nothing depends on the sweep."""
    number, arrays = len(raw.circuits), {}
    if isinstance(raw.component, Pair):
        states = raw.arrays["counts"].shape[1]
        arrays = raw.arrays | {"counts": rng.multinomial(raw.shots, rng.dirichlet(np.ones(states)), number)}
    elif "counts" in raw.arrays:
        ones = rng.binomial(raw.shots, rng.uniform(0.02, 0.98), number)
        arrays["counts"] = np.stack([raw.shots - ones, ones], axis=1)
    elif "iq" in raw.arrays:
        arrays["iq"] = rng.standard_normal((number, raw.shots, 2)).view(complex)[..., 0] + 3.0
    else:
        spread = 1 / np.sqrt(raw.shots)
        arrays["iq_mean"] = spread * rng.standard_normal((number, 2)).view(complex)[..., 0] + 3.0
        arrays["iq_stderr"] = np.full((number, 2), spread)
    return replace(raw, arrays=arrays)


def _with_stretched_curve(analysis: Analysis, factor: float) -> Analysis:
    """The fitted curve is drawn out from the start of the sweep; the measured points stay."""
    stretched = []
    for series in analysis.series:
        x = np.array(series.fit_x)
        y = np.interp(x[0] + (x - x[0]) / factor, x, series.fit_y) if len(x) else x
        stretched.append(series.model_copy(update={"fit_y": tuple(float(value) for value in y)}))
    return analysis.model_copy(update={"series": tuple(stretched)})
