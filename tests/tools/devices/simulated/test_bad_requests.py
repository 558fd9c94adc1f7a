"""What the chip refuses: one ``ToolError`` before anything runs, and the clock stands."""

import math

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.drive import DriveGate


def _measured(*gates) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    for gate in gates:
        circuit.append(gate, [0])
    circuit.measure(0, 0)
    return circuit


def _goes_on_after_measuring() -> QuantumCircuit:
    circuit = _measured()
    circuit.x(0)
    return circuit


def _measures_twice() -> QuantumCircuit:
    circuit = QuantumCircuit(1, 2)
    circuit.measure([0, 0], [0, 1])
    return circuit


def _two_qubits(*, same_bit: bool = False, coupled: bool = False) -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    if coupled:
        circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 0] if same_bit else [0, 1])
    return circuit


def _unusual(name: str) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    match name:
        case "hadamard":
            circuit.h(0)
        case "unbound":
            circuit.rz(Parameter("phi"), 0)
        case "nan":
            circuit.rz(math.nan, 0)
        case "long delay":
            circuit.delay(1, 0, unit="s")
        case "stretch":
            circuit.delay(circuit.add_stretch("s"), 0)
        case "condition":
            with circuit.if_test((circuit.clbits[0], 1)):
                circuit.x(0)
        case "unitary":
            circuit.unitary(np.array([[0, 1], [1, 0]]), [0])
    circuit.measure(0, 0)
    return circuit


REFUSED = {
    "gate after measurement": _goes_on_after_measuring(),
    "mid-circuit measurement": _measures_twice(),
    "two-qubit gate": _two_qubits(coupled=True),
    "two measurements into one bit": _two_qubits(same_bit=True),
    "no measurement": QuantumCircuit(1, 1),
    "too many qubits": QuantumCircuit(6, 6),
    "beyond full scale": _measured(DriveGate(1.01, 0.0, 0.0, 32e-9)),
    "quadrature beyond full scale": _measured(DriveGate(1.0, 5e-8, 0.0, 32e-9)),
    "amplitude nan": _measured(DriveGate(math.nan, 0.0, 0.0, 32e-9)),
    "beta infinite": _measured(DriveGate(0.1, math.inf, 0.0, 32e-9)),
    "pulse too short": _measured(DriveGate(0.1, 0.0, 0.0, 1e-9)),
    "pulse too long": _measured(DriveGate(0.1, 0.0, 0.0, 1e-3)),
    "hadamard": _unusual("hadamard"),
    "unbound": _unusual("unbound"),
    "nan angle": _unusual("nan"),
    "long delay": _unusual("long delay"),
    "stretched delay": _unusual("stretch"),
    "condition": _unusual("condition"),
    "unitary": _unusual("unitary"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_circuit_that_cannot_run_is_refused_before_anything_runs(name, device):
    before = device.now()
    with pytest.raises(ToolError) as refusal:
        device.backend.run([_measured(), REFUSED[name]], shots=10)
    assert refusal.value.kind == ToolErrorKind.DEVICE_REFUSED
    assert REFUSED[name].name in refusal.value.message
    assert device.now() == before


@pytest.mark.parametrize(
    "options",
    [
        {"shots": 0},
        {"shots": -5},
        {"shots": 1.5},
        {"shots": True},
        {"shots": 10**6},
        {"meas_level": 3},
        {"meas_return": "sum"},
        {"voltage": 3},
        {"shots": 100_000, "meas_level": 0},
    ],
)
def test_a_bad_run_option_is_refused_before_anything_runs(options, device):
    before = device.now()
    with pytest.raises(ToolError) as refusal:
        device.backend.run([_measured()] * 20, **options)
    assert refusal.value.kind == ToolErrorKind.BAD_ARGUMENTS
    assert device.now() == before


@pytest.mark.parametrize("count", [0, 1001])
def test_a_job_of_no_or_too_many_circuits_is_refused(count, device):
    with pytest.raises(ToolError):
        device.backend.run([_measured()] * count, shots=1)


@pytest.mark.parametrize(
    "controls",
    [
        {"q0": {"x_amplitude": 1.2}},
        {"q0": {"drive_frequency": math.nan}},
        {"q0": {"t1": 1e-4}},
        {"q0": {"charm": 1.0}},
        {"q7": {"x_amplitude": 0.2}},
        {"q0": {"x_amplitude": 0.2}, "q1": {"drag_beta": 1.0}},
    ],
)
def test_controls_out_of_bounds_or_unknown_are_refused_and_none_is_loaded(controls, device):
    before = [dict(values) for values in device.chip.controls]
    with pytest.raises(ToolError) as refusal:
        device.load(controls)
    assert refusal.value.kind == ToolErrorKind.BAD_ARGUMENTS
    assert device.chip.controls == before
