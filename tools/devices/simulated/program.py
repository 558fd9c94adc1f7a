"""From Qiskit circuits to gate sequences: reads, validates and schedules, before anything runs.

Each qubit keeps its own time; a gate of two qubits waits for both. Circuits are aligned late: at a barrier over several
qubits those that have less to do after it wait there, and a qubit rests in its thermal state before its first gate.
Only qubits that are measured or played on are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from qiskit import QuantumCircuit

from reson.components import Qubit
from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.readout_tone import READOUT_TONE
from reson.tools.devices.simulated.gates import Gate, Idle, Rz
from reson.tools.devices.simulated.instructions import (
    ARITY,
    PAIR_ARITY,
    picoseconds,
    readout_tone,
    to_flux,
    to_gate,
)


@dataclass(frozen=True)
class Row:
    """One measured qubit of one circuit; ``codes`` index the program's gates, in the order of time."""

    qubit: int
    clbit: int
    codes: np.ndarray
    tone: tuple[float, float] | None = None
    """Offset in Hz from the readout frequency and amplitude of this readout; None: the controls' values."""
    after: int = 0
    """Picoseconds from the row's end to the circuit's."""


@dataclass(frozen=True)
class Measured:
    """One circuit: its measured qubits in the order of classical bits, how many of those it has, and its length."""

    rows: list[Row]
    slots: int
    duration: float
    """Seconds from the first gate to the last readout."""
    unread: tuple[Row, ...] = ()
    """Qubits that are played on and not measured; their neighbours may feel it. Their classical bit is -1."""

    @property
    def qubits(self) -> list[int]:
        return [row.qubit for row in self.rows]

    @property
    def clbits(self) -> list[int]:
        return [row.clbit for row in self.rows]


@dataclass(frozen=True)
class Program:
    """Circuits as gate sequences."""

    gates: list[tuple[int, Gate]]
    """(qubit, gate) of each code."""
    circuits: list[Measured]


PairControls = Mapping[tuple[int, int], Mapping[str, float]]
"""Control values of each pair of neighbours with a tunable coupler."""


def read_circuits(
    circuits: Sequence[QuantumCircuit], controls: Sequence[Mapping[str, float]], pairs: PairControls | None = None
) -> Program:
    """Read circuits against the control values of each qubit and pair. Raises ``ToolError`` (device_refused)."""
    reader = _Reader(controls, pairs or {})
    return Program(circuits=[reader.read(circuit) for circuit in circuits], gates=reader.gates)


@dataclass
class _Line:
    """One qubit's part of the circuit at hand, read backwards."""

    qubit: int
    codes: list[int] = field(default_factory=list)
    picoseconds: int = 0
    """Time from here to the circuit's end."""
    acted: bool = False
    clbit: int | None = None
    tone: tuple[float, float] | None = None
    after: int = 0
    """``picoseconds`` when the measurement was read."""

    def row(self, clbit: int) -> Row:
        return Row(self.qubit, clbit, np.array(self.codes[::-1], dtype=np.intp), self.tone, self.after)


