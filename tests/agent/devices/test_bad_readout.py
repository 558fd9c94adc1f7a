"""T1 and T2 of qubits that misread a quarter to a third of the shots, on a copy of an IBM device."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.components import Qubit
from reson.records import Verdict
from reson.tools.devices.device import published_of
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import current

BAD = (5, 6)
"""Of lagos: they misread 26 % and 35 %."""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return open_lab(tmp_path / "lab", device="fake:lagos", measure="5,6")


def once(lab: Lab, experiment: str, shots: float) -> list[Verdict]:
    plan = Plan(kind="run", experiment=experiment, parameters={"shots": shots}, writes=True)
    ended = start(lab, plan, lambda kind, body: None)
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    return [row.judgement.verdict for row in rows if row.judgement is not None]


def test_t1_and_t2_are_measured_accepted_and_right(lab: Lab) -> None:
    for experiment, shots in (("readout_error", 5000.0), ("t1", 2000.0), ("t2_hahn", 8000.0)):
        assert once(lab, experiment, shots) == [Verdict.ACCEPT] * len(BAD)
    store = lab.store()
    table, told = current(store, "fake:lagos"), published_of(lab.device(store))
    assert told is not None
    for number in BAD:
        rows, known = table[Qubit(number)], told.qubits[number]
        for name, expected in (("t1", known.t1), ("t2_echo", known.t2)):
            row = rows[name]
            assert row.measurement_id is not None and row.stderr and expected
            assert row.stderr < 0.15 * row.value
            assert abs(row.value - expected) < 3.5 * row.stderr
        assert rows["assignment_fidelity"].value == pytest.approx(1 - (known.readout_error or 0.0), abs=0.02)


def test_a_bad_readout_is_a_finding_and_no_fault_of_its_measurement(lab: Lab) -> None:
    """Published values alone tell how high a decay is to be: T1 needs no other measurement first."""
    assert once(lab, "t1", 2000.0) == [Verdict.ACCEPT] * len(BAD)
