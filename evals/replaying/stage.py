"""The lab in which a recording is played again: its past, its settings, and the live chip or only what it once said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from reson.agent.campaign.bench import Bench
from reson.agent.config import LabConfig
from reson.agent.lab import Lab
from reson.agent.launch import end_of
from reson.agent.memory import rebuild
from reson.agent.seeing_through import RunSettings
from reson.components import as_qubit
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.evals.replaying.recording import Recording
from reson.tools.devices.device import Controls, Device, DeviceLimits, Resting
from reson.tools.store import schema
from reson.tools.store.chain import add
from reson.tools.store.database import writing
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store
from reson.trajectory import TrajectoryWriter

if TYPE_CHECKING:
    from qiskit.primitives import BaseSamplerV2

    from reson.agent.brains.brain import Brain

_ORDER = ("runs", "measurements", "analyses", "approvals", "parameters", "lessons")
"""In which rows can be inserted so that each finds what it refers to."""


@dataclass
class RecordedDevice:
    """A device of which only the record is at hand: its clock follows the record, and it measures nothing.

    A job that failed when it was recorded fails again; one that was not recorded fails, and shows as a difference.
    """

    name: str
    kind: str
    qubits: tuple[int, ...]
    limits: DeviceLimits
    coupling: tuple[tuple[int, int], ...]
    clock: float

    def _nothing(self) -> NoReturn:
        raise ToolError(
            ToolErrorKind.JOB_FAILED, f"{self.name} is a recording, and holds no such measurement at this step"
        )

    @property
    def backend(self) -> NoReturn:
        self._nothing()

    def sampler(self) -> BaseSamplerV2:
        self._nothing()

    def design_controls(self) -> dict[str, dict[str, float]]:
        return {}

    def controls(self) -> dict[str, dict[str, float]]:
        return {}

    def load(self, controls: Controls) -> None:
        return

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock, UTC)

    def rest_until(self, time: datetime) -> None:
        self.clock = max(self.clock, time.timestamp())


@contextmanager
def staged(recording: Recording, directory: Path, brain: Brain, *, live: bool) -> Iterator[Bench]:
    """A bench on which the run can be made again, with the past of its lab in the record and in memory.

    ``live``: on the simulated chip as it is today. Raises ``OperatorError`` for a device that cannot be made here.
    """
    lab = _lab(recording, directory, live)
    store = lab.store()
    _insert_past(store, recording)
    started = datetime.fromtimestamp(recording.started, UTC)
    device = _live(lab, store, started) if live else _recorded(recording)
    settings = RunSettings.model_validate(recording.settings)
    start_run(
        store, recording.run_id, recording.kind, device.name, recording.settings, recording.seed, recording.started
    )
    rebuild(directory / "memory", store)
    memory = lab.memory()
    try:
        yield Bench(
            run_id=recording.run_id,
            config=lab.config,
            policy=lab.policy,
            budget=lambda: lab.config.budget,
            store=store,
            device=device,
            memory=memory,
            brain=brain,
            trajectory=TrajectoryWriter(lab.runs / recording.run_id / "trajectory.jsonl"),
            until=end_of(lab, started, settings.until),
            writes=settings.writes,
        )
    finally:
        memory.close()
        store.engine.dispose()


def _lab(recording: Recording, directory: Path, live: bool) -> Lab:
    device = dict(recording.config["device"])
    if recording.chip:
        (directory / "chip.toml").write_text(recording.chip, encoding="utf-8")
        device["chip"] = str(directory / "chip.toml")
    (directory / "policy.toml").write_text(recording.policy, encoding="utf-8")
    config = LabConfig.model_validate(recording.config | {"database": "", "device": device})
    if live:
        return Lab(directory, config)
    # recorded measurements are on record a moment before they are asked for: the budget must not see that
    more = {
        "experiments": config.budget.experiments + 10 * len(recording.episode.components),
        "device_minutes": config.budget.device_minutes + 60,
        "shots": 2 * config.budget.shots,
    }
    return Lab(directory, config.model_copy(update={"budget": config.budget.model_copy(update=more)}))


def _insert_past(store: Store, recording: Recording) -> None:
    with writing(store.engine) as connection:
        for name in _ORDER:
            if rows := recording.earlier.get(name):
                add(connection, schema.metadata.tables[name], rows)


def _live(lab: Lab, store: Store, started: datetime) -> Device:
    if lab.config.device.kind != "simulated":
        raise OperatorError(
            f"a lab-check makes the run again, and a {lab.config.device.kind} device is not made from a seed",
            "use `score` or `model-check` for recordings of other devices",
        )
    device = lab.device(store)
    assert isinstance(device, Resting)
    device.rest_until(started)
    return device


def _recorded(recording: Recording) -> Device:
    qubits = tuple(as_qubit(name).number for name in recording.episode.components)
    kind = recording.config["device"]["kind"]
    limits = DeviceLimits.model_validate(recording.limits)
    device: object = RecordedDevice(recording.device, kind, qubits, limits, recording.coupling, recording.started)
    return device  # type: ignore[return-value]  # it has no backend to give
