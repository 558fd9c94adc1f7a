"""A small run put on record through the store's own functions, with values known to the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from reson.agent.approvals import authorise
from reson.agent.lab import Lab, open_lab
from reson.agent.policy import DEFAULT_POLICY, Policy, load_policy
from reson.components import Qubit, as_qubit
from reson.records import (
    Action,
    ActionKind,
    Change,
    Check,
    CheckCode,
    Effect,
    Ending,
    FitReliability,
    Json,
    Judgement,
    Outcome,
    Quantity,
    Reading,
    Seen,
    Status,
    Verdict,
)
from reson.tools.data import Analysis, Axis, RawData
from reson.tools.figures.raster import encode
from reson.tools.store import parameters
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.measurements import record_analysis, record_measurements
from reson.tools.store.parameters import commit, current, seed_table, snapshot
from reson.tools.store.runs import end_run, start_run
from reson.tools.store.store import Store
from reson.trajectory import TrajectoryWriter

DEVICE = "simulated-7"
T0 = 1_767_304_800.0


def picture_of(identity: str) -> bytes:
    """A small PNG, another for each measurement."""
    noise = np.random.default_rng(list(identity.encode())).integers(0, 256, (48, 64, 4), dtype=np.uint8)
    return encode(noise)


DESIGN = {"drive_frequency": 5.0e9, "x_amplitude": 0.35, "pulse_duration": 32e-9}


@dataclass
class Record:
    """Writes a run step by step, as a campaign does."""

    lab: Lab
    store: Store
    policy: Policy
    run_id: str = "night-0001"
    clock: float = T0
    components: tuple[str, ...] = ("q0", "q1")

    def begin(self) -> None:
        seed_table(self.store, DEVICE, dict.fromkeys(self.components, DESIGN), self.clock, "design", "cold chip")
        start_run(self.store, self.run_id, "night", DEVICE, {"components": list(self.components)}, 7, self.clock)
        snapshot(self.store, self.run_id, "before", DEVICE, self.clock)

    def measure(
        self,
        component: str,
        experiment: str,
        quantities: dict[str, Quantity],
        *,
        verdict: Verdict = Verdict.ACCEPT,
        status: Status = Status.SUCCESS,
        reason: str = "as it should be",
        why: str = "its turn",
        step: int = 0,
    ) -> str:
        """One judged measurement of ten seconds and a thousand shots; its id."""
        identity = f"{self.run_id}-{step:04d}-{component}"
        raw = RawData(
            experiment=experiment,
            component=as_qubit(component),
            parameters={"max_amplitude": 0.9},
            controls={"drive_frequency": 5.0e9},
            shots=100,
            circuits=[{"xval": x} for x in range(10)],
            arrays={"counts": np.full((10, 2), 50)},
            started=self.clock,
            ended=self.clock + 10.0,
        )
        self.clock += 10.0
        record_measurements(self.store, self.run_id, step, f"{self.run_id}-{step:04d}", why, {identity: raw})
        axis = Axis(label="amplitude", unit="")
        qubit = int(component[1:])
        analysis = Analysis(
            experiment=experiment, component=Qubit(qubit), series=(), x_axis=axis, y_axis=axis, quantities=quantities
        )
        check = Check(
            name="signal", code=CheckCode.NO_SIGNAL, passed=verdict is Verdict.ACCEPT, severity=verdict, message=reason
        )
        reading = Reading(
            outcome=Outcome.EXPECTED if status is Status.SUCCESS else Outcome.SUBOPTIMAL,
            reliability=FitReliability.RELIABLE,
            status=status,
            confidence=0.9,
            reason=reason,
            reader="offline",
            seen=Seen.SAVED_DATA,
        )
        picture = picture_of(identity)
        record_analysis(
            self.store, identity, analysis, picture, Judgement(verdict=verdict, checks=(check,)), reading, "test"
        )
        return identity

    def propose(self, measurement: str, parameter: str, new: float, stderr: float, unit: str) -> ApprovalRow:
        """Ask for one change that rests on an accepted measurement."""
        component = measurement.rpartition("-")[2]
        row = current(self.store, DEVICE).get(component, {}).get(parameter)
        change = Change(
            component=component,
            parameter=parameter,
            old=None if row is None else row.value,
            new=new,
            stderr=stderr,
            unit=unit,
        )
        action = Action(
            kind=ActionKind.WRITE,
            effect=Effect.WRITES,
            device=DEVICE,
            component=component,
            arguments={"measurement": measurement, "verdict": "accept", "changes": [change.to_json()]},
        )
        return authorise(
            self.store,
            self.policy,
            action,
            approval_id=f"{measurement}-{parameter}",
            run_id=self.run_id,
            device_kind="simulated",
            verdict=Verdict.ACCEPT,
            why="what was found",
            evidence={"measurement": measurement, "experiment": "rabi"},
            device_time=self.clock,
        )

    def write(self, measurement: str, parameter: str, new: float, stderr: float, unit: str) -> None:
        commit(self.store, self.propose(measurement, parameter, new, stderr, unit).id, device_time=self.clock)

    def tell(self, event_id: str, kind: str, body: Json) -> None:
        writer = TrajectoryWriter(self.lab.runs / self.run_id / "trajectory.jsonl")
        writer.write(event_id, kind, body, device_time=self.clock)

    def end(self, ending: Ending = Ending.FINISHED, reason: str = "all done") -> None:
        snapshot(self.store, self.run_id, "after", DEVICE, self.clock)
        end_run(self.store, self.run_id, ending, reason, self.clock)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Its values are of no fit: what a report says is the matter here, not what may be written."""
    monkeypatch.setattr(parameters, "require_proposed", lambda approval, proposed: None)
    lab = open_lab(tmp_path / "lab")
    return Record(lab, lab.store(), load_policy(lab.directory / "policy.toml"))


@pytest.fixture
def asking(record: Record) -> Callable[[], None]:
    """From now on every write waits for a person."""

    def ask() -> None:
        path = record.lab.directory / "policy.toml"
        path.write_text(DEFAULT_POLICY.replace('decision = "auto"\nkind = "write"', 'decision = "ask"\nkind = "write"'))
        record.policy = load_policy(path)

    return ask
