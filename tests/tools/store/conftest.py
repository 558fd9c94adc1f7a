from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import (
    Action,
    ActionKind,
    Change,
    Effect,
    FitReliability,
    Judgement,
    Outcome,
    Quantity,
    Reading,
    Seen,
    Status,
    Verdict,
)
from reson.tools.data import P1, Analysis, Axis, RawData
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, insert_approval
from reson.tools.store.measurements import record_analysis, record_measurements
from reson.tools.store.parameters import current, seed_table
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store, open_store
from reson.tools.store.table import components_hash

DEVICE, RUN = "chip", "run-1"
DESIGN = {
    "q0": {"drive_frequency": 5.0e9, "x_amplitude": 0.1},
    "q1": {"drive_frequency": 5.2e9, "x_amplitude": 0.12},
}


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """Directory of a lab with a run and a seeded table (device clock 1000 s)."""
    store = open_store(tmp_path / "lab")
    start_run(store, RUN, "night", DEVICE, {"qubits": 2}, 7, 1000.0)
    seed_table(store, DEVICE, DESIGN, 1000.0, "design", "start values")
    store.engine.dispose()
    return tmp_path / "lab"


@pytest.fixture
def store(lab: Path) -> Store:
    return open_store(lab)


@pytest.fixture
def raw() -> Callable[..., RawData]:
    def make(qubit: int = 0, ended: float = 1010.0) -> RawData:
        return RawData(
            experiment="rabi",
            component=Qubit(qubit),
            parameters={"max_amplitude": 0.4},
            controls=dict(DESIGN[Qubit(qubit)]),
            shots=100,
            circuits=[{"x": float(x), "series": "drive"} for x in (0, 1, 2)],
            arrays={"counts": np.array([[100, 0], [50, 50], [0, 100]])},
            started=ended - 5,
            ended=ended,
        )

    return make


@pytest.fixture
def judged(store: Store, raw: Callable[..., RawData]) -> Callable[..., str]:
    """Record a measurement of a qubit with an analysis and a verdict; returns its id."""

    def make(name: str, qubit: int = 0, verdict: Verdict = Verdict.ACCEPT, author: str = "campaign") -> str:
        record_measurements(store, RUN, 1, f"job-{name}", "first look", {name: raw(qubit)})
        analysis = Analysis(
            experiment="rabi",
            component=Qubit(qubit),
            series=(),
            x_axis=Axis(label="amplitude", unit=""),
            y_axis=P1,
            quantities={"x_amplitude": Quantity(value=0.2, stderr=0.001)},
        )
        reading = Reading(
            outcome=Outcome.EXPECTED,
            reliability=FitReliability.RELIABLE,
            status=Status.SUCCESS,
            confidence=0.9,
            reason="one clear oscillation",
            reader="test",
            seen=Seen.PICTURE,
        )
        record_analysis(store, name, analysis, b"PNG", Judgement(verdict=verdict, checks=()), reading, author)
        return name

    return make


@pytest.fixture
def write_action(store: Store) -> Callable[..., Action]:
    """A write (or rollback) that starts from the values in force."""

    def make(
        new: dict[str, float],
        component: str = "q0",
        kind: ActionKind = ActionKind.WRITE,
        measurement: str | None = None,
        verdict: str | None = None,
    ) -> Action:
        rows = current(store, DEVICE).get(component, {})
        changes = [
            Change(
                component=component,
                parameter=name,
                old=rows[name].value if name in rows else None,
                new=value,
                stderr=None if measurement is None else 0.001,
                unit=PARAMETERS[name].unit,
            ).to_json()
            for name, value in new.items()
        ]
        arguments = {"measurement": measurement, "verdict": verdict, "changes": changes}
        return Action(kind=kind, effect=Effect.WRITES, device=DEVICE, component=component, arguments=arguments)

    return make


@pytest.fixture
def ask(store: Store) -> Callable[..., ApprovalRow]:
    """Insert an approval of an action against the table as it is."""

    def make(name: str, action: Action, status: ApprovalStatus = ApprovalStatus.APPROVED) -> ApprovalRow:
        answered = status is not ApprovalStatus.PENDING
        row = ApprovalRow(
            id=name,
            run_id=RUN,
            device=DEVICE,
            component=action.component,
            kind=action.kind,
            effect=action.effect,
            action=action,
            action_hash=action.hash,
            table_hash=components_hash(current(store, DEVICE), action.component),
            status=status,
            rule="test",
            why="because",
            evidence={},
            requested_device=1020.0,
            requested_wall=1.0,
            answered_wall=2.0 if answered else None,
            answered_by="policy: test" if answered else None,
            answer="approve" if answered else None,
        )
        return insert_approval(store, row)

    return make
