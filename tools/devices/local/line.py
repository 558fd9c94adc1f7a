"""Qubits in a line that all have the same stated noise: a device of kind aer."""

from __future__ import annotations

from typing import Any

from qiskit.circuit import Delay, Measure, Parameter, Reset
from qiskit.circuit.library import CZGate, IGate, RZGate, SXGate, XGate
from qiskit.providers import BackendV2, Options, QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from reson.tools.devices.order import NoiseOptions

DT = 4e-9
PULSE, PAIR, READOUT, RESET = 32e-9, 68e-9, 1.5e-6, 1.7e-6
"""Lengths in seconds, those of a present IBM device."""


class Line(BackendV2):
    """A target and nothing that runs: circuits are computed by ``NoisyBackend``."""

    def __init__(self, target: Target) -> None:
        super().__init__(name="aer", backend_version="1")
        self._target = target

    @property
    def target(self) -> Target:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._target

    @property
    def max_circuits(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None

    @classmethod
    def _default_options(cls) -> Options:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Options()

    def run(self, run_input: Any, **options: Any) -> Any:
        raise NotImplementedError("a line of qubits is a target; NoisyBackend runs circuits on it")


def line_of_qubits(number: int, noise: NoiseOptions) -> Line:
    """``number`` qubits, each coupled to the next by CZ."""
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
    return Line(target)
