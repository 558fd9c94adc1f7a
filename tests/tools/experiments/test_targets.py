"""What an experiment measures: a qubit or a pair, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reson.components import Pair, Qubit
from reson.errors import ToolError
from reson.tools.data import Analysis, Axis, RawData
from reson.tools.experiments.catalogue import get

ROW = get("t1")


def raw(component) -> RawData:
    return RawData("t1", component, {}, {}, 100, [{}], {"counts": np.ones((1, 2), int)}, 0.0, 1.0)


def test_each_component_gets_its_own_data():
    of_qubits = replace(ROW, acquire=lambda device, asked: {number: raw(Qubit(number)) for number in asked})
    found = of_qubits.measure(None, {"q3": {}, "q0": {}})  # type: ignore[arg-type]
    assert {name: data.component for name, data in found.items()} == {"q3": "q3", "q0": "q0"}
    of_pairs = replace(ROW, targets="pair", acquire=lambda device, asked: {pair: raw(pair) for pair in asked})
    found = of_pairs.measure(None, {"q0-q1": {}})  # type: ignore[arg-type]
    assert found[Pair(0, 1)].component == Pair(1, 0)


@pytest.mark.parametrize(
    ("targets", "name"), [("qubit", "q0-q1"), ("qubit", "device"), ("pair", "q0"), ("pair", "c0-1"), ("qubit", "Q0")]
)
def test_another_kind_is_refused(targets, name):
    row = replace(ROW, targets=targets)
    with pytest.raises(ToolError):
        row.measure(None, {name: {}})  # type: ignore[arg-type]


def test_the_data_of_a_pair_has_no_qubit():
    with pytest.raises(ToolError):
        _ = raw(Pair(0, 1)).qubit
    assert raw(Qubit(4)).qubit == 4


@pytest.mark.parametrize(("written", "component"), [({"qubit": 3}, "q3"), ({"qubit": None}, ""), ({}, "")])
def test_analyses_from_before_there_were_pairs_are_read(written, component):
    axis = Axis(label="x", unit="").to_json()
    bare = {"experiment": "t1", "series": (), "x_axis": axis, "y_axis": axis, "quantities": {}}
    assert Analysis.model_validate(bare | written).component == component
