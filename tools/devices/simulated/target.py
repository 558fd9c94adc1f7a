"""What the transpiler may use: the chip's gates with their durations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qiskit.circuit import Delay, Instruction, Measure, Parameter, Reset
from qiskit.circuit.library import CZGate, IGate, RZGate, SXGate, XGate
from qiskit.transpiler import InstructionProperties, Target

from reson.tools.devices.coupler_flux import CouplerFluxGate
from reson.tools.devices.drive import DriveGate
from reson.tools.devices.readout_tone import ReadoutToneGate
from reson.tools.devices.simulated.instructions import DT, RESET_TIME
from reson.tools.devices.simulated.resonators import READOUT_TIME


def chip_target(
    controls: Sequence[Mapping[str, float]], pairs: Mapping[tuple[int, int], Mapping[str, float]]
) -> Target:
    """Gates of the qubits, and of the ``pairs`` with a tunable coupler; the controls give the length of calibrated
    pulses.
    """
    pulses = [qubit["pulse_duration"] for qubit in controls]
    target = Target(num_qubits=len(controls), dt=DT, granularity=1)

    def add(instruction: Instruction, durations: Sequence[float | None]) -> None:
        properties = {(qubit,): InstructionProperties(duration=seconds) for qubit, seconds in enumerate(durations)}
        target.add_instruction(instruction, properties)

    for gate in (XGate(), SXGate(), IGate()):
        add(gate, pulses)
    add(RZGate(Parameter("phi")), [0.0] * len(pulses))
    add(Delay(Parameter("t")), [None] * len(pulses))
    add(DriveGate(*(Parameter(name) for name in ("amp", "beta", "dfreq", "duration"))), [None] * len(pulses))
    add(ReadoutToneGate(*(Parameter(name) for name in ("dfreq", "amp"))), [0.0] * len(pulses))
    add(Reset(), [RESET_TIME] * len(pulses))
    add(Measure(), [READOUT_TIME] * len(pulses))
    if pairs:
        lengths = {pair: InstructionProperties(duration=one["cz_duration"]) for pair, one in pairs.items()}
        both = lengths | {(high, low): length for (low, high), length in lengths.items()}
        target.add_instruction(CZGate(), both)
        pulse = CouplerFluxGate(*(Parameter(name) for name in ("amp", "duration", "edges")))
        target.add_instruction(pulse, dict.fromkeys(both))
    return target
