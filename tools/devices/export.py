"""What is known of a device, as a file for programs without Reson's lab: a Qiskit target, a noise model, readout.

>>> known = load(Path("torino.json"))
>>> transpile(circuit, target=known.target(), optimization_level=3)
>>> AerSimulator(noise_model=known.noise_model())
>>> np.linalg.inv(known.assignment_matrix([3, 4])) @ probabilities
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ValidationError
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from reson.errors import OperatorError
from reson.records import Finite, Record
from reson.tools.devices.known_target import usable
from reson.tools.devices.published import Published

if TYPE_CHECKING:
    from qiskit_aer.noise import NoiseModel

MOST_TOGETHER = 12
"""Qubits of one assignment matrix: it has 4 to this power of entries."""


class Instruction(Record):
    """One instruction at one place; times in seconds."""

    name: str
    qubits: tuple[int, ...]
    duration: Finite | None
    error: Finite | None


class Exported(Record):
    """What works of a device, with measured values in the place of published ones."""

    format: Literal["reson-device-1"] = "reson-device-1"
    device: str
    written: str
    """ISO 8601, UTC."""
    measured: dict[str, tuple[str, ...]]
    """component -> names of the values that the lab measured; all others are the provider's."""
    dt: Finite | None
    qubits: dict[int, tuple[Finite | None, Finite | None, Finite | None]]
    """T1, T2 with echo (seconds), frequency (Hz)."""
    readout: dict[int, tuple[Finite, Finite]]
    """P(1|0), P(0|1)"""
    instructions: tuple[Instruction, ...]
    left_out: tuple[str, ...] = ()
    """Names of instructions that this form has no room for, like control flow."""

    def target(self) -> Target:
        known = get_standard_gate_name_mapping()
        times = (self.qubits[qubit] for qubit in sorted(self.qubits))
        found = Target(
            num_qubits=len(self.qubits),
            dt=self.dt,
            qubit_properties=[QubitProperties(t1=t1, t2=t2, frequency=hertz) for t1, t2, hertz in times],
        )
        for name in dict.fromkeys(one.name for one in self.instructions):
            mine = [one for one in self.instructions if one.name == name]
            places = {one.qubits: InstructionProperties(duration=one.duration, error=one.error) for one in mine}
            found.add_instruction(known[name], places, name=name)
        return found

    def noise_model(self) -> NoiseModel:
        """Relaxation while gates and delays last, depolarising for the rest of each error, unequal readout."""
        from reson.tools.devices.local.noise import published_noise

        return published_noise(self.readout, self.target(), sorted(self.qubits))

    def assignment_matrix(self, qubits: Sequence[int]) -> np.ndarray:
        """P(read | prepared), shape (2^n, 2^n); the first of ``qubits`` is the last bit, as Qiskit counts.

        Raises ``OperatorError`` for a qubit whose readout is not known, and for more than ``MOST_TOGETHER``.
        """
        if not 0 < len(qubits) <= MOST_TOGETHER or len(set(qubits)) < len(qubits):
            raise OperatorError(
                f"one matrix is of 1 to {MOST_TOGETHER} different qubits, not of {list(qubits)[:20]}",
                "readouts are independent: invert a few qubits at a time",
            )
        if unknown := [qubit for qubit in qubits if qubit not in self.readout]:
            raise OperatorError(f"the readout of q{unknown[0]} is not known", "measure it: `reson run readout_error`")
        single = [np.array([[1 - one, zero], [one, 1 - zero]]) for one, zero in map(self.readout.__getitem__, qubits)]
        return reduce(np.kron, reversed(single))


def exported(target: Target, told: Published, measured: dict[str, tuple[str, ...]], written: str) -> Exported:
    """``told``: with measured values in the place of published ones."""
    known = usable(target, told)
    works = [qubit for qubit, one in told.qubits.items() if one.works]
    found = {name: _places(known, name, works) for name in known.operation_names}
    instructions = (
        Instruction(name=name, qubits=place, duration=getattr(one, "duration", None), error=getattr(one, "error", None))
        for name, places in found.items()
        for place, one in (places or {}).items()
    )
    return Exported(
        device=told.device,
        written=written,
        measured=measured,
        dt=known.dt,
        qubits={qubit: (one.t1, one.t2, one.frequency) for qubit, one in told.qubits.items()},
        readout={qubit: both for qubit, one in told.qubits.items() if (both := _readout(one)) is not None},
        instructions=tuple(instructions),
        left_out=tuple(sorted(name for name, places in found.items() if places is None)),
    )


def load(path: Path) -> Exported:
    """Raises ``OperatorError`` for a file that is none of these."""
    try:
        return Exported.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise OperatorError(
            f"{path} is no exported device: {str(error).splitlines()[0]}", "`reson export FILE`"
        ) from None


def _readout(one: Any) -> tuple[float, float] | None:
    if one.p1_given_0 is not None and one.p0_given_1 is not None:
        return one.p1_given_0, one.p0_given_1
    return None if one.readout_error is None else (one.readout_error, one.readout_error)


def _places(known: Target, name: str, works: Sequence[int]) -> Mapping[tuple[int, ...], Any] | None:
    """Where an instruction can be played, with what is known of it there: of one that is the same everywhere (an ideal
    RZ) every qubit that works. None where the form has no room for it.
    """
    if name not in get_standard_gate_name_mapping():
        return None
    places = known[name]
    if places is not None and None not in places:
        return places
    return {(qubit,): None for qubit in works} if known.operation_from_name(name).num_qubits == 1 else None