class _Reader:
    def __init__(self, controls: Sequence[Mapping[str, float]], pairs: PairControls) -> None:
        self.controls = controls
        self.pairs = pairs
        self.gates: list[tuple[int, Gate]] = []
        self._known: dict[tuple[Any, ...], tuple[int, int]] = {}
        """(qubit, instruction as written) -> (code, picoseconds); reading an instruction again costs one look-up."""

    def read(self, circuit: QuantumCircuit) -> Measured:
        if circuit.num_qubits > len(self.controls):
            _refuse(circuit, f"needs {circuit.num_qubits} qubits and the chip has {len(self.controls)}")
        if circuit.num_parameters:
            _refuse(circuit, f"has parameters without a value: {', '.join(p.name for p in circuit.parameters)}")
        lines = {bit: _Line(index) for index, bit in enumerate(circuit.qubits)}
        known = self._known
        for instruction in reversed(list(circuit.data)):
            name, bits = instruction.name, instruction.qubits
            if name == "barrier":
                if len(bits) > 1:
                    self._synchronise([lines[bit] for bit in bits])
            elif name == "measure":
                _measure(circuit, circuit.find_bit(instruction.clbits[0]).index, lines[bits[0]])
            elif name == READOUT_TONE:
                _tune(circuit, lines[bits[0]], instruction.params, self.controls)
            elif name in PAIR_ARITY and self.pairs and len(bits) == 2:
                self._play_on_pair(circuit, name, instruction.params, [lines[bit] for bit in bits])
            else:
                if name not in ARITY or len(bits) != 1:
                    _refuse(
                        circuit, f"has {name} on {len(bits)} qubits; on one qubit the chip plays {', '.join(ARITY)}"
                    )
                line = lines[bits[0]]
                unit = instruction.operation.unit if name == "delay" else ""
                key = (line.qubit, name, unit, *instruction.params)
                code, length = known.get(key) or self._learn(circuit, key)
                line.codes.append(code)
                line.picoseconds += length
                line.acted = True
        length = max((line.picoseconds for line in lines.values()), default=0)
        unread = tuple(line.row(-1) for line in lines.values() if line.acted and line.clbit is None)
        return Measured(_rows(circuit, list(lines.values())), circuit.num_clbits, length * 1e-12, unread)

    def _learn(self, circuit: QuantumCircuit, key: tuple[Any, ...]) -> tuple[int, int]:
        qubit, name, unit, *params = key
        try:
            gate = to_gate(name, params, unit, self.controls[qubit])
        except ToolError as error:
            _refuse(circuit, f"on {Qubit(qubit)}: {error.message}")
        self._known[key] = (len(self.gates), picoseconds(gate))
        self.gates.append((qubit, gate))
        return self._known[key]

    def _play_on_pair(self, circuit: QuantumCircuit, name: str, params: Sequence[Any], lines: list[_Line]) -> None:
        """A flux pulse on both lines, and after it the virtual Z rotations that belong to a CZ."""
        low, high = sorted(lines, key=lambda line: line.qubit)
        pair = (low.qubit, high.qubit)
        if pair not in self.pairs:
            _refuse(circuit, f"has {name} on {Qubit(pair[0])} and {Qubit(pair[1])}, which are no neighbours")
        controls = self.pairs[pair]
        try:
            flux = to_flux(name, params, pair, controls)
        except ToolError as error:
            _refuse(circuit, f"on {Qubit(pair[0])} and {Qubit(pair[1])}: {error.message}")
        self._synchronise(lines)
        for line, angle in ((low, "cz_z_first"), (high, "cz_z_second")):
            gates = (Rz(controls[angle]), flux) if name == "cz" else (flux,)
            for gate in gates:
                line.codes.append(self._code(line.qubit, gate))
                line.picoseconds += picoseconds(gate)
            line.acted = True

    def _code(self, qubit: int, gate: Gate) -> int:
        if (qubit, gate) not in self._known:
            self._known[qubit, gate] = (len(self.gates), picoseconds(gate))
            self.gates.append((qubit, gate))
        return self._known[qubit, gate][0]

    def _synchronise(self, lines: list[_Line]) -> None:
        """Let those that have less to do after a barrier wait there."""
        latest = max(line.picoseconds for line in lines)
        for line in lines:
            gap = latest - line.picoseconds
            if gap:
                key = (line.qubit, "wait", gap)
                if key not in self._known:
                    self._known[key] = (len(self.gates), gap)
                    self.gates.append((line.qubit, Idle(gap)))
                line.codes.append(self._known[key][0])
                line.picoseconds = latest


def _rows(circuit: QuantumCircuit, lines: list[_Line]) -> list[Row]:
    measured = {line.clbit: line for line in lines if line.clbit is not None}
    if not measured:
        _refuse(circuit, "measures no qubit")
    if len(measured) < sum(line.clbit is not None for line in lines):
        _refuse(circuit, "measures two qubits into one classical bit")
    return [line.row(clbit) for clbit, line in sorted(measured.items())]


def _measure(circuit: QuantumCircuit, clbit: int, line: _Line) -> None:
    if line.acted or line.clbit is not None:
        _refuse(circuit, f"goes on with {Qubit(line.qubit)} after measuring it; the chip measures once, at the end")
    line.clbit = clbit
    line.after = line.picoseconds
    line.codes.clear()  # waits after the measurement do not touch it


def _tune(circuit: QuantumCircuit, line: _Line, params: Sequence[Any], controls: Sequence[Mapping[str, float]]) -> None:
    if line.clbit is None or line.acted or line.tone is not None:
        _refuse(circuit, f"has a {READOUT_TONE} on {Qubit(line.qubit)} that no measurement follows directly")
    try:
        line.tone = readout_tone(params, controls[line.qubit])
    except ToolError as error:
        _refuse(circuit, f"on {Qubit(line.qubit)}: {error.message}")


def _refuse(circuit: QuantumCircuit, why: str) -> NoReturn:
    raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"circuit {circuit.name!r} {why}")
