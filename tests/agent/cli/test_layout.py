"""`reson layout`: what it prints, and that a lab's own measurements count."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from qiskit import QuantumCircuit, qasm2, qasm3, qpy

from reson.agent import measured_device
from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.measured_device import as_measured
from reson.tools.devices.published import Published, PublishedPair, PublishedQubit
from reson.tools.experiments.layer_fidelity import SMALLEST


@pytest.fixture
def path(tmp_path: Path) -> Path:
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    found = tmp_path / "bell.qasm"
    found.write_text(qasm2.dumps(circuit))
    return found


def test_a_circuit_is_placed_on_a_copy(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "placed.qpy"
    arguments = ["layout", str(path), "--device", "fake:manila", "--out", str(out), "-n", "2"]
    assert exit_code_of(app, [*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["placements"]) == 2
    assert told["placements"][0]["success"] >= told["level_3"]["success"]
    with out.open("rb") as file:
        placed = qpy.load(file)[0]
    assert placed.num_qubits == 5 and placed.count_ops()["measure"] == 2
    assert exit_code_of(app, arguments) == 0
    assert "Qiskit's own at level 3" in capsys.readouterr().out


def test_delays_of_a_qpy_file_are_said_to_have_lost_their_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.delay(100, 0, "us")
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    (tmp_path / "c.qasm").write_text(qasm3.dumps(circuit))
    with (tmp_path / "c.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    for name in ("c.qasm", "c.qpy"):
        assert exit_code_of(app, ["layout", str(tmp_path / name), "--device", "fake:manila"]) == 0
        told = capsys.readouterr().out
        assert ("1 delay read as dt" in told) == name.endswith("qpy")


@pytest.mark.parametrize("command", ["export", "layout"])
def test_a_file_that_cannot_be_written_is_told_in_two_lines(
    command: str, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "nowhere" / "file")
    wanted = [out] if command == "export" else [str(path), "--out", out]
    assert exit_code_of(app, [command, *wanted, "--device", "fake:manila"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "cannot be written: No such file or directory" in told[0]


def test_a_chain_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(app, ["layout", "chain:3", "--device", "fake:manila", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["initial_layout"]) == 3 and len(told["couplings"]) == 2


@pytest.mark.parametrize("circuit", ["missing.qasm", "chain:x", "chain:0", "chain:99"])
def test_what_cannot_be_is_refused_in_two_lines(circuit: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(app, ["layout", circuit, "--device", "fake:manila"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 2


def test_what_the_lab_measured_stands_in_the_place_of_what_is_published() -> None:
    known = PublishedQubit(
        t1=1e-4, t2=1e-4, readout_error=0.02, gate_error=3e-4, gate_length=32e-9, readout_length=1e-6
    )
    pair = PublishedPair(qubits=(1, 0), gate="cz", error=5e-3, length=68e-9)
    told = Published(device="d", calibrated=None, qubits={0: known, 1: known}, pairs=(pair,))
    values = {"q0": {"t1": 2e-5, "t2_echo": 3e-5, "assignment_fidelity": 0.9, "error_per_gate": 1e-3}}
    found = as_measured(told, {**values, "q0-q1": {"layer_error": 0.03, "zz": 4e4}})
    assert (found.qubits[0].t1, found.qubits[0].t2, found.qubits[0].gate_error) == (2e-5, 3e-5, 1e-3)
    assert found.qubits[0].readout_error == pytest.approx(0.1)
    assert found.qubits[1] == known
    assert 0.02 < (found.pairs[0].error or 0.0) < 0.03 and found.pairs[0].zz == 4e4
    assert as_measured(told, {"q0-q1": {"layer_error": 0.0}}).pairs[0].error == SMALLEST


@pytest.mark.parametrize("same", [True, False])
def test_misreadings_are_those_of_the_readout_in_force(same: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A readout that was tuned anew tells its fidelity; what 0 and 1 were taken for before it says nothing of it."""

    def row(value: float, measurement: str) -> Any:
        return SimpleNamespace(value=value, measurement_id=measurement, valid_from=1e9)

    rows = {"assignment_fidelity": row(0.9, "m2"), "t1": row(1e-4, "m0")}
    rows |= {name: row(0.4, "m2" if same else "m1") for name in ("p1_given_0", "p0_given_1")}
    monkeypatch.setattr(measured_device, "current", lambda store, device: {"q0": rows})
    device: Any = SimpleNamespace(name="d", now=lambda: datetime.fromtimestamp(1e9, UTC))
    values = measured_device.measured_values(cast("Any", None), device)
    assert set(values["q0"]) == {"assignment_fidelity", "t1"} | ({"p1_given_0", "p0_given_1"} if same else set())
    qubit = PublishedQubit(
        t1=1e-4,
        t2=1e-4,
        readout_error=0.02,
        gate_error=3e-4,
        gate_length=32e-9,
        readout_length=1e-6,
        p1_given_0=0.01,
        p0_given_1=0.03,
    )
    told = as_measured(Published(device="d", calibrated=None, qubits={0: qubit}, pairs=()), values).qubits[0]
    assert told.readout_error == pytest.approx(0.1)
    assert (told.p1_given_0, told.p0_given_1) == ((0.4, 0.4) if same else (None, None))


def test_neighbours_whose_zz_the_lab_has_measured_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is published, or what is published is not there: a Heron's couplers that cancel no more."""

    def row(value: float) -> Any:
        return SimpleNamespace(value=value, measurement_id="m1", valid_from=1e9)

    rows = {"q0-q1": {"zz": row(-4e4)}, "q1-q2": {"zz": row(300.0)}, "q2-q3": {"zz": row(5e4)}, "q3": {"t1": row(1e-4)}}
    monkeypatch.setattr(measured_device, "current", lambda store, device: rows)
    told = Published(device="d", calibrated=None, qubits={}, pairs=())
    device: Any = SimpleNamespace(name="d", now=lambda: datetime.fromtimestamp(1e9, UTC), coupling=((3, 2),))
    device.published = told
    assert measured_device.coupling_now(cast("Any", None), device) == ((3, 2), (0, 1))
    device.published = None
    assert measured_device.coupling_now(cast("Any", None), device) == ((3, 2),)
