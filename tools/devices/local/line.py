"""Qubits in a line that all have the same stated noise: a device of kind aer."""

from __future__ import annotations

from qiskit.circuit import Delay, Measure, Parameter, Reset
from qiskit.circuit.library import CZGate, IGate, RZGate, SXGate, XGate
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.target_backend import TargetBackend

DT = 4e-9
PULSE, PAIR, READOUT, RESET = 32e-9, 68e-9, 1.5e-6, 1.7e-6
"""Lengths in seconds, those of a present IBM device."""


def line_of_qubits(number: int, noise: NoiseOptions) -> TargetBackend:
    """``number`` qubits, each coupled to the next by CZ; ``NoisyBackend`` computes their circuits."""
    known = QubitProperties(t1=noise.t1, t2=min(noise.t2, 2 * noise.t1))
    target = Target(num_qubits=number, dt=DT, qubit_properties=[known] * number)
    single = [(qubit,) for qubit in range(number)]
    pulse = InstructionProperties(duration=PULSE, error=noise.gate_error)
    for gate in (SXGate(), XGate(), IGate()):
        target.add_instruction(gate, dict.fromkeys(single, pulse))
    target.add_instruction(RZGate(Parameter("phi")), dict.fromkeys(single, InstructionProperties(0.0, 0.0)))
    target.add_instruction(Delay(Parameter("t")), dict.fromkeys(single))
    target.add_instruction(Reset(), dict.fromkeys(single, InstructionProperties(RESET)))
    target.add_instruction(Measure(), dict.fromkeys(single, InstructionProperties(READOUT, noise.readout_error)))
    if number > 1:
        pairs = [(qubit, qubit + 1) for qubit in range(number - 1)]
        gate = InstructionProperties(duration=PAIR, error=noise.two_qubit_error)
        target.add_instruction(CZGate(), dict.fromkeys(pairs + [(b, a) for a, b in pairs], gate))
    return TargetBackend("aer", target)
