"""An exported device, read again: the same target, noise and readout."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile

from reson.errors import OperatorError
from reson.tools.devices.export import Exported, exported, load
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.published import Published, published


@pytest.fixture(scope="module")
def manila() -> tuple[Any, Published]:
    model = cast("Any", fake_backend("manila"))
    told = published(model, "fake:manila")
    worse = told.qubits[2].model_copy(
        update={"p1_given_0": 0.05, "p0_given_1": 0.2, "readout_error": 0.125, "t1": 2e-5}
    )
    return model.target, told.model_copy(update={"qubits": {**told.qubits, 2: worse}})


@pytest.fixture
def known(manila: tuple[Any, Published], tmp_path: Path) -> Exported:
    path = tmp_path / "manila.json"
    path.write_text(exported(*manila, {"q2": ("t1",)}, "2026-11-30T04:00:00+00:00").model_dump_json())
    return load(path)


def test_the_target_takes_circuits_and_has_the_measured_values(known: Exported, manila: tuple[Any, Published]) -> None:
    target = cast("Any", known.target())
    assert target.qubit_properties[2].t1 == 2e-5
    assert target["measure"][2,].error == 0.125
    assert target["cx"].keys() == manila[0]["cx"].keys()
    assert target["sx"][0,].duration == manila[0]["sx"][0,].duration
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.measure_all()
    placed = transpile(circuit, target=target, optimization_level=2)
    assert set(placed.count_ops()) <= {*target.operation_names, "barrier"}


def test_the_noise_model_reads_as_was_measured(known: Exported) -> None:
    noise = known.noise_model()
    readout = noise._local_readout_errors[2,].probabilities
    assert np.allclose(readout, [[0.95, 0.05], [0.2, 0.8]])
    assert "cx" in noise.noise_instructions


def test_the_assignment_matrix_counts_bits_as_qiskit_does(known: Exported) -> None:
    one, zero = known.readout[1]
    matrix = known.assignment_matrix([2, 1])
    assert np.allclose(matrix.sum(axis=0), 1)
    assert matrix[0b01, 0b00] == pytest.approx((1 - one) * 0.05)  # q2 is the last bit
    assert matrix[0b10, 0b11] == pytest.approx((1 - zero) * 0.2)
    true = np.array([0.5, 0, 0, 0.5])
    assert np.allclose(np.linalg.inv(matrix) @ (matrix @ true), true)
    with pytest.raises(OperatorError, match="q9"):
        known.assignment_matrix([9])


def test_a_broken_qubit_is_left_out_of_the_target(manila: tuple[Any, Published]) -> None:
    target, told = manila
    broken = told.qubits[4].model_copy(update={"gate_error": 1.0})
    found = exported(target, told.model_copy(update={"qubits": {**told.qubits, 4: broken}}), {}, "now").target()
    assert not any(4 in place for name in ("sx", "cx", "measure") for place in cast("Any", found)[name])


@pytest.mark.parametrize("text", ["", "{}", '{"format": "reson-device-2"}', "[]"])
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(OperatorError, match="is no exported device"):
        load(tmp_path / "x.json")
