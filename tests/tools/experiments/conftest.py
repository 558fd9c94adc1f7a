"""A bench: a small chip brought up once, with every measurement kept beside the truth at its time."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from reson.components import Qubit
from reson.records import Judgement, Verdict
from reson.tools.data import Analysis, Past, RawData
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

ORDER = (
    "resonator_spectroscopy",
    "qubit_spectroscopy",
    "rabi",
    "readout",
    "ramsey_xy",
    "t1",
    "t2_hahn",
    "rough_drag",
    "fine_sx_amplitude",
    "fine_x_amplitude",
    "fine_drag",
    "ramsey_xy",
    "fine_sx_amplitude",
    "fine_x_amplitude",
    "standard_rb",
)
HEALTHY, DEAD = (0, 1), 2
CLOCK = 1.8e9


@dataclass(frozen=True)
class Measured:
    raw: RawData
    analysis: Analysis
    judgement: Judgement
    truth: TransmonTruth
    predicted_seconds: float


@dataclass
class Bench:
    device: SimulatedDevice
    known: dict[int, dict[str, float]]
    steps: list[tuple[str, dict[int, Measured]]] = field(default_factory=list)

    def last(self, name: str, qubit: int) -> Measured:
        return [measured for step, measured in self.steps if step == name][-1][qubit]

    def load_known(self) -> None:
        design = self.device.design_controls()
        self.device.load(
            {Qubit(q): {name: values[name] for name in design[Qubit(q)]} for q, values in self.known.items()}
        )

    def measure(self, name: str) -> dict[int, Measured]:
        """One step of a bring-up on all qubits together; what is not rejected is loaded."""
        row = get(name)
        self.load_known()
        arguments = {q: row.arguments({}, values) for q, values in self.known.items()}
        truth = self.device.chip.truth_now().transmons
        done = {}
        for q, raw in row.acquire(self.device, arguments).items():
            analysis = row.analyse(raw)
            history = {"t1": Past(value=self.known[q]["t1"], stderr=None, age=0.0)} if "t1" in self.known[q] else {}
            judgement = judge(row.check(analysis, arguments[q], history))
            done[q] = Measured(raw, analysis, judgement, truth[q], row.device_seconds(arguments[q], self.device))
            if judgement.verdict is not Verdict.REJECT:
                for change in row.propose(analysis, raw.controls):
                    self.known[q][change.parameter] = change.new
        return done


@pytest.fixture(scope="session")
def bench() -> Bench:
    device = open_simulated(5, 3, {Qubit(DEAD): "dead_drive_line"}, CLOCK)
    bench = Bench(device, {q: dict(values) for q, values in enumerate(device.design_controls().values())})
    for name in ORDER:
        bench.steps.append((name, bench.measure(name)))
    bench.load_known()
    return bench
